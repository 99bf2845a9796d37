package io.fairlead.proxy.exit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where an exit is, or where it is asked to be. Names are kept as their letters and digits in lower case, so that {@code New York},
 * {@code new-york}, {@code new_york} and {@code newyork} are one.
 *
 * @param country ISO 3166-1 alpha-2, lower case; empty: not known, or any
 * @param region empty: not known, or any
 * @param city empty: not known, or any
 * @param asn autonomous system number; 0: not known, or any
 */
public record Location(String country, String region, String city, long asn) {

    /** Not known, or anywhere. */
    public static final Location ANYWHERE = new Location("", "", "", 0);

    public Location {
        country = plain(country);
        region = plain(region);
        city = plain(city);
    }

    /** Letters and digits of a name, in lower case. */
    public static String plain(String name) {
        StringBuilder kept = new StringBuilder(name.length());
        name.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /** Whether something there is where this asks for. */
    public boolean covers(Location there) {
        return (country.isEmpty() || country.equals(there.country))
                && (region.isEmpty() || region.equals(there.region))
                && (city.isEmpty() || city.equals(there.city))
                && (asn == 0 || asn == there.asn);
    }

    /** As people read it: {@code city austin, region texas, country us}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>(4);
        if (!city.isEmpty()) {
            parts.add("city " + city);
        }
        if (!region.isEmpty()) {
            parts.add("region " + region);
        }
        if (!country.isEmpty()) {
            parts.add("country " + country);
        }
        if (asn != 0) {
            parts.add("asn " + asn);
        }
        return parts.isEmpty() ? "anywhere" : String.join(", ", parts);
    }
}
