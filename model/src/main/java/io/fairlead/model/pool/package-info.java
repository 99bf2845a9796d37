/** Pools: what operators ask of one, who may be in it, and how it is formed and kept healthy. */
@NullMarked
package io.fairlead.model.pool;

import org.jspecify.annotations.NullMarked;
