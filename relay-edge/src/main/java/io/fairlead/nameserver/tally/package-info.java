/** Who asks how often, counted within bounds and told every few seconds. */
@NullMarked
package io.fairlead.nameserver.tally;

import org.jspecify.annotations.NullMarked;
