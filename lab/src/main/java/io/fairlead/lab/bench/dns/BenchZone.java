package io.fairlead.lab.bench.dns;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** A zone with something of everything that a static zone can have, and questions about it and about what it has not. */
final class BenchZone {

    static final String NAME = "bench.test";
    static final int HOSTS = 1_000;

    /** Of the mapped name, which ours alone can serve. */
    static final String MAPPED = "live." + NAME;

    /** Zone of PowerDNS whose name {@code live} depends on the client's subnet. */
    static final String STEERED = "steered.test";

    private static final String HEAD = """
            $ORIGIN bench.test.
            $TTL 300
            @ IN SOA ns1 hostmaster 7 3600 900 604800 60
            @ IN NS ns1
            @ IN NS ns2.elsewhere.test.
            @ IN MX 10 mail
            @ IN TXT "v=spf1 -all" "second string"
            @ IN CAA 0 issue "ca.example"
            ns1 IN A 192.0.2.53
            ns1 IN AAAA 2001:db8::53
            mail IN A 192.0.2.25
            www IN A 192.0.2.80
            www IN A 192.0.2.81
            www IN AAAA 2001:db8::80
            alias IN CNAME www
            far IN CNAME www.elsewhere.test.
            lost IN CNAME nowhere
            chain IN CNAME alias
            a.deep.tree IN TXT "leaf"
            _sip._tcp IN SRV 1 2 5060 mail
            *.wild IN A 192.0.2.99
            *.wild IN TXT "any"
            host.wild IN A 192.0.2.98
            b.ent.wild IN A 192.0.2.97
            *.walias IN CNAME www
            *.wlost IN CNAME nowhere
            sub IN NS ns.sub
            sub IN NS ns1
            ns.sub IN A 192.0.2.54
            odd IN TYPE300 \\# 3 010203
            ptr IN PTR www
            """;

    private static final String[] NAMES = {
        "",
        "ns1",
        "mail",
        "www",
        "alias",
        "far",
        "lost",
        "chain",
        "a.deep.tree",
        "deep.tree",
        "tree",
        "_sip._tcp",
        "_tcp",
        "wild",
        "*.wild",
        "host.wild",
        "b.ent.wild",
        "ent.wild",
        "walias",
        "wlost",
        "sub",
        "ns.sub",
        "odd",
        "ptr",
        "h1",
        "h77"
    };

    private static final String[] LABELS = {"x", "www", "*", "a", "b", "ent", "host", "sub", "deep"};

    /** A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, DS, CAA, TYPE300. */
    private static final int[] TYPES = {1, 2, 5, 6, 12, 15, 16, 28, 33, 43, 257, 300};

    private BenchZone() {}

    /** As every server takes it. */
    static String text() {
        StringBuilder text = new StringBuilder(HEAD);
        for (int i = 1; i <= HOSTS; i++) {
            text.append('h')
                    .append(i)
                    .append(" IN A 198.51.100.")
                    .append(i % 250 + 1)
                    .append('\n');
        }
        return text.toString();
    }

    /** The same with the mapped name. */
    static String ours() {
        return text() + "$MAPPED live 20\n";
    }

    /** Names with an address, as dnsperf reads them. */
    static String questions() {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= HOSTS; i++) {
            text.append('h').append(i).append('.').append(NAME).append(" A\n");
        }
        return text.toString();
    }

    /** Names that are not there, each once, and others in each round. */
    static String missing(int round, int names) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i <= names; i++) {
            text.append("missing")
                    .append(round)
                    .append('-')
                    .append(i)
                    .append('.')
                    .append(NAME)
                    .append(" A\n");
        }
        return text.toString();
    }

    /** Something to ask: a name of the zone, below, beside or above one, in any case; and a type. */
    static Asked any(RandomGenerator random) {
        String name = NAMES[random.nextInt(NAMES.length)];
        List<String> labels = new ArrayList<>(name.isEmpty() ? List.of() : List.of(name.split("\\.")));
        for (int more = random.nextInt(6) - 3; more > 0; more--) {
            labels.add(0, LABELS[random.nextInt(LABELS.length)]);
        }
        if (!labels.isEmpty() && random.nextInt(8) == 0) {
            labels.remove(0);
        }
        labels.add(NAME);
        return new Asked(anyCase(String.join(".", labels), random), TYPES[random.nextInt(TYPES.length)]);
    }

    private static String anyCase(String name, RandomGenerator random) {
        StringBuilder text = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            String letter = name.substring(i, i + 1);
            text.append(random.nextBoolean() ? letter.toUpperCase(Locale.ROOT) : letter);
        }
        return text.toString();
    }

    /** A question. */
    record Asked(String name, int type) {}
}
