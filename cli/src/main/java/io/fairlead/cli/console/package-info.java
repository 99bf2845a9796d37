/** The command that serves the web console. */
@NullMarked
package io.fairlead.cli.console;

import org.jspecify.annotations.NullMarked;
