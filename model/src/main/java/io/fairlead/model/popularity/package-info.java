/** How much each resolver prefers each of our name servers, and what that says about where it is. */
@NullMarked
package io.fairlead.model.popularity;

import org.jspecify.annotations.NullMarked;
