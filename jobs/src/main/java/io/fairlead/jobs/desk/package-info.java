/** A job that decides under one key: what Flink must know of it, so that the rest need not know Flink. */
@NullMarked
package io.fairlead.jobs.desk;

import org.jspecify.annotations.NullMarked;
