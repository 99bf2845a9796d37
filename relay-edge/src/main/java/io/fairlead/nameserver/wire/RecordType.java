package io.fairlead.nameserver.wire;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Numbers of record types (IANA) and their names. */
public final class RecordType {

    public static final int A = 1;
    public static final int NS = 2;
    public static final int CNAME = 5;
    public static final int SOA = 6;
    public static final int PTR = 12;
    public static final int HINFO = 13;
    public static final int MX = 15;
    public static final int TXT = 16;
    public static final int AAAA = 28;
    public static final int SRV = 33;
    public static final int OPT = 41;
    public static final int DS = 43;
    public static final int RRSIG = 46;
    public static final int NSEC = 47;
    public static final int DNSKEY = 48;
    public static final int SVCB = 64;
    public static final int HTTPS = 65;
    public static final int IXFR = 251;
    public static final int AXFR = 252;
    public static final int ANY = 255;
    public static final int CAA = 257;

    private static final Map<String, Integer> NUMBERS = new TreeMap<>(Map.ofEntries(
            Map.entry("A", A),
            Map.entry("NS", NS),
            Map.entry("CNAME", CNAME),
            Map.entry("SOA", SOA),
            Map.entry("PTR", PTR),
            Map.entry("MX", MX),
            Map.entry("TXT", TXT),
            Map.entry("AAAA", AAAA),
            Map.entry("SRV", SRV),
            Map.entry("SVCB", SVCB),
            Map.entry("HTTPS", HTTPS),
            Map.entry("CAA", CAA)));

    private RecordType() {}

    /** Number of a type by its name, or by TYPE and its number (RFC 3597); -1: it is none that zones may have. */
    public static int parse(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        Integer known = NUMBERS.get(upper);
        if (known != null) {
            return known;
        }
        return upper.matches("TYPE\\d{1,5}") && Integer.parseInt(upper.substring(4)) <= 0xFFFF
                ? Integer.parseInt(upper.substring(4))
                : -1;
    }

    /** Name of a type. */
    public static String name(int type) {
        return NUMBERS.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("TYPE" + type);
    }

    /** Types by name that zones may have, with commas. */
    public static String names() {
        return String.join(", ", NUMBERS.keySet());
    }
}
