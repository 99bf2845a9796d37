/** Pools in a simulated fleet: fixed, reacting and curated ones side by side, graded by what is true. */
@NullMarked
package io.fairlead.lab.simulate.pools;

import org.jspecify.annotations.NullMarked;
