/** What operators and their machines ask an edge: whether it lives, whether it is ready, its metrics. */
@NullMarked
package io.fairlead.edge.admin;

import org.jspecify.annotations.NullMarked;
