/** Telemetry on its way to Kafka: never blocks who tells, is spooled on disk before it is sent, and is counted when it is lost. */
@NullMarked
package io.fairlead.edge.publish;

import org.jspecify.annotations.NullMarked;
