/** What a link carries over a long way, beside plain TCP. */
@NullMarked
package io.fairlead.lab.bench.far;

import org.jspecify.annotations.NullMarked;
