/**
 * The decision mathematics: pure functions and small state machines. Knows no Kafka, Flink, Netty, Avro, clock or
 * thread; time and chance come in as arguments.
 */
@NullMarked
package io.fairlead.model;

import org.jspecify.annotations.NullMarked;
