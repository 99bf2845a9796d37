/** What dies, what is lost by it, and how soon decisions go on. */
@NullMarked
package io.fairlead.lab.bench.kill;

import org.jspecify.annotations.NullMarked;
