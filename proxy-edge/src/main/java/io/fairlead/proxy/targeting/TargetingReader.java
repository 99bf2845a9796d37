package io.fairlead.proxy.targeting;

import io.fairlead.proxy.exit.Location;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is asked for, in any {@link Dialect}, as one {@link Targeting}. Strict: a key that is not known, a value that can't be
 * meant, a key given twice are refused and named, so that a typing error never silently widens a request.
 */
public final class TargetingReader {

    private static final int LONGEST_VALUE = 64;
    private static final long LARGEST_ASN = 0xffff_ffffL;
    private static final Pattern COUNTRY = Pattern.compile("[A-Za-z]{2}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_]+");
    private static final Pattern ASN = Pattern.compile("(?:[Aa][Ss])?([0-9]{1,10})");
    private static final Pattern TTL = Pattern.compile("([0-9]{1,7})([smhd]?)");

    /** What became of it. */
    public sealed interface Reading {

        /** It is understood. */
        record Understood(Targeting targeting) implements Reading {}

        /** It is not; the detail is one sentence for the user. */
        record Refused(String detail) implements Reading {}
    }

    private static final class Unreadable extends Exception {

        private static final long serialVersionUID = 1;

        private final String detail;

        Unreadable(String detail) {
            super(detail, null, false, false);
            this.detail = detail;
        }
    }

    private final Dialect dialect;
    private final Map<Key, String> values = new EnumMap<>(Key.class);
    private final Map<Key, String> spelt = new EnumMap<>(Key.class);

    private TargetingReader(Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * Reads it.
     *
     * @param longestTtlSeconds that a session may be asked for
     */
    public static Reading read(Claim.Asked asked, int longestTtlSeconds) {
        if (asked.text().isEmpty()) {
            return new Reading.Understood(Targeting.NONE);
        }
        try {
            TargetingReader reader = new TargetingReader(asked.dialect());
            reader.split(asked.text());
            return new Reading.Understood(reader.targeting(longestTtlSeconds));
        } catch (Unreadable e) {
            return new Reading.Refused(e.detail);
        }
    }

    // ---- keys and values

    private void split(String text) throws Unreadable {
        String[] tokens = text.substring(1).split(String.valueOf(dialect.between), -1);
        int at = 0;
        while (at < tokens.length) {
            int end = at + 1;
            String name = tokens[at];
            StringBuilder value = new StringBuilder();
            if (dialect.between == '-') {
                for (; end < tokens.length && (end == at + 1 || !dialect.keys.containsKey(tokens[end])); end++) {
                    value.append(end == at + 1 ? "" : "-").append(tokens[end]);
                }
            } else {
                int dash = name.indexOf('-');
                value.append(dash < 0 ? "" : name.substring(dash + 1));
                name = dash < 0 ? name : name.substring(0, dash);
            }
            put(name, value.toString());
            at = end;
        }
    }

    private void put(String name, String value) throws Unreadable {
        Key key = dialect.keys.get(name);
        if (key == null) {
            throw new Unreadable("unknown targeting key '" + name + "' in the user name; known keys: "
                    + String.join(", ", new TreeSet<>(dialect.keys.keySet())));
        }
        if (values.put(key, value) != null) {
            throw new Unreadable("targeting key '" + name + "' is given twice");
        }
        spelt.put(key, name);
        if (value.isEmpty()) {
            throw wrong(key, "has no value");
        }
        if (value.length() > LONGEST_VALUE) {
            throw wrong(
                    key, "has a value of " + value.length() + " characters, at most " + LONGEST_VALUE + " are allowed");
        }
    }

    private Unreadable wrong(Key key, String what) {
        return new Unreadable("targeting key '" + spelt.get(key) + "' " + what);
    }

    private String value(Key key, Pattern form, String shape) throws Unreadable {
        String value = values.get(key);
        if (value == null) {
            return "";
        }
        if (!form.matcher(value).matches()) {
            throw wrong(key, "has the value '" + printable(value) + "'; it must be " + shape);
        }
        return value;
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    // ---- what they mean

    private Targeting targeting(int longestTtlSeconds) throws Unreadable {
        String dns = values.get(Key.DNS);
        if (dns != null && !dns.equals("remote")) {
            throw wrong(
                    Key.DNS,
                    "asks for '" + printable(dns) + "'; names are resolved at the exit: say remote, or nothing");
        }
        String pool = value(Key.POOL, NAME, "letters, digits, '-', '_' and '.'");
        return new Targeting(pool, where(), session(longestTtlSeconds));
    }

    private Location where() throws Unreadable {
        String country = value(Key.COUNTRY, COUNTRY, "two letters, such as us").toLowerCase(Locale.ROOT);
        String region = value(Key.REGION, NAME, "a name of letters, digits, '-', '_' and '.'");
        String city = value(Key.CITY, NAME, "a name of letters, digits, '-', '_' and '.'");
        if (dialect == Dialect.OXYLABS && region.toLowerCase(Locale.ROOT).startsWith(country + "_")) {
            region = region.substring(country.length() + 1);
        }
        for (Key key : new Key[] {Key.REGION, Key.CITY}) {
            String name = values.get(key);
            if (name != null && country.isEmpty()) {
                throw wrong(key, "needs its country beside it");
            }
            if (name != null && Location.plain(name).isEmpty()) {
                throw wrong(key, "has the value '" + name + "', which names nothing");
            }
        }
        return new Location(country, region, city, asn());
    }

    private long asn() throws Unreadable {
        String value = value(Key.ASN, ASN, "a number, such as 7018");
        if (value.isEmpty()) {
            return 0;
        }
        Matcher digits = ASN.matcher(value);
        long asn = digits.matches() ? Long.parseLong(digits.group(1)) : 0;
        if (asn < 1 || asn > LARGEST_ASN) {
            throw wrong(Key.ASN, "has the value '" + value + "', which no autonomous system has");
        }
        return asn;
    }

    private Targeting.@Nullable Session session(int longestTtlSeconds) throws Unreadable {
        String name = value(Key.SESSION, SESSION, "letters, digits and '_'");
        String mode = value(Key.MODE, Pattern.compile("soft|hard"), "soft or hard");
        int ttl = ttlSeconds(longestTtlSeconds);
        if (!name.isEmpty()) {
            return new Targeting.Session(name, ttl, mode.equals("hard"));
        }
        for (Key key : new Key[] {Key.TTL, Key.MODE}) {
            if (values.containsKey(key)) {
                throw wrong(key, "says something of a session, but none is named");
            }
        }
        return null;
    }

    private int ttlSeconds(int longest) throws Unreadable {
        String value = value(Key.TTL, TTL, "a number, with s, m, h or d behind it if you like");
        if (value.isEmpty()) {
            return Math.min(longest, Targeting.Session.DEFAULT_TTL_SECONDS);
        }
        Matcher parts = TTL.matcher(value);
        long seconds = 0;
        if (parts.matches()) {
            int unit =
                    switch (parts.group(2)) {
                        case "s" -> 1;
                        case "m" -> 60;
                        case "h" -> 3_600;
                        case "d" -> 86_400;
                        default -> dialect.secondsPerUnit;
                    };
            seconds = Long.parseLong(parts.group(1)) * unit;
        }
        if (seconds < 1 || seconds > longest) {
            throw wrong(Key.TTL, "asks for " + seconds + " s; it must be 1 to " + longest + " s");
        }
        return (int) seconds;
    }
}
