/** What a pool will have and need in 5, 15 and 60 minutes: members that forecast, how they are combined, and how each forecast is scored. */
@NullMarked
package io.fairlead.model.forecast;

import org.jspecify.annotations.NullMarked;
