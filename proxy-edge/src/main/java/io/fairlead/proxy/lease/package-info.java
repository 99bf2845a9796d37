/** Sessions: one exit for all requests of one name, for as long as was asked. */
@NullMarked
package io.fairlead.proxy.lease;

import org.jspecify.annotations.NullMarked;
