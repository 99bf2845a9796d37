package io.fairlead.proxy.exit;

import java.io.IOException;
import java.net.InetAddress;

/** Where addresses are. Called on event loops: must not block. */
@FunctionalInterface
public interface ObservedLocations {

    /** Knows nothing: what exits declare stands. */
    ObservedLocations NONE = address -> Seen.NOTHING;

    /**
     * Looks an address up.
     *
     * @throws IOException if what is known of it can't be read
     */
    Seen at(InetAddress address) throws IOException;

    /**
     * What is known of an address.
     *
     * @param location its fields are empty, or 0, where nothing is known
     * @param regionCode another spelling of the region; empty: none
     */
    record Seen(Location location, String regionCode) {

        public static final Seen NOTHING = new Seen(Location.ANYWHERE, "");
    }
}
