/** What makes a live room good: names, and everything that is wrong with a record. */
@NullMarked
package io.fairlead.schemas.rooms;

import org.jspecify.annotations.NullMarked;
