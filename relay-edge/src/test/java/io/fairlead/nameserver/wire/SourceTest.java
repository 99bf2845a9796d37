package io.fairlead.nameserver.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceTest {

    private static Source of(String address) throws Exception {
        Source source = new Source();
        source.set(InetAddress.getByName(address));
        return source;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "192.0.2.7, true, true",
        "10.0.0.1, true, true",
        "127.0.0.1, true, true",
        "255.255.255.254, true, true",
        "2001:db8::7, true, true",
        "fd00::7, true, true",
        "::1, true, true",
        "169.254.7.1, true, false",
        "fe80::1, true, false",
        "febf::1, true, false",
        "0.0.0.0, false, true",
        "0.1.2.3, false, true",
        "224.0.0.251, false, true",
        "239.255.255.255, false, true",
        "255.255.255.255, false, true",
        "::, false, true",
        "ff02::fb, false, true",
        "ff0e::1, false, true"
    })
    void someAddressesAreOfNoHostAndSomeOfOneLink(String address, boolean host, boolean elsewhere) throws Exception {
        assertThat(of(address).isHost()).isEqualTo(host);
        assertThat(of(address).isKnownElsewhere()).isEqualTo(elsewhere);
        assertThat(of(address).address()).isEqualTo(InetAddress.getByName(address));
    }

    @Test
    void whatThisMachineCallsTheLinkIsNoPartOfAnAddress() throws Exception {
        byte[] bytes = InetAddress.getByName("fe80::1").getAddress();
        Source source = new Source();
        source.set(Inet6Address.getByAddress("", bytes, 3));
        assertThat(source.address().getHostAddress()).isEqualTo("fe80:0:0:0:0:0:0:1");
    }

    /** As a socket that takes both families may tell it. */
    @Test
    void ipv4WithinIpv6IsIpv4() throws Exception {
        byte[] bytes = new byte[16];
        bytes[10] = bytes[11] = (byte) 0xFF;
        bytes[12] = (byte) 192;
        bytes[14] = 2;
        bytes[15] = 7;
        Source source = new Source();
        source.set(Inet6Address.getByAddress("", bytes, -1));
        assertThat(source.ipv6()).isFalse();
        assertThat(source.address().getHostAddress()).isEqualTo("192.0.2.7");
        assertThat(source.network()).isEqualTo(of("192.0.2.99").network());
    }
}
