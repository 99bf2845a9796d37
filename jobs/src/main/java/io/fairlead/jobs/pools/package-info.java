/** PoolJob: who is in which pool, what pools will have and need, and what came of it. */
@NullMarked
package io.fairlead.jobs.pools;

import org.jspecify.annotations.NullMarked;
