/** One exit node as the sum of what was told of it: its state, its rating, and when a new rating is worth telling. */
@NullMarked
package io.fairlead.model.exit;

import org.jspecify.annotations.NullMarked;
