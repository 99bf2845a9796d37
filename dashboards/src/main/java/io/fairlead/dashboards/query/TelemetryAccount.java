package io.fairlead.dashboards.query;

/**
 * What is stored of one lane of telemetry: one edge, epoch, topic and partition.
 *
 * @param topic full name
 * @param edgeId name of the edge
 * @param edgeEpochMs start of that edge's process, ms since the Unix epoch
 * @param partition of the topic
 * @param numbered how many the edge has numbered, as far as is known here: the greatest sequence and one
 * @param stored rows
 * @param missing numbered and not stored: lost, unreadable, or still on their way
 * @param duplicates stored more than once
 */
public record TelemetryAccount(
        String topic,
        String edgeId,
        long edgeEpochMs,
        int partition,
        long numbered,
        long stored,
        long missing,
        long duplicates) {}
