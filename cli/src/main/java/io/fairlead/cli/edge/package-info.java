/** Commands that start edges and agents. */
@NullMarked
package io.fairlead.cli.edge;

import org.jspecify.annotations.NullMarked;
