package io.fairlead.proxy.destination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DestinationRulesProperties {

    private static final DestinationRules PUBLIC = DestinationRules.publicOnly();

    private static byte[] bytes(int address) {
        return new byte[] {(byte) (address >>> 24), (byte) (address >>> 16), (byte) (address >>> 8), (byte) address};
    }

    private static String plain(int a) {
        return (a >>> 24) + "." + (a >>> 16 & 255) + "." + (a >>> 8 & 255) + "." + (a & 255);
    }

    @Property
    void noOtherSpellingOfAnAddressIsAccepted(@ForAll int a) {
        long value = a & 0xffff_ffffL;
        String zeroed = "0" + (a >>> 24) + "." + (a >>> 16 & 255) + "." + (a >>> 8 & 255) + "." + (a & 255);
        List<String> spellings = List.of(
                Long.toString(value),
                "0x" + Long.toHexString(value),
                "0" + Long.toOctalString(value),
                (a >>> 24) + "." + (value & 0xff_ffff),
                "0x" + Integer.toHexString(a >>> 24) + ".0x" + Integer.toHexString(a & 0xff_ffff),
                "0" + Integer.toOctalString(a >>> 24) + "." + (a >>> 16 & 255) + "." + (a & 0xffff),
                zeroed,
                plain(a) + ".",
                "::ffff:" + plain(a),
                "::" + plain(a),
                "64:ff9b::" + plain(a),
                "2002:" + Integer.toHexString(a >>> 16) + ":" + Integer.toHexString(a & 0xffff) + "::1",
                "fe80::1%eth0");
        for (String host : spellings) {
            assertThat(PUBLIC.checkName(host, 443).allowed()).as(host).isFalse();
        }
    }

    @Property
    void plainAddressIsJudgedAsItsBytes(@ForAll int a) {
        boolean open = AddressClass.of(bytes(a)) == AddressClass.PUBLIC;
        assertThat(PUBLIC.checkName(plain(a), 443).allowed()).isEqualTo(open);
        assertThat(PUBLIC.checkAddress("name.example", Addresses.of(bytes(a)), 443)
                        .allowed())
                .isEqualTo(open);
    }

    @Property
    void jdkAgreesWhereItKnows(@ForAll int a) {
        InetAddress address = Addresses.of(bytes(a));
        boolean special = address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || address.isAnyLocalAddress();
        if (special) {
            assertThat(AddressClass.of(address)).isNotEqualTo(AddressClass.PUBLIC);
        }
    }

    @Example
    void everyRowOfTheTable() throws Exception {
        String[][] rows = {
            {"127.0.0.1", "LOOPBACK"},
            {"127.255.255.254", "LOOPBACK"},
            {"::1", "LOOPBACK"},
            {"10.0.0.1", "PRIVATE"},
            {"172.16.0.1", "PRIVATE"},
            {"172.31.255.255", "PRIVATE"},
            {"192.168.1.1", "PRIVATE"},
            {"172.15.255.255", "PUBLIC"},
            {"172.32.0.1", "PUBLIC"},
            {"11.0.0.1", "PUBLIC"},
            {"192.167.1.1", "PUBLIC"},
            {"169.254.1.1", "LINK_LOCAL"},
            {"fe80::1", "LINK_LOCAL"},
            {"febf::1", "LINK_LOCAL"},
            {"100.64.0.1", "CARRIER_NAT"},
            {"100.127.255.255", "CARRIER_NAT"},
            {"100.128.0.1", "PUBLIC"},
            {"169.254.169.254", "METADATA"},
            {"168.63.129.16", "METADATA"},
            {"100.100.100.200", "METADATA"},
            {"fd00:ec2::254", "METADATA"},
            {"fd12::1", "UNIQUE_LOCAL"},
            {"fc00::1", "UNIQUE_LOCAL"},
            {"224.0.0.1", "MULTICAST"},
            {"239.255.255.255", "MULTICAST"},
            {"ff02::1", "MULTICAST"},
            {"0.0.0.0", "UNSPECIFIED"},
            {"::", "UNSPECIFIED"},
            {"0.1.2.3", "RESERVED"},
            {"255.255.255.255", "BROADCAST"},
            {"240.0.0.1", "RESERVED"},
            {"198.18.0.1", "RESERVED"},
            {"64:ff9b::7f00:1", "EMBEDDED"},
            {"64:ff9b:1::1", "EMBEDDED"},
            {"2002:7f00:1::1", "EMBEDDED"},
            {"2001:0:1::1", "EMBEDDED"},
            {"2001:db8::1", "RESERVED"},
            {"2606:4700::1111", "PUBLIC"},
            {"2606:4700::5efe:a00:1", "EMBEDDED"},
            {"fec0::1", "PRIVATE"},
            {"5f00::1", "RESERVED"},
            {"8.8.8.8", "PUBLIC"},
        };
        for (String[] row : rows) {
            byte[] address = io.netty.util.NetUtil.createByteArrayFromIpAddressString(row[0]);
            assertThat(AddressClass.of(address).name()).as(row[0]).isEqualTo(row[1]);
        }
    }

    @Property
    void mailIsNeverOpenWhateverTheAddress(@ForAll @IntRange(min = 1, max = 65_535) int port) {
        boolean open = PUBLIC.checkName("example.org", port).allowed();
        boolean expected = port == 80 || port == 443 || (port >= 1024 && port != 2525);
        assertThat(open).isEqualTo(expected);
    }

    @Example
    void allowListOpensWhatItCoversAndNothingBeside() {
        DestinationRules rules = DestinationRules.allowing(
                List.of("127.0.0.1:8080", "10.1.0.0/16", ".lab.example:25", "[fd00::]/8", "host.example"));
        assertThat(rules.checkName("127.0.0.1", 8080).allowed()).isTrue();
        assertThat(rules.checkName("127.0.0.1", 8081).allowed()).isFalse();
        assertThat(rules.checkName("127.0.0.2", 8080).allowed()).isFalse();
        assertThat(rules.checkName("10.1.255.1", 443).allowed()).isTrue();
        assertThat(rules.checkName("10.1.255.1", 25).allowed()).isFalse();
        assertThat(rules.checkName("10.2.0.1", 443).allowed()).isFalse();
        InetAddress loopback = Addresses.of(new byte[] {127, 0, 0, 1});
        assertThat(rules.checkAddress("mx.lab.example", loopback, 25).allowed()).isTrue();
        assertThat(rules.checkAddress("evil-lab.example", loopback, 25).allowed())
                .isFalse();
        assertThat(rules.checkAddress("host.example", loopback, 80).allowed()).isTrue();
        assertThat(rules.checkAddress("host.example.evil.com", loopback, 80).allowed())
                .isFalse();
        assertThat(rules.checkName("fd12::1", 443).allowed()).isTrue();
    }

    @Example
    void ownAddressesAreRefused() {
        InetAddress own = Addresses.of(new byte[] {8, 8, 8, 8});
        assertThat(PUBLIC.refusing(Set.of(own))
                        .checkAddress("name.example", own, 443)
                        .allowed())
                .isFalse();
    }

    @Example
    void badEntriesSayWhatIsWrong() {
        for (String entry : List.of("", "10.0.0.0/33", "a b", "host:0", "host:70000", "http://x", "2130706433", ".")) {
            assertThatThrownBy(() -> DestinationPattern.parse(entry))
                    .as(entry)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + entry + "'");
        }
    }
}
