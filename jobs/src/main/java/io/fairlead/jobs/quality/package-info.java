/** Quality and capacity of every exit, decided from telemetry and told to the edges. */
@NullMarked
package io.fairlead.jobs.quality;

import org.jspecify.annotations.NullMarked;
