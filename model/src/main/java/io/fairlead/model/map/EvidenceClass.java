package io.fairlead.model.map;

/** What the distance of a prefix to the groups is known from, the best first. */
public enum EvidenceClass {
    /** Round trips of clients' connections, seen by the edges' kernels. */
    CLIENT_RTT,
    /** Round trips of questions over TCP. */
    RESOLVER_RTT,
    /** Round trips that monitoring agents measured. */
    PROBE,
    /** The preference of a resolver among name servers. */
    POPULARITY,
    /** What is known of the /24 (IPv6: /48) around it. */
    NEAR_NEIGHBOURS,
    /** What is known of the /20 (IPv6: /40) around it. */
    NEIGHBOURS,
    /** What is known of its autonomous system. */
    NETWORK,
    /** Where it is declared to be. */
    LOCATION,
    /** Nothing: the default group. */
    DEFAULT;

    /** Whether something was measured rather than declared or inherited. */
    public boolean measured() {
        return compareTo(POPULARITY) <= 0;
    }
}
