/** Live relay under load: one relay on one processor, viewers that look at every tag on the other. */
@NullMarked
package io.fairlead.lab.bench.relay;

import org.jspecify.annotations.NullMarked;
