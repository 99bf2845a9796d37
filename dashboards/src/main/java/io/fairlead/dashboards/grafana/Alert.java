package io.fairlead.dashboards.grafana;

/**
 * Something that somebody must look at.
 *
 * @param uid by which Grafana knows it; also the heading of its runbook in docs/operations.md
 * @param summary what is the matter, and where to begin
 * @param severity {@code page} for what can't wait until the morning, else {@code ticket}
 * @param sql gives one number
 * @param above it is raised while the number is greater
 * @param forMinutes so long without a break
 */
public record Alert(
        String uid, String title, String summary, String severity, String sql, double above, int forMinutes) {}
