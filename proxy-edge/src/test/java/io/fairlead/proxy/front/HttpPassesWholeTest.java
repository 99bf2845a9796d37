package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.Outcome;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What must reach the other side as it was, what must not, and where a connection may go on afterwards. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // line ends are CR LF here
class HttpPassesWholeTest {

    private static String get(WebSite site, String more) {
        return "GET " + site.url("/") + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + more + "\r\n";
    }

    @Test
    void fieldsForOneHopStayOnTheirHop() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> WebSite.bytes(
                        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x-secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\n"
                                + "Proxy-Authenticate: Basic\r\nX-Fairlead-Exit: forged\r\nX-Kept: 2\r\n\r\nx"))) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(get(
                        site,
                        "Connection: keep-alive, X-Hop, host\r\nX-Hop: 1\r\nProxy-Connection: keep-alive\r\nKeep-Alive: 1\r\n"
                                + "TE: trailers, deflate\r\nUpgrade: websocket\r\nX-End: 1\r\nCookie: a=b\r\n"));
                String head = client.head();
                assertThat(client.text(1)).isEqualTo("x");
                assertThat(site.lastHead())
                        .contains("Host: 127.0.0.1:" + site.port(), "X-End: 1", "Cookie: a=b")
                        .containsIgnoringCase("te: trailers\r\n")
                        .doesNotContain("X-Hop: 1", "deflate", "Upgrade", "Proxy-", "Keep-Alive", "Basic");
                assertThat(head)
                        .contains("X-Kept: 2", "x-fairlead-exit: exit-01")
                        .doesNotContain("X-Secret", "Keep-Alive", "Proxy-Authenticate", "forged");
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> WebSite.ok(head.split(" ")[1]))) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                StringBuilder all = new StringBuilder();
                for (int i = 0; i < 20; i++) {
                    all.append(get(site, "").replace("/ HTTP", "/" + (char) ('a' + i) + " HTTP"));
                }
                client.send(all.toString());
                for (int i = 0; i < 20; i++) {
                    assertThat(client.head()).startsWith("HTTP/1.1 200");
                    assertThat(client.text(2)).isEqualTo("/" + (char) ('a' + i));
                }
            }
            assertThat(rig.exits.mostRunning("exit-01")).isEqualTo(1);
        }
    }

    @Test
    void headWhoseBytesDripIsReadAndSoIsTheOneBehindIt() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = WebSite.saying("x")) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.socket.setTcpNoDelay(true);
                for (char c : get(site, "X-Long: " + "a".repeat(200) + "\r\n").toCharArray()) {
                    client.send(Character.toString(c));
                }
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                assertThat(client.text(1)).isEqualTo("x");
                client.send("\r\n" + get(site, "X-Big: " + "b".repeat(20_000) + "\r\n"));
                assertThat(client.head()).startsWith("HTTP/1.1 200");
            }
            assertThat(site.lastHead()).contains("b".repeat(20_000));
        }
    }

    @Test
    void headAndEmptyAnswersLeaveTheConnectionUsable() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> head.startsWith("HEAD")
                        ? WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n")
                        : head.contains("/304")
                                ? WebSite.bytes("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n")
                                : WebSite.bytes("HTTP/1.1 204 No Content\r\nX: Content-Length\r\n\r\n"))) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(get(site, "").replace("GET", "HEAD"));
                assertThat(client.head()).contains("200 OK", "Content-Length: 12345");
                client.send(get(site, "").replace("/ HTTP", "/304 HTTP"));
                assertThat(client.head()).contains("304");
                client.send(get(site, ""));
                assertThat(client.head()).contains("204");
                client.send("HEAD http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(client.head()).contains("407");
                client.send(get(site, ""));
                assertThat(client.head()).contains("204");
            }
            assertThat(site.connections).hasValue(1);
        }
    }

    @Test
    void trailersAndInterimAnswersPass() throws Exception {
        AtomicReference<String> body = new AtomicReference<>();
        try (FrontRig rig = new FrontRig();
                Site site = new Site(socket -> {
                    WebSite.readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                    + "HTTP/1.1 100 Continue\r\n\r\n"));
                    StringBuilder all = new StringBuilder();
                    while (!all.toString().endsWith("\r\n\r\n")) {
                        all.append((char) socket.getInputStream().read());
                    }
                    body.set(all.toString());
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + "3;ext=1\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n"));
                })) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send("POST http://127.0.0.1:" + site.address().getPort() + "/ HTTP/1.1\r\nHost: x\r\n"
                        + Raw.AUTHORIZATION
                        + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 103").contains("Link: </a>");
                assertThat(client.head()).startsWith("HTTP/1.1 100");
                client.send("2;x=y\r\nhi\r\n0\r\nX-Up: 1\r\nContent-Length: 7\r\n\r\n");
                String rest = client.rest();
                assertThat(rest).startsWith("HTTP/1.1 200").contains("3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
            }
            assertThat(body.get()).contains("2\r\nhi\r\n0\r\n", "X-Up: 1").doesNotContain("Content-Length", "x=y");
        }
    }

    @Test
    void answerThatEndsWithItsConnectionIsFramedForTheUser() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> WebSite.bytes("HTTP/1.0 200 OK\r\n\r\nold"))) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(get(site, ""));
                assertThat(client.head().toLowerCase(Locale.ROOT)).contains("transfer-encoding: chunked");
                assertThat(client.text(13)).isEqualTo("3\r\nold\r\n0\r\n\r\n");
                client.send(get(site, "").replace("HTTP/1.1", "HTTP/1.0"));
                String old = client.rest();
                assertThat(old).contains("connection: close").endsWith("\r\n\r\nold");
            }
        }
    }

    @Test
    void chunkedAnswerToAnOldClientLosesItsChunks() throws Exception {
        try (FrontRig rig = new FrontRig();
                WebSite site = new WebSite((head, body, socket) -> WebSite.bytes(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send(get(site, "Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"));
                assertThat(client.rest()).endsWith("\r\n\r\nabcde").doesNotContainIgnoringCase("transfer-encoding");
            }
        }
    }

    @Test
    void answersThatCanBeReadInTwoWaysAreRefused() throws Exception {
        for (String head : new String[] {
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            "SSH-2.0-OpenSSH\r\n\r\n"
        }) {
            try (FrontRig rig = new FrontRig();
                    WebSite site = new WebSite((asked, body, socket) -> WebSite.bytes(head))) {
                rig.exit("exit-01");
                Curl.Result result = rig.curl(site.url("/"));
                assertThat(result.status()).as(head).isEqualTo(502);
                assertThat(result.proxyStatus()).contains("error=http_protocol_error");
                assertThat(rig.onlyRequest().getOutcome()).isEqualTo(Outcome.RESPONSE_INVALID);
            }
        }
    }

    @Test
    void webSocketPassesAndEachSideMayEndByItself() throws Exception {
        try (FrontRig rig = new FrontRig();
                Site site = new Site(socket -> {
                    String head = WebSite.readHead(socket.getInputStream());
                    if (head.contains("Upgrade: websocket")
                            && head.toLowerCase(Locale.ROOT).contains("connection: upgrade")) {
                        socket.getOutputStream()
                                .write(WebSite.bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                        + "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nearly"));
                        Site.echo(socket);
                    }
                })) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send("GET http://127.0.0.1:" + site.address().getPort() + "/ HTTP/1.1\r\nHost: x\r\n"
                        + Raw.AUTHORIZATION + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n");
                assertThat(client.head())
                        .startsWith("HTTP/1.1 101")
                        .contains("Sec-WebSocket-Accept: x")
                        .containsIgnoringCase("connection: upgrade");
                assertThat(client.text(5)).isEqualTo("early");
                client.send("ping");
                assertThat(client.text(4)).isEqualTo("ping");
                client.socket.shutdownOutput();
                assertThat(client.rest()).isEmpty();
            }
            assertThat(rig.onlyRequest().getOutcome()).isEqualTo(Outcome.OK);
            assertThat(rig.onlyRequest().getStatus()).isEqualTo(101);
        }
    }

    @Test
    void bytesBehindConnectAreNotLostAndHalfAnEndIsNoEnd() throws Exception {
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS, AttemptSettings.DEFAULTS.withProgressIntervalMs(50));
                Site site = new Site(socket -> {
                    byte[] all = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(WebSite.bytes("got " + all.length));
                })) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.send("CONNECT 127.0.0.1:" + site.address().getPort() + " HTTP/1.1\r\nHost: x\r\n"
                        + Raw.AUTHORIZATION + "\r\nearly\0\1\2");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                client.send(" late");
                await().until(() -> rig.attempts.stream().anyMatch(a -> a.getPhase() == AttemptPhase.PROGRESS));
                client.socket.shutdownOutput();
                assertThat(client.rest()).isEqualTo("got 13");
            }
            assertThat(rig.onlyRequest().getOutcome()).isEqualTo(Outcome.OK);
            assertThat(rig.onlyRequest().getBytesUp()).isEqualTo(13);
            assertThat(rig.onlyRequest().getBytesDown()).isEqualTo(6);
        }
    }

    @Test
    void slowReaderHoldsTheTargetBackInsteadOfFillingMemory() throws Exception {
        byte[] part = new byte[64 << 10];
        java.util.concurrent.atomic.AtomicLong sent = new java.util.concurrent.atomic.AtomicLong();
        try (FrontRig rig = new FrontRig();
                Site site = new Site(socket -> {
                    WebSite.readHead(socket.getInputStream());
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + (1L << 40) + "\r\n\r\n"));
                    while (true) {
                        socket.getOutputStream().write(part);
                        sent.addAndGet(part.length);
                    }
                })) {
            rig.exit("exit-01");
            try (Raw client = new Raw(rig.front.address())) {
                client.socket.setReceiveBufferSize(16 << 10);
                client.send("GET http://127.0.0.1:" + site.address().getPort() + "/ HTTP/1.1\r\nHost: x\r\n"
                        + Raw.AUTHORIZATION + "\r\n");
                assertThat(client.head()).startsWith("HTTP/1.1 200");
                AtomicReference<Long> before = new AtomicReference<>(-1L);
                await().pollInterval(java.time.Duration.ofMillis(400))
                        .until(() -> before.getAndSet(sent.get()) == sent.get());
                long held = sent.get();
                assertThat(held).isLessThan(24 << 20);
                for (int read = 0; sent.get() == held; read += 64 << 10) {
                    assertThat(read)
                            .as("bytes read without the target going on")
                            .isLessThan(24 << 20);
                    client.text(64 << 10);
                }
            }
        }
    }
}
