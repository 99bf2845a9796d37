/** What a process would need, looked at without starting it. */
@NullMarked
package io.fairlead.cli.check;

import org.jspecify.annotations.NullMarked;
