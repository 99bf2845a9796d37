/** The supernode: users on one side, exits on the other, and what both share. */
@NullMarked
package io.fairlead.proxy.supernode;

import org.jspecify.annotations.NullMarked;
