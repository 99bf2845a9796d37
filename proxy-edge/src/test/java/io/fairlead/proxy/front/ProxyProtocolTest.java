package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.destination.AddressBlock;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Tenant;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections through a load balancer count for whom the balancer names, and nobody else may name anybody. */
@Timeout(60)
class ProxyProtocolTest {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String USER_4 = SIGNATURE + "2111000c" + "c0000207" + "7f000001" + "1f9001bb"; // 192.0.2.7
    private static final List<AddressBlock> LOOPBACK = List.of(AddressBlock.parse("127.0.0.0/8"));

    private static ProxyHeader read(byte[] bytes) {
        return ProxyHeader.read(Unpooled.wrappedBuffer(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0d0a0d0a000d0a515549540a2111000cc00002077f0000011f9001bb, 192.0.2.7",
        "0d0a0d0a000d0a515549540a21210024"
                + "20010db8000000000000000000000001200100000000000000000000000000021f9001bb, 2001:db8:0:0:0:0:0:1",
        "0d0a0d0a000d0a515549540a2111000fc00002077f0000011f9001bb040000, 192.0.2.7",
        "0d0a0d0a000d0a515549540a20000000, ",
    })
    void version2SaysWhose(String hex, String address) throws Exception {
        ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex), new byte[] {'G'});
        ProxyHeader header = ProxyHeader.read(bytes);
        assertThat(header).isEqualTo(new ProxyHeader.Source(address == null ? null : InetAddress.getByName(address)));
        assertThat(bytes.readableBytes()).as("what follows stays").isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.7 127.0.0.1 5 80, 192.0.2.7",
        "PROXY TCP6 2001:db8::1 ::1 5 80, 2001:db8:0:0:0:0:0:1",
        "PROXY UNKNOWN, ",
    })
    void version1SaysWhose(String line, String address) throws Exception {
        assertThat(read((line + "\r\nG").getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(new ProxyHeader.Source(address == null ? null : InetAddress.getByName(address)));
    }

    @Test
    void aHeaderIsAwaitedByteByByte() {
        byte[] whole = HexFormat.of().parseHex(USER_4);
        for (int length = 1; length < whole.length; length++) {
            assertThat(read(Arrays.copyOf(whole, length))).isEqualTo(ProxyHeader.INCOMPLETE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXY TCP4 192.0.2.7\r\n",
                "PROXY TCP4 2001:db8::1 ::1 5 80\r\n",
                "PROXY TCP4 a.example b.example 5 80\r\n",
                "PROXY TCP4 192.0.2.7 127.0.0.1 5 80\n",
                "hex:0d0a0d0a000d0a515549540a1111000cc00002077f0000011f9001bb",
                "hex:0d0a0d0a000d0a515549540a211100080000000000000000",
                "hex:0d0a0d0a000d0a515549540a2112000cc00002077f0000011f9001bb",
                "hex:0d0a0d0a000d0a515549540a2111ffff",
            })
    void whatIsNoHeaderIsRefused(String said) {
        byte[] bytes = said.startsWith("hex:")
                ? HexFormat.of().parseHex(said.substring(4))
                : said.getBytes(StandardCharsets.US_ASCII);
        assertThat(read(Arrays.copyOf(bytes, Math.max(bytes.length, 20)))).isInstanceOf(ProxyHeader.Malformed.class);
        assertThat(read(("PROXY " + "x".repeat(200)).getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(ProxyHeader.Malformed.class);
    }

    /** In one piece: the proxy may close as soon as it has read the header, and what is written then is reset. */
    private static String behindHeader(String request) {
        return new String(HexFormat.of().parseHex(USER_4), StandardCharsets.ISO_8859_1) + request;
    }

    @Test
    void theUserNamedCountsForLimitsAndSources() throws Exception {
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withProxyProtocolFrom(LOOPBACK).withMaxConnections(100, 1),
                        AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("for you")) {
            rig.exit("exit-01");
            Tenant beta = FrontRig.tenant("beta", SecretHashes.hash("other"), FrontRig.POOL);
            beta.setSources(List.of("192.0.2.7"));
            rig.tenants.put(beta);
            String request = "GET " + site.url("/") + " HTTP/1.1\r\nHost: 127.0.0.1:" + site.port() + "\r\n\r\n";
            try (Raw known = new Raw(rig.front.address());
                    Raw second = new Raw(rig.front.address());
                    Raw stranger = new Raw(rig.front.address())) {
                known.send(behindHeader(request));
                assertThat(known.head())
                        .as("known by the address that the balancer names")
                        .startsWith("HTTP/1.1 200");
                second.send(behindHeader(request));
                assertThat(second.rest())
                        .as("one connection too many of that address")
                        .isIn("", "<reset>");
                stranger.send("PROXY TCP4 192.0.2.8 127.0.0.1 5 80\r\n" + request);
                assertThat(stranger.head()).startsWith("HTTP/1.1 407");
            }
            assertThat(rig.front.counters().refusedOverSource()).isEqualTo(1);
        }
    }

    @Test
    void balancersMustSayItAndOthersMayNot(@TempDir Path directory) throws Exception {
        try (FrontRig rig = new FrontRig(
                FrontSettings.DEFAULTS
                        .withProxyProtocolFrom(LOOPBACK)
                        .withTimeouts(400, 60_000, 60_000, 60_000)
                        .withCertificate(UserKeys.write(directory, UserKeys.make())),
                AttemptSettings.DEFAULTS)) {
            try (Raw silent = new Raw(rig.front.address());
                    Raw missing = new Raw(rig.front.address())) {
                missing.send("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(missing.rest()).isIn("", "<reset>");
                assertThat(silent.rest()).as("a header that never comes").isEmpty();
            }
            await().until(() -> rig.front.counters().refusedProxyHeaders() == 1);
        }
        try (FrontRig rig = new FrontRig();
                Raw client = new Raw(rig.front.address())) {
            client.send("PROXY TCP4 192.0.2.7 127.0.0.1 5 80\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 400");
        }
    }
}
