/** How commands reach Kafka. */
@NullMarked
package io.fairlead.cli.kafka;

import org.jspecify.annotations.NullMarked;
