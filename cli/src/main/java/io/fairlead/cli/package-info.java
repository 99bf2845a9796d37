/** The product's command line: one class a command, grouped by what it speaks to. */
@NullMarked
package io.fairlead.cli;

import org.jspecify.annotations.NullMarked;
