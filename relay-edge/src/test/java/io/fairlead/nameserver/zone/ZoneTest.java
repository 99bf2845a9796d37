package io.fairlead.nameserver.zone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZoneTest {

    private static final String HEAD = """
            $ORIGIN example.
            $TTL 1h
            @ SOA ns host ( 1 ; serial
               1h 15m
               1w 60 )
             NS ns
            ns A 192.0.2.1
            """;

    @Test
    void aGoodZoneHasNoProblems() {
        Zone.Loaded loaded = Zone.parse(HEAD, null);
        assertThat(loaded.problems()).isEmpty();
        assertThat(loaded.good()).isTrue();
        assertThat(loaded.zone().name()).isEqualTo("example.");
        assertThat(loaded.zone().serial()).isEqualTo(1);
        assertThat(loaded.zone().records()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "www A 192.0.2.256 | '192.0.2.256' is no address",
                "www A 2001:db8::1 | use AAAA",
                "www AAAA 192.0.2.1 | use A",
                "www A | is not complete; write one IPv4 address",
                "www A 192.0.2.1 192.0.2.2 | too much",
                "www | a record without a type",
                "www FOO x | no type of record",
                "www DNAME x | no type of record",
                "www AXFR x | no type of record",
                "www CH A 192.0.2.1 | class CH is not served",
                "www MX mail | preference is 'mail'",
                "www.other. A 192.0.2.1 | is not in the zone",
                "ns CNAME other | an alias stands alone",
                "a..b A 192.0.2.1 | a label of 0 bytes",
                "www TXT \"open | not closed on the same line",
                "www TXT ( \"a\" | never closed",
                "www ) A 192.0.2.1 | not opened",
                "$INCLUDE other | no directive $INCLUDE",
                "@ SOA ns host 1 1 1 1 1 | a second SOA",
                "www 99999999999 A 192.0.2.1 | no type of record",
                "www 3000000000 A 192.0.2.1 | may be 2147483647",
                "www HTTPS 1 . port=443 port=80 | stands twice",
                "www HTTPS 1 . foo=1 | no parameter of a service",
                "www HTTPS 0 www2 port=1 | alias",
                "www HTTPS 1 . mandatory=port | not there or not allowed",
                "www CAA 0 bad_tag \"x\" | no tag of CAA",
                "www TYPE300 \\# 3 0102 | says 3 bytes but 2",
                "www TYPE300 010203 | as RFC 3597 says",
                "$BEACON live | takes a wildcard",
                "$MAPPED live ipv4hint=192.0.2.1 | come from the map",
                "$MAPPED ns | come from the map; leave those of the file out",
                "*.w NS ns | can't be delegated"
            })
    void whatIsWrongIsSaidWithItsLine(String line, String reason) {
        Zone.Loaded loaded = Zone.parse(HEAD + line + "\n", null);
        assertThat(loaded.good()).isFalse();
        assertThat(loaded.problems())
                .anySatisfy(problem ->
                        assertThat(problem.toString()).startsWith("line ").contains(reason));
        assertThat(loaded.problems()).anyMatch(problem -> problem.line() >= 7 && problem.error());
    }

    @Test
    void allProblemsAreSaidAtOnceInTheOrderOfTheirLines() {
        Zone.Loaded loaded = Zone.parse(HEAD + "a A x\nb A y\nc MX z\n", null);
        assertThat(loaded.problems()).extracting(ZoneProblem::line).containsExactly(8, 9, 10);
    }

    @Test
    void whatIsOnlyWorthKnowingIsAWarning() {
        Zone.Loaded loaded = Zone.parse(HEAD + """
                        www A 192.0.2.1
                        www 60 A 192.0.2.2
                        www A 192.0.2.1
                        @ MX 1 nowhere
                        @ MX 2 alias
                        alias CNAME www
                        """, null);
        assertThat(loaded.good()).isTrue();
        assertThat(loaded.problems()).noneMatch(ZoneProblem::error).hasSize(4);
    }

    @Test
    void aZoneWithoutStartOrServersIsNone() {
        assertThat(Zone.parse("$TTL 1\n", "example").problems())
                .anyMatch(problem -> problem.text().contains("no SOA"));
        assertThat(Zone.parse("$TTL 1\nexample. SOA ns. h. 1 1 1 1 1\n", null).problems())
                .anyMatch(problem -> problem.text().contains("no NS"));
    }

    @Test
    void theInnerOfTwoZonesAnswers() {
        Zone outer =
                Zone.parse(HEAD + "a.sub A 192.0.2.7\nb A 192.0.2.8\n", null).zone();
        Zone inner = Zone.parse(HEAD.replace("example.", "sub.example."), null).zone();
        assertThat(new Zones(List.of(inner, outer)).zones()).hasSize(2);
        assertThatThrownBy(() -> new Zones(List.of(inner, inner))).hasMessageContaining("given twice");
    }
}
