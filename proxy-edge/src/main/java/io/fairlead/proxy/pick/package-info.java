/** Which exit a request leaves through: the table of exits, their slots, and the policies of choice. */
@NullMarked
package io.fairlead.proxy.pick;

import org.jspecify.annotations.NullMarked;
