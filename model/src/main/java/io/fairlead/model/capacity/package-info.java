/** How many requests an exit node may run at once, fixed or learnt. */
@NullMarked
package io.fairlead.model.capacity;

import org.jspecify.annotations.NullMarked;
