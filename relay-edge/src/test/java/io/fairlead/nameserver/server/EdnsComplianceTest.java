package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The questions by which ISC and RFC 8906 §8 judge name servers, asked by dig. Each line says what must and what must not be in what dig prints.
 */
class EdnsComplianceTest {

    private static final String ZONE = "fairlead.example";
    private static NameServerStage stage;

    @BeforeAll
    static void start() throws Exception {
        stage = NameServerStage.start();
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    private record Line(String name, String arguments, String must, String mustNot) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String SOA = "\\sIN\\s+SOA\\s+ns1.fairlead.example.";
    private static final String NO_ERROR = "status: NOERROR";
    private static final String AA = "flags: qr aa";
    private static final String VERSION_0 = "EDNS: version: 0";

    static Stream<Line> lines() {
        String soa = " soa " + ZONE;
        return Stream.of(
                // RFC 8906 §8.1: basic
                line("8.1.1 SOA", "+noedns +noad +norec" + soa, list(NO_ERROR, SOA, AA), " ad|EDNS"),
                line(
                        "8.1.2 unknown type",
                        "+noedns +noad +norec type1000 " + ZONE,
                        list(NO_ERROR, "ANSWER: 0", AA),
                        "EDNS"),
                line("8.1.3.1 CD", "+noedns +noad +norec +cd" + soa, list(NO_ERROR, SOA, AA), "EDNS"),
                line("8.1.3.2 AD", "+noedns +norec +ad" + soa, list(NO_ERROR, SOA, AA), "flags:[^;]* ad"),
                line("8.1.3.3 Z", "+noedns +noad +norec +zflag" + soa, list(NO_ERROR, SOA, AA), "MBZ"),
                line("8.1.3.4 RD", "+noedns +noad +rec" + soa, list(NO_ERROR, SOA, "flags: qr aa rd"), "EDNS| ra"),
                line(
                        "8.1.4 opcode",
                        "+noedns +noad +norec +opcode=15 +header-only",
                        list("status: NOTIMP"),
                        AA + "|SOA"),
                line(
                        "8.1.4 opcode with question",
                        "+noedns +noad +opcode=15 +norec" + soa,
                        list("status: NOTIMP"),
                        SOA),
                line("8.1.5 TCP", "+noedns +noad +norec +tcp" + soa, list(NO_ERROR, SOA, AA), "EDNS"),
                // RFC 8906 §8.2 and ISC: EDNS
                line(
                        "8.2.1 EDNS",
                        "+nocookie +edns=0 +noad +norec" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0),
                        "BADVERS"),
                line(
                        "8.2.2 EDNS version 1",
                        "+nocookie +edns=1 +noednsneg +noad +norec" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA),
                line(
                        "ISC EDNS version 100",
                        "+nocookie +edns=100 +noednsneg +noad +norec" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA),
                line(
                        "8.2.3 unknown option",
                        "+nocookie +edns=0 +noad +norec +ednsopt=100" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0),
                        "OPT=100"),
                line(
                        "8.2.4 unknown flag",
                        "+nocookie +edns=0 +noad +norec +ednsflags=0x40" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0),
                        "MBZ: 0x0*[1-9a-f]"),
                line(
                        "ISC unknown flag 0x80",
                        "+nocookie +edns=0 +noad +norec +ednsflags=0x80" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0),
                        "MBZ: 0x0*[1-9a-f]"),
                line(
                        "8.2.5 version 1 with flag",
                        "+nocookie +edns=1 +noednsneg +noad +norec +ednsflags=0x40" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|MBZ: 0x0*[1-9a-f]"),
                line(
                        "8.2.6 version 1 with option",
                        "+nocookie +edns=1 +noednsneg +noad +norec +ednsopt=100" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|OPT=100"),
                line(
                        "8.2.7 truncation",
                        "+nocookie +edns=0 +norec +noad +dnssec +bufsize=512 +ignore txt big." + ZONE,
                        list(NO_ERROR, VERSION_0, "flags: qr tc"),
                        "unexpected"),
                line(
                        "8.2.8 DO",
                        "+nocookie +edns=0 +noad +norec +dnssec" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0, "flags: do"),
                        "BADVERS"),
                line(
                        "8.2.9 version 1 with DO",
                        "+nocookie +edns=1 +noednsneg +noad +norec +dnssec" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA),
                line(
                        "8.2.10 options at once",
                        "+edns=0 +noad +norec +nsid +subnet=0.0.0.0/0 +expire +cookie -q " + ZONE + " -t soa",
                        list(NO_ERROR, SOA, AA, VERSION_0),
                        "BADVERS|FORMERR"),
                line(
                        "8.2.10 cookie",
                        "+edns=0 +noad +norec +cookie" + soa,
                        list(NO_ERROR, SOA, "COOKIE: [0-9a-f]{48} \\(good\\)"),
                        "FORMERR"),
                line(
                        "ISC small buffer",
                        "+nocookie +edns=0 +noad +norec +bufsize=512 +ignore" + soa,
                        list(NO_ERROR, SOA, VERSION_0),
                        "unexpected"),
                // the rest of ISC's genreport
                line("ISC aa", "+noedns +noad +norec +aaflag" + soa, list(NO_ERROR, SOA, AA), "EDNS"),
                line("ISC tc", "+noedns +noad +norec +tcflag" + soa, list(NO_ERROR, SOA, AA), "flags:[^;]* tc"),
                line("ISC ra", "+noedns +noad +norec +raflag" + soa, list(NO_ERROR, SOA, AA), "flags:[^;]* ra"),
                line(
                        "ISC opcodeflg",
                        "+noedns +noad +norec +opcode=15 +header-only +tcflag +cdflag +adflag +aaflag +raflag +rdflag +zflag",
                        list("status: NOTIMP", "flags: qr"),
                        "flags:[^;]* (aa|tc|ra|ad)|MBZ|SOA"),
                line(
                        "ISC docd",
                        "+nocookie +edns=0 +noad +norec +dnssec +cd" + soa,
                        list(NO_ERROR, SOA, AA, VERSION_0, "flags: do"),
                        "BADVERS"),
                line(
                        "ISC nsid",
                        "+nocookie +edns=0 +noad +norec +nsid" + soa,
                        list(NO_ERROR, SOA, VERSION_0),
                        "FORMERR"),
                line(
                        "ISC expire",
                        "+nocookie +edns=0 +noad +norec +expire" + soa,
                        list(NO_ERROR, SOA, VERSION_0),
                        "FORMERR"),
                line(
                        "ISC subnet",
                        "+nocookie +edns=0 +noad +norec +subnet=0.0.0.0/0" + soa,
                        list(NO_ERROR, SOA, VERSION_0, "CLIENT-SUBNET: 0.0.0.0/0/0"),
                        "FORMERR"),
                line(
                        "ISC version 1 with nsid",
                        "+nocookie +edns=1 +noednsneg +noad +norec +nsid" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|NSID"),
                line(
                        "ISC version 1 with cookie",
                        "+edns=1 +noednsneg +noad +norec +cookie=0102030405060708" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA),
                line(
                        "ISC version 1 with expire",
                        "+nocookie +edns=1 +noednsneg +noad +norec +expire" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|EXPIRE"),
                line(
                        "ISC version 1 with subnet",
                        "+nocookie +edns=1 +noednsneg +noad +norec +subnet=0.0.0.0/0" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|CLIENT-SUBNET"),
                line(
                        "ISC ednstcp",
                        "+nocookie +edns=0 +noad +norec +dnssec +tcp txt big." + ZONE,
                        list(NO_ERROR, AA, VERSION_0, "flags: do", "x{250}"),
                        "flags:[^;]* tc"),
                line(
                        "ISC bind11",
                        "+dnssec +norec +cookie=0102030405060708 +nsid +bufsize=512 +ignore" + soa,
                        list(NO_ERROR, SOA, VERSION_0, "flags: do", "COOKIE: 0102030405060708[0-9a-f]{32}"),
                        "FORMERR|BADVERS"),
                line(
                        "ISC dig11",
                        "+noednsneg +edns=1 +ednsflags=0x7fff +norec +dnssec +ednsopt=100:00010203" + soa,
                        list("status: BADVERS", VERSION_0),
                        SOA + "|MBZ: 0x0*[1-9a-f]|OPT=100"),
                // RFC 7871, 8482, 5936, 9619 and the rest
                line(
                        "subnet, static",
                        "+subnet=198.51.100.0/24 www." + ZONE,
                        list(NO_ERROR, "CLIENT-SUBNET: 198.51.100.0/24/0"),
                        "FORMERR"),
                line(
                        "subnet, IPv6",
                        "+subnet=2001:db8:7::/48 www." + ZONE,
                        list(NO_ERROR, "CLIENT-SUBNET: 2001:db8:7::/48/0"),
                        "FORMERR"),
                line(
                        "any",
                        "+notcp any www." + ZONE,
                        list(NO_ERROR, "HINFO\\s+\"RFC8482\" \"\"", "ANSWER: 1"),
                        "192.0.2"),
                line("transfer", "+tcp axfr " + ZONE, list("Transfer failed"), SOA),
                line("other class", "-c CH txt version.bind", list("status: REFUSED"), "TXT\\s+\""),
                line("other zone", "+norec www.elsewhere.example", list("status: REFUSED", "ANSWER: 0"), AA),
                line(
                        "case",
                        "+norec WwW.FaiRLead.eXample",
                        list("WwW\\.FaiRLead\\.eXample\\.\\s+300\\s+IN\\s+A\\s+192.0.2.80"),
                        "REFUSED"),
                line(
                        "no such name",
                        "+norec nowhere." + ZONE,
                        list("status: NXDOMAIN", AA, "60\\s+IN\\s+SOA"),
                        "ANSWER: 1"),
                line(
                        "below no such name",
                        "+norec a.b.nowhere." + ZONE,
                        list("status: NXDOMAIN", "60\\s+IN\\s+SOA"),
                        "WARNING"),
                line(
                        "empty name between",
                        "+norec deep.tree." + ZONE,
                        list(NO_ERROR, "ANSWER: 0", "60\\s+IN\\s+SOA"),
                        "NXDOMAIN"),
                line(
                        "no such type",
                        "+norec mx www." + ZONE,
                        list(NO_ERROR, "ANSWER: 0", "60\\s+IN\\s+SOA"),
                        "NXDOMAIN"),
                line(
                        "alias",
                        "+norec alias." + ZONE,
                        list(NO_ERROR, "ANSWER: 3", "CNAME\\s+www", "192.0.2.80"),
                        "NXDOMAIN"),
                line(
                        "alias to nothing",
                        "+norec lost." + ZONE,
                        list("status: NXDOMAIN", "ANSWER: 1", "60\\s+IN\\s+SOA"),
                        "WARNING"),
                line("alias out of the zone", "+norec far." + ZONE, list(NO_ERROR, "ANSWER: 1", "AUTHORITY: 0"), "SOA"),
                line(
                        "wildcard",
                        "+norec a.b.wild." + ZONE,
                        list("a\\.b\\.wild\\.fairlead\\.example\\.\\s+300\\s+IN\\s+A\\s+192.0.2.99"),
                        "NXDOMAIN"),
                line("not the wildcard", "+norec a.host.wild." + ZONE, list("status: NXDOMAIN"), "192.0.2.99"),
                line(
                        "wildcard alias",
                        "+norec x.walias." + ZONE,
                        list("x.walias.fairlead.example.\\s+300\\s+IN\\s+CNAME\\s+www", "192.0.2.81"),
                        "NXDOMAIN"),
                line(
                        "referral",
                        "+norec a.sub." + ZONE,
                        list(
                                NO_ERROR,
                                "flags: qr;",
                                "AUTHORITY: 2",
                                "ns.sub.fairlead.example.\\s+300\\s+IN\\s+A\\s+192.0.2.54"),
                        AA),
                line("DS is the parent's", "+norec ds sub." + ZONE, list(NO_ERROR, AA, "60\\s+IN\\s+SOA"), "NS\\s+ns"),
                line("HTTPS", "+norec type65 www." + ZONE, list(NO_ERROR, "ANSWER: 1"), "WARNING"),
                line("CAA", "+norec caa " + ZONE, list("CAA\\s+0 issue \"ca.example\""), "WARNING"),
                line("SRV", "+norec srv _sip._tcp." + ZONE, list("SRV\\s+1 2 5060 mail.fairlead.example."), "WARNING"),
                line("dot in a label", "+norec odd\\.dot." + ZONE, list("192.0.2.1"), "NXDOMAIN"),
                line("long answer over TCP", "+tcp txt big." + ZONE, list(NO_ERROR, "x{250}"), "flags: qr aa tc"));
    }

    private static String[] list(String... all) {
        return all;
    }

    private static Line line(String name, String arguments, String[] must, String mustNot) {
        return new Line(name, arguments, String.join("\n", must), mustNot);
    }

    @ParameterizedTest
    @MethodSource("lines")
    void isAnsweredAsTheyWant(Line line) throws Exception {
        String said = stage.dig(line.arguments().trim().split(" +"));
        for (String each : line.must().split("\n")) {
            assertThat(said).containsPattern(each);
        }
        assertThat(said.lines().filter(one -> !one.startsWith("; <<>>")))
                .noneMatch(one -> one.matches(".*(" + line.mustNot() + ").*"));
        assertThat(said).doesNotContain("malformed", "extra bytes", "Warning: ID mismatch");
    }

    @Test
    void aQuestionAfterItsCookieIsProven() throws Exception {
        long before = provenQuestions();
        String said = stage.dig("+norec", "+cookie=0011223344556677", "www." + ZONE);
        String cookie = said.replaceAll("(?s).*COOKIE: ([0-9a-f]{48}).*", "$1");
        assertThat(provenQuestions()).isEqualTo(before);
        assertThat(stage.dig("+norec", "+cookie=" + cookie, "www." + ZONE)).contains("(good)");
        assertThat(provenQuestions()).isEqualTo(before + 1);
        stage.dig(
                "+norec", "+cookie=" + cookie.substring(0, 46) + (cookie.endsWith("00") ? "01" : "00"), "www." + ZONE);
        assertThat(provenQuestions()).isEqualTo(before + 1);
    }

    private static long provenQuestions() {
        return stage.counters().proven.sum();
    }
}
