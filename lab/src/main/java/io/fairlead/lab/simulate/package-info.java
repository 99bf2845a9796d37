/** A seeded simulation of exits, edges, users and decisions under a clock of its own, to compare policies of choosing an exit. */
@NullMarked
package io.fairlead.lab.simulate;

import org.jspecify.annotations.NullMarked;
