/** One real Flink session cluster, web UI and all, in a process of its own. */
@NullMarked
package io.fairlead.host.flink;

import org.jspecify.annotations.NullMarked;
