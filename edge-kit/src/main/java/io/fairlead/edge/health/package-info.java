/** Whether jobs are alive, as an edge sees it. */
@NullMarked
package io.fairlead.edge.health;

import org.jspecify.annotations.NullMarked;
