/** Benchmarks of the whole, on one machine: rates and processor time beside a yardstick of the same run. */
@NullMarked
package io.fairlead.lab.bench;

import org.jspecify.annotations.NullMarked;
