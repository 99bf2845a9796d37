/** Records as they lie on Kafka, into and out of the jobs, and what becomes of those that can't be read. */
@NullMarked
package io.fairlead.jobs.source;

import org.jspecify.annotations.NullMarked;
