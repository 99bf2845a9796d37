package io.fairlead.nameserver.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cookies of RFC 9018, appendix A, and what makes one worthless. */
class CookiesTest {

    private static final String SECRET = "e5e973e5a6b2a43f48e7dc849e37bfcf";

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static Source from(String address) throws Exception {
        Source source = new Source();
        source.set(InetAddress.getByName(address));
        return source;
    }

    @ParameterizedTest
    @CsvSource({
        "e5e973e5a6b2a43f48e7dc849e37bfcf, 2464c4abcf10c957, 198.51.100.100, 1559731985, 010000005cf79f111f8130c3eee29480",
        "445536bcd2513298075a5d379663c962, 22681ab97d52c298, 2001:db8:220:1:59de:d0f4:8769:82b8, 1559741961, 010000005cf7c609a6bb79d16625507a"
    })
    void isAsTheStandardHasIt(String secret, String client, String address, long timeS, String server)
            throws Exception {
        Cookies cookies = new Cookies(hex(secret));
        ByteBuf out = Unpooled.buffer();
        cookies.write(out, Unpooled.wrappedBuffer(hex(client)), 0, from(address), timeS);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(client + server);
        assertThat(cookies.proves(out, 0, Cookies.BYTES, from(address), timeS + 3_600))
                .isTrue();
    }

    /** Appendix A.3: bytes that a later version may use are part of what is hashed. */
    @Test
    void bytesKeptForLaterAreTakenAsTheyAre() throws Exception {
        ByteBuf cookie = Unpooled.wrappedBuffer(hex("fc93fc62807ddb86" + "01abcdef5cf78f71a314227b6679ebf5"));
        assertThat(new Cookies(hex(SECRET)).proves(cookie, 0, Cookies.BYTES, from("203.0.113.203"), 1_559_731_586))
                .isFalse();
        assertThat(new Cookies(hex(SECRET)).proves(cookie, 0, Cookies.BYTES, from("203.0.113.203"), 1_559_728_000))
                .isTrue();
    }

    @Test
    void ofAnotherTimeAddressOrSecretProvesNothing() throws Exception {
        Cookies cookies = new Cookies(hex(SECRET));
        ByteBuf out = Unpooled.buffer();
        cookies.write(out, Unpooled.wrappedBuffer(hex("2464c4abcf10c957")), 0, from("198.51.100.100"), 10_000);
        assertThat(cookies.proves(out, 0, Cookies.BYTES, from("198.51.100.100"), 13_601))
                .isFalse();
        assertThat(cookies.proves(out, 0, Cookies.BYTES, from("198.51.100.100"), 9_699))
                .isFalse();
        assertThat(cookies.proves(out, 0, Cookies.BYTES, from("198.51.100.101"), 10_000))
                .isFalse();
        assertThat(cookies.proves(out, 0, Cookies.BYTES - 1, from("198.51.100.100"), 10_000))
                .isFalse();
        assertThat(new Cookies(hex("00" + SECRET.substring(2)))
                        .proves(out, 0, Cookies.BYTES, from("198.51.100.100"), 10_000))
                .isFalse();
    }

    @Test
    void anAddressOfIpv4WithinIpv6IsTheSame() throws Exception {
        Source mapped = new Source();
        byte[] bytes = new byte[16];
        bytes[10] = -1;
        bytes[11] = -1;
        System.arraycopy(InetAddress.getByName("198.51.100.100").getAddress(), 0, bytes, 12, 4);
        mapped.set(java.net.Inet6Address.getByAddress(null, bytes, 0));
        assertThat(mapped.ipv6()).isFalse();
        assertThat(mapped.high()).isEqualTo(from("198.51.100.100").high());
    }
}
