package io.fairlead.dashboards.query;

import org.jspecify.annotations.Nullable;

/**
 * What users saw in one bucket of time.
 *
 * @param atSeconds start of the bucket, seconds since the Unix epoch
 * @param requests that ended in it
 * @param failures of these, those that no client caused
 * @param p50Ms time to the first byte of the answers that came, ms; null: none came
 */
public record TrafficPoint(
        long atSeconds,
        long requests,
        long failures,
        @Nullable Double p50Ms,
        @Nullable Double p95Ms,
        @Nullable Double p99Ms) {}
