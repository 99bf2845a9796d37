package io.fairlead.dashboards.grafana;

import java.util.List;

/** All alerts. Each has a runbook of its name in docs/operations.md. */
public final class Alerts {

    private static final String PAGE = "page";
    private static final String TICKET = "ticket";

    private Alerts() {}

    /** In the order of urgency. */
    public static List<Alert> all() {
        return List.of(
                new Alert(
                        "requests-fail",
                        "Requests fail",
                        "More than 5 % of the requests of the last 5 minutes failed.",
                        PAGE,
                        "SELECT if(sum(requests) < 100, 0, sum(failures) / sum(requests)) AS share FROM fairlead.requests_1m WHERE bucket >= now() - 300",
                        0.05,
                        2),
                new Alert(
                        "edge-gone",
                        "An edge is gone",
                        "An edge that reported within the last hour has said nothing for 2 minutes.",
                        PAGE,
                        "SELECT count() AS edges FROM (SELECT edge_id, max(at) AS last, argMax(draining, at) AS left FROM fairlead.raw_edge_reports WHERE at > now() - 3600 GROUP BY edge_id) WHERE last < now() - 120 AND NOT left",
                        0,
                        1),
                new Alert(
                        "job-silent",
                        "A job is silent",
                        "A job that was heard within the last hour has sent no heartbeat for a minute: edges score by themselves, or pools and map stay as they are.",
                        PAGE,
                        "SELECT count() AS jobs FROM (SELECT job, max(issued_at) AS last FROM fairlead.job_heartbeats WHERE at > now() - 3600 GROUP BY job) WHERE last < now() - 60",
                        0,
                        1),
                new Alert(
                        "history-late",
                        "History is late",
                        "Nothing that edges tell has been stored for 2 minutes: FactsJob, Kafka or ClickHouse stands still, and the other alerts see nothing.",
                        PAGE,
                        "SELECT if(max(at) < now() - 3600, 0, dateDiff('second', max(arrived_at), now())) AS seconds FROM fairlead.raw_edge_ticks WHERE at > now() - 7200",
                        120,
                        1),
                new Alert(
                        "pool-degraded",
                        "A pool is degraded",
                        "A pool is under what was promised, and curing does not help.",
                        PAGE,
                        "SELECT count() AS pools FROM (SELECT pool, argMax(state, at) AS last FROM fairlead.pool_forecasts WHERE at > now() - 600 GROUP BY pool) WHERE last = 'DEGRADED'",
                        0,
                        10),
                new Alert(
                        "viewers-stall",
                        "Viewers stall",
                        "Of what viewers watched at an edge in the last 5 minutes their networks took nothing for more than 5 %.",
                        PAGE,
                        "SELECT max(share) AS stalled FROM (SELECT edge_id, if(sum(watched_ms) < 600000, 0, sum(stalled_ms) / sum(watched_ms)) AS share FROM fairlead.viewers_1m WHERE bucket >= now() - 300 GROUP BY edge_id)",
                        0.05,
                        2),
                new Alert(
                        "group-down",
                        "A delivery group is down",
                        "Name servers answer with other groups; those have to carry its demand.",
                        PAGE,
                        "SELECT count() AS groups FROM (SELECT group_id, argMax(state, at) AS last FROM fairlead.map_prices WHERE at > now() - 600 GROUP BY group_id) WHERE last = 'DOWN'",
                        0,
                        1),
                new Alert(
                        "rooms-silent",
                        "Rooms fall silent",
                        "Over 20 streams of live rooms have given way in 5 minutes because nothing came.",
                        TICKET,
                        "SELECT sum(silences) AS streams FROM fairlead.legs_1m WHERE bucket >= now() - 300",
                        20,
                        2),
                new Alert(
                        "map-halted",
                        "A map was halted",
                        "The roll-out of a map has stopped because clients fared worse with it; the former entries stand.",
                        TICKET,
                        "SELECT if(argMax(roll_out, at) = 'HALTED', 1, 0) AS halted FROM fairlead.map_states WHERE at > now() - 900",
                        0,
                        1),
                new Alert(
                        "telemetry-lost",
                        "Telemetry is lost",
                        "An edge has given up records in the last 10 minutes.",
                        TICKET,
                        "SELECT sum(lost) AS records FROM (SELECT edge_id, max(lost_records_max) - min(lost_records_max) AS lost FROM fairlead.edges_1m WHERE bucket > now() - 600 GROUP BY edge_id)",
                        0,
                        1),
                new Alert(
                        "loop-slow",
                        "Decisions come late",
                        "From an event to its effect the slowest 1 % took over 5 s somewhere.",
                        TICKET,
                        "SELECT max(p99_ms_max) AS ms FROM fairlead.loops_1m WHERE bucket > now() - 300",
                        5_000,
                        5),
                new Alert(
                        "dead-letters",
                        "Records can't be read",
                        "Dead letters have come in the last 10 minutes.",
                        TICKET,
                        "SELECT count() AS records FROM fairlead.dead_letters WHERE at > now() - 600",
                        0,
                        1),
                new Alert(
                        "config-refused",
                        "Config is refused",
                        "A job or an edge has refused what somebody wrote to a config topic; what counted before goes on.",
                        TICKET,
                        "SELECT count() AS records FROM fairlead.config_rejected WHERE at > now() - 600",
                        0,
                        1),
                new Alert(
                        "usage-differs",
                        "Edges and agents count otherwise",
                        "Of over 100 tunnels of the last day the agent has counted other bytes than the edge.",
                        TICKET,
                        "SELECT count() AS tunnels FROM fairlead.usage_mismatches WHERE at > now() - 86400",
                        100,
                        30));
    }
}
