/** {@code fairlead bench dns}: the name server beside others, on the same machine in the same run. */
@NullMarked
package io.fairlead.lab.bench.dns;

import org.jspecify.annotations.NullMarked;
