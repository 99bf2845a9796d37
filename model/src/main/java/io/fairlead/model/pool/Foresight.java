package io.fairlead.model.pool;

/**
 * What was foreseen of a pool's health after a change, and what came of it.
 *
 * @param changedAtMs when it was foreseen
 * @param predicted health foreseen then
 * @param observed health at its horizon
 */
public record Foresight(String pool, long changedAtMs, double predicted, double observed) {}
