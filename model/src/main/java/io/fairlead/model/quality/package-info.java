/** How good an exit node is: estimates with bounds, the evidence that they stand on, and the quality rate made of them. */
@NullMarked
package io.fairlead.model.quality;

import org.jspecify.annotations.NullMarked;
