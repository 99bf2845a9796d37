/** What a user asks for in the user name, as one typed request. */
@NullMarked
package io.fairlead.proxy.targeting;

import org.jspecify.annotations.NullMarked;
