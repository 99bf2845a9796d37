package io.fairlead.dashboards.grafana;

import java.util.List;

/**
 * All boards. Their queries read roll-ups by minute, so that a month is read in a moment, and name no single exits: of a million those
 * are the console's to find. A test bounds how many rows each may read.
 */
public final class Boards {

    /** What policies and other config did when, on every chart. */
    public static final String CHANGES =
            "SELECT written_at AS time, concat(config_key, ': ', reason) AS text, author AS tags FROM fairlead.config_history"
                    + " WHERE $__timeFilter(at) ORDER BY config_offset LIMIT 1 BY config_topic, config_offset LIMIT 500";

    private static final int HOUR = 3_600;

    /** Seconds of a point of a series over minutes. */
    static final String STEP = "greatest($__interval_s, 60)";

    static final String MINUTES = "toStartOfInterval(bucket, toIntervalSecond(" + STEP + ")) AS time";
    static final String IN_TIME = " WHERE $__timeFilter(bucket)";
    static final String BY_TIME = " GROUP BY time ORDER BY time";

    private static final String OF_TENANT =
            IN_TIME + " AND $__conditionalAll(tenant IN (${tenant:singlequote}), $tenant)";
    private static final String OF_POOL =
            " WHERE $__timeFilter(at) AND $__conditionalAll(pool IN (${pool:singlequote}), $pool)";
    private static final String OF_EDGE = IN_TIME + " AND $__conditionalAll(edge_id IN (${edge:singlequote}), $edge)";

    private static final Variable TENANT = new Variable(
            "tenant", "Tenant", "SELECT DISTINCT tenant FROM fairlead.requests_1h ORDER BY tenant LIMIT 1000");
    private static final Variable POOL = new Variable(
            "pool",
            "Pool",
            "SELECT DISTINCT pool FROM fairlead.pool_forecasts WHERE at > now() - 86400 ORDER BY pool LIMIT 1000");
    private static final Variable EDGE = new Variable(
            "edge",
            "Edge",
            "SELECT DISTINCT edge_id FROM fairlead.edges_1m WHERE bucket > now() - 86400 ORDER BY edge_id LIMIT 1000");

    private Boards() {}

    /** In the order in which they are listed. */
    public static List<Board> all() {
        return List.of(fleet(), pools(), tenants(), RelayBoards.rooms(), RelayBoards.map(), jobs(), edges());
    }

    private static Board fleet() {
        return new Board(
                "fairlead-fleet",
                "Fleet",
                "Whether requests succeed, how fast, and what is decided of exits.",
                List.of(),
                List.of(
                        Panel.series(
                                "Requests",
                                "reqps",
                                "Requests of all tenants a second.",
                                "SELECT " + MINUTES + ", sum(requests) / " + STEP + " AS requests FROM "
                                        + rolledUp("traffic") + IN_TIME + BY_TIME),
                        Panel.series(
                                "Success",
                                "percentunit",
                                "Share of requests that did not fail for a reason of ours or of a target. If it falls: by pool on the board Pools, by exit in the console.",
                                "SELECT " + MINUTES
                                        + ", 1 - sum(failures) / sum(requests) AS success FROM " + rolledUp("traffic")
                                        + IN_TIME + BY_TIME),
                        Panel.series(
                                "Time to the first byte",
                                "ms",
                                "Of requests that succeeded, from their head to the first byte of an answer.",
                                "SELECT time, q[1] / 1000 AS p50, q[3] / 1000 AS p95, q[4] / 1000 AS p99 FROM (SELECT "
                                        + MINUTES
                                        + ", quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(first_byte_us) AS q FROM "
                                        + rolledUp("traffic") + IN_TIME + " GROUP BY time) ORDER BY time"),
                        Panel.series(
                                "Tries a request",
                                "short",
                                "How many exits a request is tried on. Over 1.2, picks are bad or the fleet is.",
                                "SELECT " + MINUTES + ", sum(tries) / sum(requests) AS tries FROM "
                                        + rolledUp("traffic") + IN_TIME + BY_TIME),
                        Panel.series(
                                "Mean quality told",
                                "short",
                                "Mean of the qualities told in decisions, 0 to 100, by type of exit. Decisions are told where quality changes, so that it leans to exits that change.",
                                "SELECT " + MINUTES
                                        + ", pool_type, sum(quality_sum) / sum(decisions) AS quality FROM "
                                        + rolledUp("decisions")
                                        + IN_TIME + " GROUP BY time, pool_type ORDER BY time"),
                        Panel.series(
                                "Decisions by state",
                                "short",
                                "Decisions a minute that set exits to each state.",
                                "SELECT " + MINUTES + ", state, sum(decisions) * 60 / " + STEP
                                        + " AS decisions FROM " + rolledUp("decisions") + IN_TIME
                                        + " GROUP BY time, state ORDER BY time")));
    }

    private static Board pools() {
        String newest = "toStartOfInterval(at, toIntervalSecond(" + STEP + ")) AS time, pool";
        return new Board(
                "fairlead-pools",
                "Pools and forecasts",
                "Whether pools are what their users were promised, and will be.",
                List.of(POOL),
                List.of(
                        Panel.series(
                                "Health",
                                "percentunit",
                                "Mean quality of the members, and as foreseen at the pool's horizon. Under the minimum the pool is cured; `fairlead pool why` says what was changed.",
                                "SELECT " + newest
                                        + ", argMax(health, at) AS now, argMax(health_foreseen, at) AS foreseen, argMax(min_health, at) AS least FROM fairlead.pool_forecasts"
                                        + OF_POOL + " GROUP BY time, pool ORDER BY time"),
                        Panel.series(
                                "Members",
                                "short",
                                "Members, those online, and those wanted.",
                                "SELECT " + newest
                                        + ", argMax(members, at) AS members, argMax(members_online, at) AS online, argMax(members_wanted, at) AS wanted FROM fairlead.pool_forecasts"
                                        + OF_POOL + " GROUP BY time, pool ORDER BY time"),
                        Panel.series(
                                "Chance of a shortage",
                                "percentunit",
                                "Greatest chance, within the hour ahead, that demand is more than the pool can carry. While it is told as falling short, sessions keep from weak members and the sibling lends.",
                                "SELECT " + newest
                                        + ", argMax(arrayMax(ahead_shortage), at) AS shortage FROM fairlead.pool_forecasts"
                                        + OF_POOL + " AND notEmpty(ahead_shortage) GROUP BY time, pool ORDER BY time"),
                        Panel.series(
                                "Skill of forecasts",
                                "short",
                                "Loss of forecasts that came due, as a share of a naive forecast's, where a day before is known: under 1 is better than naive.",
                                "SELECT toStartOfInterval(bucket, toIntervalSecond(greatest($__interval_s, 600))) AS time, measure, sum(pinball) / greatest(sum(naive_pinball), 1e-9) AS loss FROM fairlead.forecast_losses_10m"
                                        + IN_TIME
                                        + " AND $__conditionalAll(pool IN (${pool:singlequote}), $pool) GROUP BY time, measure ORDER BY time"),
                        Panel.table(
                                "Pools now",
                                "short",
                                "The last that was told of each.",
                                "SELECT pool, argMax(state, at) AS state, argMax(reason, at) AS reason, argMax(missing, at) AS missing, argMax(changes_in_hour, at) AS changes_in_hour FROM fairlead.pool_forecasts WHERE at > now() - 3600"
                                        + " GROUP BY pool ORDER BY state DESC, pool LIMIT 200"),
                        Panel.table(
                                "Who came and went",
                                "short",
                                "The newest changes, with health foreseen before and after.",
                                "SELECT at AS time, pool, exit_id AS exit, kind, cause, reason, health_before, health_after FROM fairlead.pool_changes"
                                        + OF_POOL + " ORDER BY at DESC LIMIT 100")));
    }

    private static Board tenants() {
        return new Board(
                "fairlead-tenants",
                "Tenants",
                "What each tenant asks for and gets.",
                List.of(TENANT),
                List.of(
                        Panel.series(
                                "Requests by tenant",
                                "reqps",
                                "A second.",
                                "SELECT " + MINUTES + ", tenant, sum(requests) / " + STEP
                                        + " AS requests FROM " + rolledUp("requests") + OF_TENANT
                                        + " GROUP BY time, tenant ORDER BY time"),
                        Panel.series(
                                "Success by tenant",
                                "percentunit",
                                "If one falls alone, look at its targets and pools; if all do, at the board Fleet.",
                                "SELECT " + MINUTES
                                        + ", tenant, 1 - sum(failures) / sum(requests) AS success FROM "
                                        + rolledUp("requests")
                                        + OF_TENANT + " GROUP BY time, tenant ORDER BY time"),
                        Panel.series(
                                "Outcomes",
                                "short",
                                "Requests a minute by what came of them.",
                                "SELECT " + MINUTES + ", outcome, sum(requests) * 60 / " + STEP
                                        + " AS requests FROM " + rolledUp("requests") + OF_TENANT
                                        + " GROUP BY time, outcome ORDER BY time"),
                        Panel.series(
                                "Traffic",
                                "binBps",
                                "Bytes a second from and to the tenants.",
                                "SELECT " + MINUTES + ", sum(bytes_up) / " + STEP + " AS up, sum(bytes_down) / " + STEP
                                        + " AS down FROM " + rolledUp("requests") + OF_TENANT + BY_TIME),
                        Panel.series(
                                "Time of requests",
                                "ms",
                                "From head to end, of those that succeeded.",
                                quantiles("total_us", "requests", OF_TENANT)),
                        Panel.table(
                                "Days",
                                "short",
                                "As `fairlead tenant usage` says it; days are of UTC.",
                                "SELECT day, tenant, sum(requests) AS requests, sum(successes) AS successes, sum(bytes_up) AS bytes_up, sum(bytes_down) AS bytes_down FROM fairlead.usage_1d"
                                        + " WHERE day >= toDate($__fromTime) AND day <= toDate($__toTime) AND $__conditionalAll(tenant IN (${tenant:singlequote}), $tenant)"
                                        + " GROUP BY day, tenant ORDER BY day DESC, tenant LIMIT 1000")));
    }

    private static Board jobs() {
        return new Board(
                "fairlead-jobs",
                "Jobs and the loop",
                "How late decisions are, and whether everything that was told is kept.",
                List.of(),
                List.of(
                        Panel.series(
                                "From event to effect",
                                "ms",
                                "From an event at an edge to the decision in force at an edge: the highest p99 that any edge told, by topic. The aim is 1 s.",
                                "SELECT " + MINUTES + ", topic, max(p99_ms_max) AS p99 FROM " + rolledUp("loops")
                                        + IN_TIME + " GROUP BY time, topic ORDER BY time"),
                        Panel.series(
                                "From event to decision",
                                "ms",
                                "The part of it that passes until the job has decided.",
                                "SELECT time, q[1] AS p50, q[4] AS p99 FROM (SELECT " + MINUTES
                                        + ", quantilesTDigestMerge(0.5, 0.9, 0.95, 0.99)(decided_ms) AS q FROM "
                                        + rolledUp("decisions")
                                        + IN_TIME + " GROUP BY time) ORDER BY time"),
                        Panel.series(
                                "Silence of jobs",
                                "s",
                                "Greatest pause between heartbeats, or, where a point is over ten minutes, between minutes, and the mean within one. After 60 s edges score by themselves.",
                                "SELECT time, job, max(pause) AS pause FROM ("
                                        + "SELECT toStartOfInterval(at, toIntervalSecond(" + STEP
                                        + ")) AS time, job, dateDiff('millisecond', lagInFrame(at, 1, at) OVER (PARTITION BY job ORDER BY at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), at) / 1000 AS pause"
                                        + " FROM fairlead.job_heartbeats WHERE $__timeFilter(at) AND $__interval_s <= 600"
                                        + " UNION ALL SELECT toStartOfInterval(first, toIntervalSecond(" + STEP
                                        + ")) AS time, job, greatest(toFloat64(dateDiff('millisecond', lagInFrame(last, 1, first) OVER (PARTITION BY job ORDER BY first ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), first)), dateDiff('millisecond', first, last) / greatest(beats - 1, 1)) / 1000 AS pause"
                                        + " FROM (SELECT job, min(first_at) AS first, max(last_at) AS last, toInt64(sum(beats)) AS beats FROM fairlead.heartbeats_1m"
                                        + IN_TIME + " AND $__interval_s > 600 GROUP BY job, bucket)"
                                        + ") GROUP BY time, job ORDER BY time"),
                        Panel.series(
                                "Age of event time",
                                "s",
                                "How far the time up to which a job has seen everything is behind, at most. Rising: it does not keep up, or a partition is silent.",
                                "SELECT " + MINUTES
                                        + ", job, max(behind_ms_max) / 1000 AS behind FROM fairlead.heartbeats_1m"
                                        + IN_TIME + " GROUP BY time, job ORDER BY time"),
                        Panel.series(
                                "Stored telemetry",
                                "short",
                                "Records a minute by topic, as FactsJob stored them.",
                                "SELECT toStartOfInterval(bucket, toIntervalSecond(greatest($__interval_s, 3600))) AS time, topic, sum(stored) * 60 / greatest($__interval_s, 3600) AS records FROM fairlead.sequences"
                                        + IN_TIME + " GROUP BY time, topic ORDER BY time"),
                        Panel.series(
                                "Unreadable and refused",
                                "short",
                                "Dead letters and refused config, in a point of the chart.",
                                "SELECT time, sum(dead) AS dead_letters, sum(refused) AS refused_config FROM ("
                                        + "SELECT toStartOfInterval(at, toIntervalSecond(" + STEP
                                        + ")) AS time, count() AS dead, 0 AS refused FROM fairlead.dead_letters WHERE $__timeFilter(at) GROUP BY time"
                                        + " UNION ALL SELECT toStartOfInterval(at, toIntervalSecond(" + STEP
                                        + ")) AS time, 0 AS dead, count() AS refused FROM fairlead.config_rejected WHERE $__timeFilter(at) GROUP BY time)"
                                        + BY_TIME),
                        Panel.table(
                                "Changes of config",
                                "short",
                                "Who changed what, and why; also the lines on every chart.",
                                "SELECT written_at AS time, config_key AS what, author, reason, revision, config_offset AS version FROM fairlead.config_history"
                                        + " WHERE $__timeFilter(at) ORDER BY config_offset DESC LIMIT 1 BY config_topic, config_offset LIMIT 100")));
    }

    private static Board edges() {
        return new Board(
                "fairlead-edges",
                "Edges",
                "What each edge carries, and what it lacks.",
                List.of(EDGE),
                List.of(
                        Panel.series(
                                "Requests in flight",
                                "short",
                                "The most at once in a point of the chart.",
                                byEdge("max(in_flight_requests_max) AS in_flight")),
                        Panel.series(
                                "Exits online",
                                "short",
                                "The fewest in a point of the chart.",
                                byEdge("min(exits_online_min) AS online")),
                        Panel.series(
                                "Reports on local scoring",
                                "short",
                                "Reports in which an edge scored by itself, because a job was silent.",
                                byEdge("sum(local_scoring) AS reports")),
                        Panel.series(
                                "Processor",
                                "percentunit",
                                "Share of the machine that the process took, at most.",
                                byEdge("max(cpu_load_max) AS load")),
                        Panel.series(
                                "Memory",
                                "bytes",
                                "Heap and direct memory, at most.",
                                byEdge("max(heap_used_bytes_max) AS heap, max(direct_memory_bytes_max) AS direct")),
                        Panel.series(
                                "Telemetry that waits on disk",
                                "bytes",
                                "Rising: Kafka does not take what the edge tells. At the spool's bound the oldest is lost, and counted.",
                                byEdge("max(spooled_bytes_max) AS spooled")),
                        Panel.table(
                                "Edges now",
                                "short",
                                "The last report of each within the hour.",
                                "SELECT edge_id AS edge, argMax(kind, at) AS kind, argMax(version, at) AS version, max(at) AS last_report, argMax(draining, at) AS draining, argMax(arraySum(published_lost), at) AS lost_records FROM fairlead.raw_edge_reports"
                                        + " WHERE at > now() - 3600 GROUP BY edge ORDER BY last_report LIMIT 500")));
    }

    /** Minutes, or hours where a point of the chart is an hour or more: the engine reads the one that is not false beforehand. */
    static String rolledUp(String what) {
        return "(SELECT * FROM fairlead." + what + "_1m WHERE $__timeFilter(bucket) AND $__interval_s < " + HOUR
                + " UNION ALL SELECT * FROM fairlead." + what + "_1h WHERE $__timeFilter(bucket) AND $__interval_s >= "
                + HOUR + ")";
    }

    private static String byEdge(String figures) {
        return "SELECT " + MINUTES + ", edge_id AS edge, " + figures + " FROM " + rolledUp("edges") + OF_EDGE
                + " GROUP BY time, edge ORDER BY time";
    }

    private static String quantiles(String column, String table, String where) {
        return "SELECT time, q[1] / 1000 AS p50, q[3] / 1000 AS p95, q[4] / 1000 AS p99 FROM (SELECT " + MINUTES
                + ", quantilesTDigestMergeIf(0.5, 0.9, 0.95, 0.99)(" + column + ", outcome = 'OK') AS q FROM "
                + rolledUp(table) + where + " GROUP BY time) ORDER BY time";
    }
}
