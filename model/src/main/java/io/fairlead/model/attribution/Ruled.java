package io.fairlead.model.attribution;

/**
 * A failure and whose fault it was.
 *
 * @param share how much of the blame is the culprit's by what was known, 0–1
 */
public record Ruled(Try failure, Culprit culprit, double share) {}
