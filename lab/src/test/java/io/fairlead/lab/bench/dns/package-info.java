@NullMarked
package io.fairlead.lab.bench.dns;

import org.jspecify.annotations.NullMarked;
