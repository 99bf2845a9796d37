/** What makes a record of a delivery group one that can be used. */
@NullMarked
package io.fairlead.schemas.groups;

import org.jspecify.annotations.NullMarked;
