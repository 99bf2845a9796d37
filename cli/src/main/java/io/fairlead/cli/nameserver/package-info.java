/** Commands of the name server. */
@NullMarked
package io.fairlead.cli.nameserver;

import org.jspecify.annotations.NullMarked;
