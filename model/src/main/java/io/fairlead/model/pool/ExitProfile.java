package io.fairlead.model.pool;

import io.fairlead.model.PoolType;

/**
 * What an exit is, as seen by the edge that it is linked to. Texts in lower case; empty: not known.
 *
 * @param asn 0: not known
 */
public record ExitProfile(PoolType type, String country, String region, String city, long asn) {

    /** Of an exit of which nothing is known. */
    public static final ExitProfile UNKNOWN = new ExitProfile(PoolType.UNKNOWN, "", "", "", 0);
}
