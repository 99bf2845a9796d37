/** What every job shares when it starts: its settings, and how it runs on Flink. */
@NullMarked
package io.fairlead.jobs.setup;

import org.jspecify.annotations.NullMarked;
