package io.fairlead.edge.report;

/**
 * What only the edge itself knows for its report.
 *
 * @param openConnections of users
 * @param inFlightRequests being served
 * @param exitLinks links of exits
 * @param exitsOnline exits with at least one link
 * @param requests served since the process started
 * @param failures of these
 * @param localScoring picks stand on local scoring: the job is silent
 * @param draining no new work is taken
 * @param groupId delivery group whose viewers it serves; empty: it serves none
 * @param deliveredBitsPerSecond what it sends to viewers, bit/s since the last report; -1: not measured
 * @param linkAddress where relay clients can dial in, HOST:PORT; empty: nowhere, or it is not told
 * @param viewerAddress where viewers can watch rooms, http://HOST:PORT or https://HOST[:PORT]; empty: nowhere, or it is not told
 */
public record EdgeLoad(
        int openConnections,
        int inFlightRequests,
        int exitLinks,
        int exitsOnline,
        long requests,
        long failures,
        boolean localScoring,
        boolean draining,
        String groupId,
        double deliveredBitsPerSecond,
        String linkAddress,
        String viewerAddress) {

    /** Of an edge that serves no viewers. */
    public EdgeLoad(
            int openConnections,
            int inFlightRequests,
            int exitLinks,
            int exitsOnline,
            long requests,
            long failures,
            boolean localScoring,
            boolean draining) {
        this(
                openConnections,
                inFlightRequests,
                exitLinks,
                exitsOnline,
                requests,
                failures,
                localScoring,
                draining,
                "",
                -1,
                "",
                "");
    }

    /** Of an edge that has nothing to say yet. */
    public static EdgeLoad none() {
        return new EdgeLoad(0, 0, 0, 0, 0, 0, false, false);
    }
}
