package io.fairlead.dashboards.query;

/**
 * One accepted policy record, or what a job made of a canary: a mark on every chart.
 *
 * @param atMs when it was written, ms since the Unix epoch
 * @param key kind and scope, such as {@code quality/default}
 * @param version offset in the policy topic, as decisions carry it
 * @param revision counts the records of the key, from 1; 0: it is the job that says it
 */
public record PolicyChange(long atMs, String key, String author, String reason, long version, long revision) {}
