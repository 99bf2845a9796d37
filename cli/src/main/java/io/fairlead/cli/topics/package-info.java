/** Making a Kafka cluster agree with the topic catalogue. */
@NullMarked
package io.fairlead.cli.topics;

import org.jspecify.annotations.NullMarked;
