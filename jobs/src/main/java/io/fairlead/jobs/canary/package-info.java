/** Policies on trial, whichever job decides by them: what both arms come to, where each stands, and how that is told. Knows nothing of Flink but its views of bytes. */
@NullMarked
package io.fairlead.jobs.canary;

import org.jspecify.annotations.NullMarked;
