package io.fairlead.proxy.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SOCKS5 on the port that also takes HTTP. Bytes are written in hexadecimal. */
@Timeout(60)
class SocksThroughExitsTest {

    private static final HexFormat HEX = HexFormat.of();
    static final String GREETING = "050102";
    static final String SECRET = "0104" + hex("acme") + "06" + hex("s3cret");
    private static final int CURL_PROXY_REFUSED = 97;

    @Test
    void curlReachesASiteByNameAndByAddress() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("through a sock")) {
            rig.exit("exit-01");
            for (String scheme : List.of("socks5", "socks5h")) {
                Curl.Result result = socks(rig, scheme, "acme-pool-res1:s3cret", site.url("/"));
                assertThat(result.text()).as(scheme).isEqualTo("through a sock");
            }
            Curl.Result named = socks(rig, "socks5h", FrontRig.USER, "http://localhost:" + site.port() + "/named");
            assertThat(named.text()).isEqualTo("through a sock");
            assertThat(site.lastHead()).contains("Host: localhost:" + site.port());
            await().until(() -> rig.requests.size() == 3);
            assertThat(rig.requests).allSatisfy(request -> {
                assertThat(request.getProtocol()).isEqualTo(ClientProtocol.SOCKS5);
                assertThat(request.getOutcome()).isEqualTo(Outcome.OK);
                assertThat(request.getTenant()).isEqualTo("acme");
                assertThat(request.getPool()).isEqualTo("res1");
                assertThat(request.getBytesDown()).isGreaterThan(10);
            });
            assertThat(rig.requests.get(2).getTargetHost()).isEqualTo("localhost");
            assertThat(rig.attempts)
                    .extracting(ProxiedAttempt::getPhase)
                    .contains(AttemptPhase.CONNECTED, AttemptPhase.COMPLETED);
        }
    }

    @Test
    void bigBodiesArriveWholeBothWays(@TempDir Path dir) throws Exception {
        byte[] big = new byte[5_000_000];
        new Random(1).nextBytes(big);
        Path file = Files.write(dir.resolve("big"), big);
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"));
                    return body;
                })) {
            rig.exit("exit-01");
            assertThat(socks(rig, "socks5h", FrontRig.USER, "-T", file.toString(), site.url("/"))
                            .body())
                    .isEqualTo(big);
        }
    }

    @Test
    void javasOwnSocketsGoThrough() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("java")) {
            rig.exit("exit-01");
            Authenticator.setDefault(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    return new PasswordAuthentication("acme", "s3cret".toCharArray());
                }
            });
            try (Socket socket = new Socket(new Proxy(Proxy.Type.SOCKS, rig.front.address()))) {
                socket.connect(new InetSocketAddress("127.0.0.1", site.port()), 10_000);
                socket.getOutputStream().write(WebSite.bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
                assertThat(WebSite.readHead(socket.getInputStream())).startsWith("HTTP/1.1 200");
            } finally {
                Authenticator.setDefault(null);
            }
        }
    }

    @Test
    void whatIsWrongIsRefusedAndTold() throws Exception {
        int closed = closedPort();
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            String url = site.url("/");
            assertThat(socks(rig, "socks5h", "acme:wrong", url).exit()).isEqualTo(CURL_PROXY_REFUSED);
            assertThat(socks(rig, "socks5h", "nobody:s3cret", url).exit()).isEqualTo(CURL_PROXY_REFUSED);
            assertThat(rig.front.counters().deniedLogins()).isEqualTo(2);
            assertThat(rig.requests).isEmpty();
            for (String user : List.of("acme-pool-none:s3cret", "acme-county-us:s3cret", FrontRig.USER)) {
                String to = user.equals(FrontRig.USER) ? "http://127.0.0.1:" + closed + "/" : url;
                assertThat(socks(rig, "socks5h", user, to).exit()).isEqualTo(CURL_PROXY_REFUSED);
            }
            assertThat(rig.requests)
                    .extracting(ProxiedRequest::getOutcome)
                    .containsExactly(Outcome.POOL_UNKNOWN, Outcome.BAD_REQUEST, Outcome.CONNECTION_REFUSED);
            assertThat(site.heads).isEmpty();
        }
    }

    @Test
    void aHandshakeInSingleBytesIsUnderstoodAndBytesThatComeTooEarlyAreKept() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("early")) {
            rig.exit("exit-01");
            String request = GREETING + SECRET + connect(site.port());
            try (Raw client = new Raw(rig.front.address())) {
                client.socket.setTcpNoDelay(true);
                OutputStream out = client.socket.getOutputStream();
                for (byte b : HEX.parseHex(request)) {
                    out.write(b);
                    Thread.sleep(2);
                }
                assertThat(read(client, 14)).isEqualTo("0502010005000001000000000000");
            }
            try (Raw client = new Raw(rig.front.address())) {
                send(client, request + hex("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
                assertThat(read(client, 14)).isEqualTo("0502010005000001000000000000");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                assertThat(client.text(5)).isEqualTo("early");
            }
        }
    }

    @Test
    void aHandshakeThatNeverEndsIsCutOff() throws Exception {
        try (FrontRig rig = new FrontRig(
                FrontSettings.DEFAULTS.withTimeouts(300, 60_000, 60_000, 60_000), AttemptSettings.DEFAULTS)) {
            for (String part : List.of("05", GREETING, GREETING + SECRET, GREETING + SECRET + "050100")) {
                try (Raw client = new Raw(rig.front.address())) {
                    send(client, part);
                    client.rest();
                }
            }
            assertThat(rig.front.counters().headTimeouts.sum()).isEqualTo(4);
        }
    }

    @Test
    void aUserWhoLeavesWhileATunnelOpensLeavesNothingBehind() throws Exception {
        try (FrontRig rig = new FrontRig();
                ServerSocket silent = new ServerSocket(0, 1)) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.socket.setSoLinger(true, 0); // an end alone could be that of one direction
                send(client, GREETING + SECRET + connect(silent.getLocalPort()));
                await().until(() -> rig.exits.picks.get() == 1);
            }
            await().until(() -> !rig.requests.isEmpty());
        }
    }

    @Test
    void rubbishNeverHurtsWhoComesNext() throws Exception {
        Random random = new Random(7);
        try (FrontRig rig = new FrontRig(
                        FrontSettings.DEFAULTS.withTimeouts(200, 200, 60_000, 60_000), AttemptSettings.DEFAULTS);
                WebSite site = WebSite.saying("still here")) {
            rig.exit("exit-01");
            for (int i = 0; i < 200; i++) {
                byte[] rubbish = new byte[1 + random.nextInt(600)];
                random.nextBytes(rubbish);
                String start = List.of("05", GREETING, GREETING + SECRET, GREETING + SECRET + "05010003")
                        .get(random.nextInt(4));
                try (Raw client = new Raw(rig.front.address())) {
                    client.socket.setSoLinger(true, 0);
                    send(client, start + HEX.formatHex(rubbish));
                    if (i % 20 == 0) {
                        client.rest();
                    }
                } catch (IOException reset) {
                    assertThat(reset).isInstanceOf(java.net.SocketException.class);
                }
            }
            assertThat(socks(rig, "socks5h", FrontRig.USER, site.url("/")).text())
                    .isEqualTo("still here");
        }
    }

    private static Curl.Result socks(FrontRig rig, String scheme, String user, String... arguments) throws Exception {
        List<String> all = new java.util.ArrayList<>(List.of("-x", scheme + "://" + rig.address(), "-U", user));
        all.addAll(List.of(arguments));
        return Curl.run(all);
    }

    static String connect(int port) {
        return "050100017f000001" + String.format("%04x", port);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static String hex(String text) {
        return HEX.formatHex(text.getBytes(ISO_8859_1));
    }

    static void send(Raw client, String hex) throws IOException {
        client.socket.getOutputStream().write(HEX.parseHex(hex.replace(" ", "")));
    }

    static String read(Raw client, int bytes) throws IOException {
        return hex(client.text(bytes));
    }
}
