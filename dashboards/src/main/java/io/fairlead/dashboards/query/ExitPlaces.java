package io.fairlead.dashboards.query;

import java.sql.SQLException;
import java.util.List;

/** Where an exit says it is, and where it counts as being. */
public final class ExitPlaces {

    private static final String SQL =
            "SELECT edge_id, toString(max(seen.at)), argMax(seen.declared_country, seen.at), argMax(seen.declared_region, seen.at),"
                    + " argMax(seen.declared_city, seen.at), argMax(seen.declared_asn, seen.at), argMax(seen.country, seen.at),"
                    + " argMax(seen.region, seen.at), argMax(seen.city, seen.at), argMax(seen.asn, seen.at),"
                    + " argMax(seen.observed_prefix, seen.at)"
                    + " FROM fairlead.raw_exit_connected AS seen WHERE exit_id = ? GROUP BY edge_id ORDER BY 2 DESC LIMIT 16";

    private final ClickHouseSource source;

    /**
     * A place. Names as they were told.
     *
     * @param country ISO 3166-1 alpha-2, lower case; empty, as region and city: not known
     * @param asn autonomous system number; 0: not known
     */
    public record Place(String country, String region, String city, long asn) {}

    /**
     * The newest link of an exit to one edge.
     *
     * @param at when it came up, UTC
     * @param declared what the exit says
     * @param counted what counts: of its address, where the edge knows that, else as declared
     * @param observedPrefix network of its address (/24 or /48), as the edge saw it
     */
    public record Sighting(String edgeId, String at, Place declared, Place counted, String observedPrefix) {}

    public ExitPlaces(ClickHouseSource source) {
        this.source = source;
    }

    /** Its newest link to each edge within the 30 days that are kept, the newest first, at most 16. */
    public List<Sighting> of(String exitId) throws SQLException {
        return source.select(
                SQL,
                List.of(exitId),
                row -> new Sighting(
                        row.getString(1),
                        row.getString(2),
                        new Place(row.getString(3), row.getString(4), row.getString(5), row.getLong(6)),
                        new Place(row.getString(7), row.getString(8), row.getString(9), row.getLong(10)),
                        row.getString(11)));
    }
}
