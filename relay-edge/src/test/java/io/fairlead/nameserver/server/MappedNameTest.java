package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.nameserver.zone.MappedName;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Names that the map answers, asked by dig: by subnet, by resolver, behind an alias, below a wildcard. */
class MappedNameTest {

    private static final String ZONE = NameServerStage.ZONE + """
            $MAPPED live 20 alpn=h2 port=443
            $MAPPED *.any
            $BEACON *.beacon 10
            watch CNAME live
            """;

    private static NameServerStage stage;

    /** Sends 198.51.100.0/24 to one group, all others to another that has no IPv6. */
    private static final class TwoGroups implements Steering {

        private static final GroupAddresses NEAR = new GroupAddresses(
                "near",
                List.of(
                        AddressPrefix.address("192.0.2.1"),
                        AddressPrefix.address("2001:db8::1"),
                        AddressPrefix.address("192.0.2.2")));
        private static final GroupAddresses FAR =
                new GroupAddresses("far", List.of(AddressPrefix.address("192.0.2.9")));

        @Override
        public @Nullable Steered steer(MappedName name, boolean ipv6, long address, int bits) {
            if (ipv6 && address >>> 16 == 0x2001_0DB8_0007L) {
                return new Steered(NEAR, 48);
            }
            boolean near = !ipv6 && address >>> 40 == 0xC63364;
            return near ? new Steered(NEAR, 24) : new Steered(FAR, 0);
        }

        @Override
        public Steered anywhere(MappedName name, long hash) {
            return new Steered(new GroupAddresses("any", List.of(AddressPrefix.address("198.51.100.9"))), 0);
        }

        @Override
        public String explain(MappedName name, boolean ipv6, long address, int bits) {
            return name.text() + " as the test says";
        }
    }

    @BeforeAll
    static void start() throws Exception {
        stage = NameServerStage.start(
                NameServerSettings.DEFAULTS
                        .withUdpSockets(2)
                        .withRate(0, 0)
                        .withExplainTo(List.of(AddressPrefix.parse("127.0.0.0/8"))),
                ZONE,
                new TwoGroups());
    }

    @AfterAll
    static void stop() {
        stage.close();
    }

    @Test
    void theClientsSubnetDecidesAndComesBackWithItsScope() throws Exception {
        assertThat(stage.dig("+norec", "+subnet=198.51.100.0/24", "live.fairlead.example"))
                .contains("CLIENT-SUBNET: 198.51.100.0/24/24", "ANSWER: 2", "192.0.2.1", "192.0.2.2")
                .containsPattern("live.fairlead.example.\\s+20\\s+IN\\s+A");
        assertThat(stage.dig("+norec", "+subnet=198.51.101.0/24", "live.fairlead.example"))
                .contains("CLIENT-SUBNET: 198.51.101.0/24/0", "ANSWER: 1", "192.0.2.9");
        assertThat(stage.dig("+norec", "+subnet=198.51.96.0/20", "live.fairlead.example"))
                .contains("CLIENT-SUBNET: 198.51.96.0/20/0");
    }

    @Test
    void aSubnetOfIpv6DecidesAsWell() throws Exception {
        assertThat(stage.dig("+norec", "+subnet=2001:db8:7::/48", "aaaa", "live.fairlead.example"))
                .contains("CLIENT-SUBNET: 2001:db8:7::/48/48", "ANSWER: 1", "2001:db8::1");
        assertThat(stage.dig("+norec", "+subnet=2001:db8:8::/48", "live.fairlead.example"))
                .contains("CLIENT-SUBNET: 2001:db8:8::/48/0", "192.0.2.9");
    }

    @Test
    void withoutASubnetTheResolverDecides() throws Exception {
        assertThat(stage.dig("+norec", "live.fairlead.example"))
                .contains("192.0.2.9")
                .doesNotContain("CLIENT-SUBNET");
        assertThat(stage.dig("+norec", "+subnet=0.0.0.0/0", "live.fairlead.example"))
                .contains("192.0.2.9", "CLIENT-SUBNET: 0.0.0.0/0/0");
    }

    @Test
    void servicesHaveHintsOfTheGroup() throws Exception {
        String said = NameServerStage.run(
                "kdig",
                "@127.0.0.1",
                "-p",
                "" + stage.address().getPort(),
                "+retry=0",
                "+timeout=5",
                "+subnet=198.51.100.0/24",
                "-t",
                "HTTPS",
                "live.fairlead.example");
        assertThat(said).contains("1 . alpn=h2 port=443 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1");
    }

    @Test
    void aGroupWithoutIpv6HasNoSuchAddressAndSaysSoWithTheSoa() throws Exception {
        assertThat(stage.dig("+norec", "aaaa", "live.fairlead.example"))
                .contains("status: NOERROR", "ANSWER: 0", "AUTHORITY: 1")
                .containsPattern("60\\s+IN\\s+SOA");
        assertThat(stage.dig("+norec", "mx", "live.fairlead.example")).contains("ANSWER: 0", "AUTHORITY: 1");
    }

    @Test
    void anAliasLeadsToTheMapAndItsRecordsAreThoseOfItsEnd() throws Exception {
        assertThat(stage.dig("+norec", "+subnet=198.51.100.0/24", "watch.fairlead.example"))
                .containsPattern("watch.fairlead.example.\\s+300\\s+IN\\s+CNAME\\s+live.fairlead.example.")
                .containsPattern("live.fairlead.example.\\s+20\\s+IN\\s+A\\s+192.0.2.1")
                .contains("ANSWER: 3");
        assertThat(stage.dig("+norec", "aaaa", "watch.fairlead.example")).contains("ANSWER: 1", "AUTHORITY: 1");
    }

    @Test
    void anyNameBelowAMappedWildcardIsAnswered() throws Exception {
        assertThat(stage.dig("+norec", "+subnet=198.51.100.0/24", "a7f3.any.fairlead.example"))
                .containsPattern("a7f3.any.fairlead.example.\\s+30\\s+IN\\s+A\\s+192.0.2.1");
    }

    /** By one who could have written any address on his question it is not taken; over TCP he is who he says. */
    @Test
    void whoAsksForABeaconMustProveToBeWhoHeSays() throws Exception {
        String beacon = "0123456789abcdef0123456789abcdef.beacon.fairlead.example";
        assertThat(stage.dig("+norec", "+ignore", "+nocookie", beacon)).contains("flags: qr tc", "ANSWER: 0");
        assertThat(stage.dig("+norec", "+tcp", "+nocookie", beacon))
                .contains("flags: qr aa")
                .containsPattern(beacon + ".\\s+10\\s+IN\\s+A\\s+198.51.100.9");
        assertThat(stage.dig("+norec", "+nocookie", beacon))
                .as("a resolver comes again over TCP by itself")
                .contains("198.51.100.9");
    }

    @Test
    void whoMayKnowIsToldWhy() throws Exception {
        assertThat(stage.dig("+norec", "live.fairlead.example"))
                .contains("EDE: 0 (Other): (live.fairlead.example. as the test says)");
        assertThat(stage.dig("+norec", "+noedns", "live.fairlead.example")).doesNotContain("EDE");
    }
}
