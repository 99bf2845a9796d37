package io.fairlead.proxy.pick;

import io.fairlead.proxy.exit.Location;
import org.jspecify.annotations.Nullable;

/**
 * By what a pool can be parted, so that a request for a place is as fast as one for any. Narrowest first. A part is a pool of its own,
 * and pools are only parted by what has been asked for.
 */
enum Area {
    CITY(1) {
        @Override
        boolean isKnown(Location of) {
            return !of.country().isEmpty() && !of.city().isEmpty();
        }

        @Override
        String nameOf(Location place) {
            return "country " + place.country() + " city " + place.city();
        }

        @Override
        Location only(Location place) {
            return new Location(place.country(), "", place.city(), 0);
        }
    },
    REGION(2) {
        @Override
        boolean isKnown(Location of) {
            return !of.country().isEmpty() && !of.region().isEmpty();
        }

        @Override
        String nameOf(Location place) {
            return "country " + place.country() + " region " + place.region();
        }

        @Override
        Location only(Location place) {
            return new Location(place.country(), place.region(), "", 0);
        }
    },
    ASN(4) {
        @Override
        boolean isKnown(Location of) {
            return of.asn() != 0;
        }

        @Override
        String nameOf(Location place) {
            return "asn " + place.asn();
        }

        @Override
        Location only(Location place) {
            return new Location("", "", "", place.asn());
        }
    },
    COUNTRY(8) {
        @Override
        boolean isKnown(Location of) {
            return !of.country().isEmpty();
        }

        @Override
        String nameOf(Location place) {
            return "country " + place.country();
        }

        @Override
        Location only(Location place) {
            return new Location(place.country(), "", "", 0);
        }
    };

    private static final Area[] ALL = values();

    /** Its bit in a set of these. */
    final int bit;

    Area(int bit) {
        this.bit = bit;
    }

    /** The narrowest that a request for a place can be served by; null: none. */
    static @Nullable Area of(Location asked) {
        for (Area area : ALL) {
            if (area.isKnown(asked)) {
                return area;
            }
        }
        return null;
    }

    /** Whether the place says enough. */
    abstract boolean isKnown(Location of);

    abstract String nameOf(Location place);

    abstract Location only(Location place);

    /** Name of the part of a pool that a place is in; no pool's own name holds a blank. */
    String part(String pool, Location place) {
        return pool + ' ' + nameOf(place);
    }

    /** Whether all of that part is where the request asks for. */
    boolean isAll(Location asked) {
        return only(asked).equals(asked);
    }
}
