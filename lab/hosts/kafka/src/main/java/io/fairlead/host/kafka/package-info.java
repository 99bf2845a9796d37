/** One real Kafka broker (KRaft) in a process of its own. */
@NullMarked
package io.fairlead.host.kafka;

import org.jspecify.annotations.NullMarked;
