package io.fairlead.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is said to proxies, and what their answers are taken for. */
class HandshakesTest {

    private static final Target TARGET = new Target("192.0.2.7", 443);
    private static final Login BOB = new Login("bob", "op3n");

    @Test
    void connectCarriesTheAddressAndTheLogIn() {
        assertThat(new HttpHandshake(TARGET, BOB).open())
                .asString()
                .isEqualTo(lines(
                        "CONNECT 192.0.2.7:443 HTTP/1.1",
                        "Host: 192.0.2.7:443",
                        "Proxy-Authorization: Basic Ym9iOm9wM24="));
        assertThat(new HttpHandshake(new Target("2001:db8::1", 80), Login.NONE).open())
                .asString()
                .isEqualTo(lines("CONNECT [2001:db8::1]:80 HTTP/1.1", "Host: [2001:db8::1]:80"));
    }

    private static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    @Test
    void answersThatOpenATunnelLeaveItsFirstBytesAlone() {
        for (String head : new String[] {
            "HTTP/1.1 200 Connection established\r\n\r\n",
            "HTTP/1.0 200 OK\nVia: x\n\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        }) {
            ByteBuf said = Unpooled.copiedBuffer(head + "SSH-2.0", StandardCharsets.US_ASCII);
            assertThat(new HttpHandshake(TARGET, BOB).read(said)).as(head).isInstanceOf(Handshake.Step.Opened.class);
            assertThat(said.toString(StandardCharsets.US_ASCII)).isEqualTo("SSH-2.0");
        }
    }

    @Test
    void answersInPiecesAreAwaited() {
        String head = "HTTP/1.1 200 OK\r\n\r\n";
        HttpHandshake handshake = new HttpHandshake(TARGET, BOB);
        ByteBuf said = Unpooled.buffer();
        for (int i = 0; i < head.length() - 1; i++) {
            said.writeByte(head.charAt(i));
            assertThat(handshake.read(said)).as("after %s bytes", i).isInstanceOf(Handshake.Step.More.class);
        }
        said.writeByte('\n');
        assertThat(handshake.read(said)).isInstanceOf(Handshake.Step.Opened.class);
    }

    @Test
    void refusalsOfHttpProxiesAreToldByTheirCause() {
        assertHttp("407 Proxy Authentication Required", "", Outcome.EXIT_ERROR, FaultLayer.EXIT);
        assertHttp("407 x", "Proxy-Status: a; error=dns_error\r\n", Outcome.EXIT_ERROR, FaultLayer.EXIT);
        assertHttp("403 Forbidden", "", Outcome.EXIT_STREAM_REFUSED, FaultLayer.AMBIGUOUS);
        assertHttp("400 Bad Request", "", Outcome.EXIT_ERROR, FaultLayer.EXIT);
        assertHttp("429 Too Many Requests", "", Outcome.EXIT_BUSY, FaultLayer.CAPACITY);
        assertHttp("500 Unable to connect", "", Outcome.EXIT_ERROR, FaultLayer.AMBIGUOUS);
        assertHttp("503 x", "", Outcome.DESTINATION_UNREACHABLE, FaultLayer.AMBIGUOUS);
        assertHttp("504 x", "", Outcome.CONNECTION_TIMEOUT, FaultLayer.AMBIGUOUS);
        assertHttp("503 x", "X-Squid-Error: ERR_DNS_FAIL 0\r\n", Outcome.DNS_ERROR, FaultLayer.AMBIGUOUS);
        assertHttp(
                "502 x",
                "Proxy-Status: exit; error=dns_error, edge-2; error=connection_refused; details=\"no\"\r\n",
                Outcome.CONNECTION_REFUSED,
                FaultLayer.AMBIGUOUS);
        assertHttp(
                "503 x", "proxy-status: e; error=connection_limit_reached\r\n", Outcome.EXIT_BUSY, FaultLayer.CAPACITY);
    }

    private static void assertHttp(String status, String fields, Outcome outcome, FaultLayer layer) {
        ByteBuf said =
                Unpooled.copiedBuffer("HTTP/1.1 " + status + "\r\n" + fields + "\r\n", StandardCharsets.US_ASCII);
        assertRefused(new HttpHandshake(TARGET, BOB).read(said), outcome, layer);
    }

    private static void assertRefused(Handshake.Step step, Outcome outcome, FaultLayer layer) {
        assertThat(step).isInstanceOf(Handshake.Step.Refused.class);
        TunnelException why = ((Handshake.Step.Refused) step).why();
        assertThat(why.outcome()).as(why.detail()).isEqualTo(outcome);
        assertThat(why.layer()).as(why.detail()).isEqualTo(layer);
        assertThat(why.detail()).isNotBlank().doesNotContain("op3n");
    }

    @Test
    void whatIsNoHttpOrHasNoEndIsRefused() {
        ByteBuf ssh = Unpooled.copiedBuffer("SSH-2.0-OpenSSH_9\r\n\r\n", StandardCharsets.US_ASCII);
        assertRefused(new HttpHandshake(TARGET, BOB).read(ssh), Outcome.EXIT_ERROR, FaultLayer.EXIT);
        ByteBuf endless =
                Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000), StandardCharsets.US_ASCII);
        assertRefused(new HttpHandshake(TARGET, BOB).read(endless), Outcome.EXIT_ERROR, FaultLayer.EXIT);
    }

    @Test
    void socksLogsInWhereItIsAskedTo() {
        SocksHandshake handshake = new SocksHandshake(TARGET, BOB);
        assertThat(handshake.open()).containsExactly(5, 2, 0, 2);
        assertSays(handshake.read(bytes(5, 2)), 1, 3, 'b', 'o', 'b', 4, 'o', 'p', '3', 'n');
        assertSays(handshake.read(bytes(1, 0)), 5, 1, 0, 1, 192, 0, 2, 7, 1, 187);
        ByteBuf said = bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 'h', 'i');
        assertThat(handshake.read(said)).isInstanceOf(Handshake.Step.Opened.class);
        assertThat(said.toString(StandardCharsets.US_ASCII)).isEqualTo("hi");
    }

    @Test
    void socksSendsNamesAndIpv6InTheirOwnForms() {
        SocksHandshake name = new SocksHandshake(new Target("a.bc", 80), Login.NONE);
        assertThat(name.open()).containsExactly(5, 1, 0);
        assertSays(name.read(bytes(5, 0)), 5, 1, 0, 3, 4, 'a', '.', 'b', 'c', 0, 80);
        assertThat(name.read(bytes(5, 0, 0, 3, 2, 'x', 'y', 0))).isInstanceOf(Handshake.Step.More.class);
        assertThat(name.read(bytes(5, 0, 0, 3, 2, 'x', 'y', 0, 1))).isInstanceOf(Handshake.Step.Opened.class);
        SocksHandshake v6 = new SocksHandshake(new Target("::1", 80), Login.NONE);
        assertSays(v6.read(bytes(5, 0)), 5, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80);
    }

    @Test
    void refusalsOfSocksProxiesAreToldByTheirCode() {
        Outcome[] outcomes = {
            Outcome.EXIT_ERROR,
            Outcome.EXIT_STREAM_REFUSED,
            Outcome.DESTINATION_UNREACHABLE,
            Outcome.DESTINATION_UNREACHABLE,
            Outcome.CONNECTION_REFUSED,
            Outcome.CONNECTION_TIMEOUT,
        };
        for (int code = 1; code <= outcomes.length; code++) {
            SocksHandshake handshake = new SocksHandshake(TARGET, Login.NONE);
            handshake.read(bytes(5, 0));
            assertRefused(handshake.read(bytes(5, code)), outcomes[code - 1], FaultLayer.AMBIGUOUS);
        }
        SocksHandshake wantsMore = new SocksHandshake(TARGET, Login.NONE);
        assertRefused(wantsMore.read(bytes(5, 255)), Outcome.EXIT_ERROR, FaultLayer.EXIT);
        SocksHandshake denied = new SocksHandshake(TARGET, BOB);
        denied.read(bytes(5, 2));
        assertRefused(denied.read(bytes(1, 1)), Outcome.EXIT_ERROR, FaultLayer.EXIT);
        SocksHandshake http = new SocksHandshake(TARGET, BOB);
        assertRefused(
                http.read(Unpooled.copiedBuffer("HTTP/1.1 400", StandardCharsets.US_ASCII)),
                Outcome.EXIT_ERROR,
                FaultLayer.EXIT);
    }

    private static void assertSays(Handshake.Step step, int... words) {
        assertThat(step).isInstanceOf(Handshake.Step.Say.class);
        byte[] said = ((Handshake.Step.Say) step).words();
        assertThat(said).hasSize(words.length);
        for (int i = 0; i < words.length; i++) {
            assertThat(said[i]).as("byte %s", i).isEqualTo((byte) words[i]);
        }
    }

    private static ByteBuf bytes(int... values) {
        ByteBuf bytes = Unpooled.buffer();
        for (int value : values) {
            bytes.writeByte(value);
        }
        return bytes;
    }
}
