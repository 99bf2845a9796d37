package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The questions of {@link EdnsComplianceTest} that Knot's kdig can ask, read by an implementation that shares nothing with BIND's. It sets neither an opcode nor a flag of EDNS; those lines are dig's alone.
 */
class KdigComplianceTest {

    private static final String ZONE = "fairlead.example";
    private static final String SOA_RECORD = "fairlead.example.\\s+300\\s+IN\\s+SOA\\s+ns1.fairlead.example.";
    private static final String NO_ERROR = "status: NOERROR;";
    private static final String BAD_VERSION = "status: BADVERS;";
    private static final String AUTHORITATIVE = "Flags: qr aa";
    private static final String VERSION_0 = "Version: 0;";
    private static final String EDNS = "EDNS PSEUDOSECTION";

    private static NameServerStage stage;

    @BeforeAll
    static void start() throws Exception {
        stage = NameServerStage.start();
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    /** @param never patterns that nothing of what kdig prints may have */
    private record Line(String name, List<String> arguments, List<String> must, List<String> never) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Line line(String name, String arguments, List<String> must, String... never) {
        return new Line(name, List.of(arguments.split(" +")), must, List.of(never));
    }

    static Stream<Line> lines() {
        String soa = " " + ZONE + " SOA";
        List<String> good = List.of(NO_ERROR, SOA_RECORD, AUTHORITATIVE);
        List<String> goodEdns = List.of(NO_ERROR, SOA_RECORD, AUTHORITATIVE, VERSION_0);
        List<String> badVersion = List.of(BAD_VERSION, VERSION_0);
        return Stream.of(
                line("8.1.1 SOA", "+noedns +norec" + soa, good, EDNS, "Flags:[^;]* ad"),
                line(
                        "8.1.2 unknown type",
                        "+noedns +norec " + ZONE + " TYPE1000",
                        List.of(NO_ERROR, AUTHORITATIVE, "ANSWER: 0"),
                        EDNS),
                line("8.1.3.1 CD", "+noedns +norec +cdflag" + soa, good, EDNS),
                line("8.1.3.2 AD", "+noedns +norec +adflag" + soa, good, "Flags:[^;]* ad"),
                line("8.1.3.3 Z", "+noedns +norec +zflag" + soa, good, "Flags:[^;]* z"),
                line("8.1.3.4 RD", "+noedns +rdflag" + soa, List.of(NO_ERROR, SOA_RECORD, "Flags: qr aa rd"), " ra"),
                line(
                        "AA, TC and RA in a question",
                        "+noedns +norec +aaflag +tcflag +raflag" + soa,
                        good,
                        "Flags:[^;]* (tc|ra)"),
                line("8.1.5 TCP", "+noedns +norec +tcp" + soa, good, EDNS),
                line("8.2.1 EDNS", "+edns=0 +norec" + soa, goodEdns, BAD_VERSION),
                line("8.2.2 EDNS version 1", "+edns=1 +norec" + soa, badVersion, SOA_RECORD),
                line("ISC EDNS version 100", "+edns=100 +norec" + soa, badVersion, SOA_RECORD),
                line("8.2.3 unknown option", "+edns=0 +norec +ednsopt=100" + soa, goodEdns, "Option \\(100\\)"),
                line(
                        "8.2.3 unknown option with data",
                        "+edns=0 +norec +ednsopt=65001:00ff00" + soa,
                        goodEdns,
                        "Option \\(65001\\)"),
                line(
                        "8.2.6 version 1 with option",
                        "+edns=1 +norec +ednsopt=100" + soa,
                        badVersion,
                        SOA_RECORD,
                        "Option \\(100\\)"),
                line(
                        "8.2.7 truncation",
                        "+edns=0 +norec +dnssec +bufsize=512 +ignore big." + ZONE + " TXT",
                        List.of(NO_ERROR, VERSION_0, "Flags: qr tc", "ANSWER: 0")),
                line(
                        "8.2.7 truncation, and TCP after it",
                        "+edns=0 +norec +dnssec +bufsize=512 big." + ZONE + " TXT",
                        List.of("retrying over TCP", NO_ERROR, VERSION_0, "x{250}"),
                        "Flags: qr aa tc"),
                line(
                        "8.2.8 DO",
                        "+edns=0 +norec +dnssec" + soa,
                        List.of(NO_ERROR, SOA_RECORD, VERSION_0, "flags: do;"),
                        BAD_VERSION),
                line("8.2.9 version 1 with DO", "+edns=1 +norec +dnssec" + soa, badVersion, SOA_RECORD),
                line(
                        "8.2.10 options at once",
                        "+edns=0 +norec +nsid +subnet=0.0.0.0/0 +expire +cookie" + soa,
                        List.of(NO_ERROR, SOA_RECORD, AUTHORITATIVE, VERSION_0, "COOKIE: [0-9A-Fa-f]{48}"),
                        "FORMERR"),
                line(
                        "options at once over TCP",
                        "+tcp +norec +nsid +subnet=192.0.2.0/24 +expire +cookie +padding=64" + soa,
                        List.of(NO_ERROR, SOA_RECORD, "CLIENT-SUBNET: 192.0.2.0/24/0"),
                        "FORMERR"),
                line("ISC small buffer", "+edns=0 +norec +bufsize=512 +ignore" + soa, goodEdns, " tc"),
                line(
                        "subnet, IPv6",
                        "+norec +subnet=2001:db8:7::/48 www." + ZONE,
                        List.of(NO_ERROR, "CLIENT-SUBNET: 2001:db8:7::/48/0"),
                        "FORMERR"),
                line(
                        "HTTPS",
                        "+norec www." + ZONE + " HTTPS",
                        List.of(NO_ERROR, "alpn=h2,h3", "ipv4hint=192.0.2.80"),
                        "FORMERR"),
                line("any", "+norec +notcp www." + ZONE + " ANY", List.of(NO_ERROR, "RFC8482"), "192\\.0\\.2"),
                line("transfer", "+tcp " + ZONE + " AXFR", List.of("REFUSED"), "SOA\\s+ns1"),
                line("other zone", "+norec www.elsewhere.example", List.of("status: REFUSED;", "ANSWER: 0"), " aa"),
                line(
                        "no such name",
                        "+norec nowhere." + ZONE,
                        List.of("status: NXDOMAIN;", AUTHORITATIVE, "60\\s+IN\\s+SOA")),
                line(
                        "wildcard",
                        "+norec a.b.wild." + ZONE,
                        List.of("a\\.b\\.wild\\.fairlead\\.example\\.\\s+300\\s+IN\\s+A\\s+192.0.2.99")),
                line(
                        "referral",
                        "+norec a.sub." + ZONE,
                        List.of(NO_ERROR, "Flags: qr;", "AUTHORITY: 2", "A\\s+192.0.2.54")));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void isAnsweredAsTheyWant(Line line) throws Exception {
        String said = kdig(line.arguments().toArray(String[]::new));
        for (String each : line.must()) {
            assertThat(said).containsPattern(each);
        }
        for (String each : line.never()) {
            assertThat(said).doesNotContainPattern(each);
        }
        assertThat(said).doesNotContain("malformed", "can't parse", "trailing");
    }

    /** It shows the cookie that it was given, as a resolver would, and is believed. */
    @Test
    void aQuestionAfterItsCookieIsProven() throws Exception {
        String given = kdig("+norec", "+cookie=0011223344556677", "www." + ZONE)
                .replaceAll("(?s).*COOKIE: ([0-9A-Fa-f]{48}).*", "$1");
        long before = stage.counters().proven.sum();
        assertThat(kdig("+norec", "+cookie=" + given, "www." + ZONE)).contains(NO_ERROR);
        assertThat(stage.counters().proven.sum()).isEqualTo(before + 1);
    }

    private static String kdig(String... arguments) throws Exception {
        return NameServerStage.run(
                "kdig",
                "@127.0.0.1",
                "-p",
                Integer.toString(stage.address().getPort()),
                "+retry=0",
                "+timeout=5",
                arguments);
    }
}
