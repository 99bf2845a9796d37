package io.fairlead.dashboards.grafana;

import static io.fairlead.dashboards.grafana.Boards.BY_TIME;
import static io.fairlead.dashboards.grafana.Boards.IN_TIME;
import static io.fairlead.dashboards.grafana.Boards.MINUTES;
import static io.fairlead.dashboards.grafana.Boards.STEP;
import static io.fairlead.dashboards.grafana.Boards.rolledUp;

import java.util.List;

/** The boards of live rooms, and of resolvers and the network map. */
final class RelayBoards {

    private static final String OF_CLIENT =
            IN_TIME + " AND $__conditionalAll(relay_client_id IN (${client:singlequote}), $client)";
    private static final String OF_GROUP =
            " WHERE $__timeFilter(at) AND $__conditionalAll(group_id IN (${group:singlequote}), $group)";
    private static final String AT = "toStartOfInterval(at, toIntervalSecond(" + STEP + ")) AS time";

    private static final Variable CLIENT = new Variable(
            "client",
            "Relay client",
            "SELECT DISTINCT relay_client_id FROM fairlead.legs_1m WHERE bucket > now() - 86400 ORDER BY relay_client_id LIMIT 1000");
    private static final Variable GROUP = new Variable(
            "group",
            "Group",
            "SELECT DISTINCT group_id FROM fairlead.map_prices WHERE at > now() - 86400 ORDER BY group_id LIMIT 1000");

    private RelayBoards() {}

    static Board rooms() {
        return new Board(
                "fairlead-rooms",
                "Live rooms",
                "How it is to watch, and what merging saves on long links.",
                List.of(CLIENT),
                List.of(
                        Panel.series(
                                "Start-up",
                                "ms",
                                "From a viewer's request to the write with his first key frame. If it rises at one edge alone: its network, or rooms that only a far relay server has.",
                                "SELECT time, q[1] / 1000 AS p50, q[3] / 1000 AS p95, q[4] / 1000 AS p99 FROM (SELECT "
                                        + MINUTES
                                        + ", quantilesTDigestIfMerge(0.5, 0.9, 0.95, 0.99)(first_key_us) AS q FROM "
                                        + rolledUp("starts")
                                        + IN_TIME + " GROUP BY time) ORDER BY time"),
                        Panel.series(
                                "Stalled",
                                "percentunit",
                                "Share of watching in which a viewer's network took nothing for over half a second, by edge.",
                                "SELECT " + MINUTES
                                        + ", edge_id AS edge, sum(stalled_ms) / greatest(sum(watched_ms), 1) AS stalled FROM "
                                        + rolledUp("viewers")
                                        + IN_TIME + " GROUP BY time, edge ORDER BY time"),
                        Panel.series(
                                "Paused",
                                "percentunit",
                                "Share of watching in which the room itself had nothing for over half a second. High with no stalls: the source, or the long link.",
                                "SELECT " + MINUTES
                                        + ", edge_id AS edge, sum(paused_ms) / greatest(sum(watched_ms), 1) AS paused FROM "
                                        + rolledUp("viewers")
                                        + IN_TIME + " GROUP BY time, edge ORDER BY time"),
                        Panel.series(
                                "Viewers",
                                "short",
                                "Mean of those that watch at once, by edge.",
                                "SELECT " + MINUTES + ", edge_id AS edge, sum(watched_ms) / (1000 * " + STEP
                                        + ") AS viewers FROM " + rolledUp("viewers") + IN_TIME
                                        + " GROUP BY time, edge ORDER BY time"),
                        Panel.series(
                                "Saved by merging",
                                "bps",
                                "What crosses long links, and what viewers behind them get of it.",
                                "SELECT " + MINUTES + ", sum(link_bytes) * 8 / " + STEP
                                        + " AS on_long_links, sum(viewer_bytes) * 8 / " + STEP
                                        + " AS to_viewers FROM " + rolledUp("legs") + OF_CLIENT + BY_TIME),
                        Panel.series(
                                "Promotions and silences",
                                "short",
                                "Streams that took a master's place, and masters that gave way because they were silent. Silences without promotions: no other stream was there.",
                                "SELECT " + MINUTES
                                        + ", sum(promotions) AS promotions, sum(silences) AS silences, sum(lost) AS lost FROM "
                                        + rolledUp("legs")
                                        + OF_CLIENT + BY_TIME),
                        Panel.series(
                                "Gaps at splices",
                                "ms",
                                "How long viewers had nothing around a splice, beyond the pause between two frames, all together in a point of the chart.",
                                "SELECT " + MINUTES
                                        + ", edge_id AS edge, sum(splice_gap_ms) AS gaps FROM " + rolledUp("viewers")
                                        + IN_TIME + " GROUP BY time, edge ORDER BY time"),
                        Panel.series(
                                "Round trip of long links",
                                "ms",
                                "The longest that a relay client's link had.",
                                "SELECT " + MINUTES
                                        + ", relay_client_id AS client, max(rtt_us_max) / 1000 AS rtt FROM "
                                        + rolledUp("legs")
                                        + OF_CLIENT + " GROUP BY time, client ORDER BY time"),
                        Panel.table(
                                "Plans",
                                "short",
                                "The newest changes of the relay servers that relay clients take rooms from, and why.",
                                "SELECT at AS time, relay_client_id AS client, parent_id[1] AS first, parent_quality[1] AS quality, parent_rtt_ms[1] AS rtt_ms, parent_busy_share[1] AS busy, reason FROM fairlead.relay_plans"
                                        + " WHERE $__timeFilter(at) AND $__conditionalAll(relay_client_id IN (${client:singlequote}), $client) ORDER BY at DESC LIMIT 100")));
    }

    static Board map() {
        return new Board(
                "fairlead-map",
                "Resolvers and map",
                "Who is served from where, how good that is, and what is known of resolvers.",
                List.of(GROUP),
                List.of(
                        Panel.series(
                                "Regret of clients",
                                "ms",
                                "By how much round trips of clients that were measured were over their nearest group's.",
                                "SELECT " + AT
                                        + ", argMax(served_regret_ms, at) AS regret FROM fairlead.map_states WHERE $__timeFilter(at) AND served_samples > 0"
                                        + BY_TIME),
                        Panel.series(
                                "Cost and its bound",
                                "ms",
                                "Mean cost of all demand, and what no plan is under. More than 5 % apart: groups are full, or evidence stands still.",
                                "SELECT " + AT
                                        + ", argMax(mean_cost_ms, at) AS cost, argMax(bound_ms, at) AS bound FROM fairlead.map_states WHERE $__timeFilter(at)"
                                        + BY_TIME),
                        Panel.series(
                                "Moved",
                                "percentunit",
                                "Demand that a map has moved, of the map before.",
                                "SELECT " + AT
                                        + ", max(moved_share) AS moved FROM fairlead.map_states WHERE $__timeFilter(at)"
                                        + BY_TIME),
                        Panel.series(
                                "Prices",
                                "ms",
                                "What a group costs on top, so that no group is over its capacity. A price that stays: give the group capacity.",
                                "SELECT " + AT
                                        + ", group_id AS group, max(price_ms) AS price FROM fairlead.map_prices"
                                        + OF_GROUP + " GROUP BY time, group ORDER BY time"),
                        Panel.series(
                                "Load of groups",
                                "percentunit",
                                "What a group carries, of its capacity; over its shedding share, name servers send elsewhere.",
                                "SELECT " + AT
                                        + ", group_id AS group, maxIf(load_bits_per_second / greatest(capacity_bits_per_second, 1), load_bits_per_second >= 0) AS load FROM fairlead.map_prices"
                                        + OF_GROUP + " GROUP BY time, group ORDER BY time"),
                        Panel.series(
                                "Verdicts on resolvers",
                                "short",
                                "What was said of resolvers, a minute. Many TOO_FEW: few proven questions. Many CONTRADICTED: round trips say otherwise than shares.",
                                "SELECT " + MINUTES + ", verdict, sum(verdicts) * 60 / " + STEP
                                        + " AS verdicts FROM " + rolledUp("verdicts") + IN_TIME
                                        + " GROUP BY time, verdict ORDER BY time"),
                        Panel.table(
                                "Groups now",
                                "short",
                                "The last that was told of each within the hour.",
                                "SELECT group_id AS group, argMax(state, at) AS state, argMax(reason, at) AS reason, argMax(price_ms, at) AS price_ms, argMax(load_bits_per_second, at) AS bits_per_second, max(at) AS told FROM fairlead.map_prices"
                                        + " WHERE at > now() - 3600 GROUP BY group ORDER BY group LIMIT 500")));
    }
}
