/**
 * The real Kafka, Flink and ClickHouse as processes beside this one: started, watched, restarted and stopped. They live on the
 * loopback interface, keep their data and their ports in a directory, and end when this process does, however it ends.
 */
@NullMarked
package io.fairlead.lab.host;

import org.jspecify.annotations.NullMarked;
