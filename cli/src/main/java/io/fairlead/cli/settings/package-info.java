/** Settings of every command: a file, then environment variables, then flags. */
@NullMarked
package io.fairlead.cli.settings;

import org.jspecify.annotations.NullMarked;
