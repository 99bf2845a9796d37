package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.attempt.AttemptSettings;
import io.fairlead.proxy.front.UserKeys.Pair;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.ClientProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS to the proxy on the port of all else: curl, plain sockets, and what becomes of certificates. */
@Timeout(60)
class TlsToTheProxyTest {

    @TempDir
    private Path directory;

    private static Curl.Result curl(FrontRig rig, String... arguments) throws Exception {
        List<String> all =
                new ArrayList<>(List.of("--proxy-insecure", "-x", "https://" + rig.address(), "-U", FrontRig.USER));
        all.addAll(List.of(arguments));
        return Curl.run(all);
    }

    @Test
    void curlForwardsAndTunnelsInsideTls() throws Exception {
        byte[] big = new byte[3_000_000];
        new Random(1).nextBytes(big);
        Path file = Files.write(directory.resolve("big"), big);
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n"));
                    return body;
                })) {
            rig.exit("exit-01");
            for (String how : List.of("-g", "-p")) {
                Curl.Result result = curl(rig, how, "-T", file.toString(), site.url("/echo"));
                assertThat(result.body()).as(how).isEqualTo(big);
                assertThat(result.fields()).containsEntry("x-fairlead-exit", "exit-01");
            }
            assertThat(rig.curl("-T", file.toString(), site.url("/echo")).body())
                    .as("without TLS on the same port")
                    .isEqualTo(big);
            assertThat(rig.front.counters().securedConnections()).isEqualTo(2);
        }
    }

    @Test
    void socksInsideTls() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = WebSite.saying("inside")) {
            rig.exit("exit-01");
            try (SSLSocket socket = UserKeys.connect(rig.front.address())) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                out.write(new byte[] {5, 1, 2});
                assertThat(in.readNBytes(2)).containsExactly(5, 2);
                out.write(new byte[] {1, 4});
                out.write("acme".getBytes(StandardCharsets.US_ASCII));
                out.write(6);
                out.write("s3cret".getBytes(StandardCharsets.US_ASCII));
                assertThat(in.readNBytes(2)).containsExactly(1, 0);
                out.write(new byte[] {5, 1, 0, 1, 127, 0, 0, 1, (byte) (site.port() >> 8), (byte) site.port()});
                assertThat(in.readNBytes(10)[1]).isZero();
                out.write(WebSite.bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
                assertThat(WebSite.readHead(in)).startsWith("HTTP/1.1 200");
                assertThat(new String(in.readNBytes(6), StandardCharsets.US_ASCII))
                        .isEqualTo("inside");
            }
            assertThat(rig.onlyRequest().getProtocol()).isEqualTo(ClientProtocol.SOCKS5);
        }
    }

    /** All of an answer arrives, and then its end, though the user has not ended. */
    @Test
    void aTunnelThatTheSiteEndsEndsWithCloseNotify() throws Exception {
        byte[] text = new byte[500_000];
        new Random(2).nextBytes(text);
        try (FrontRig rig = FrontRig.secured(directory);
                Site site = new Site(socket -> socket.getOutputStream().write(text))) {
            rig.exit("exit-01");
            try (SSLSocket socket = UserKeys.connect(rig.front.address())) {
                socket.getOutputStream()
                        .write(WebSite.bytes("CONNECT 127.0.0.1:"
                                + site.address().getPort() + " HTTP/1.1\r\nHost: x\r\n" + Raw.AUTHORIZATION + "\r\n"));
                assertThat(WebSite.readHead(socket.getInputStream())).startsWith("HTTP/1.1 200");
                assertThat(socket.getInputStream().readAllBytes()).isEqualTo(text);
            }
            assertThat(rig.onlyRequest().getBytesDown()).isEqualTo(text.length);
        }
    }

    /** Half an answer must not end like a whole one: an end without close_notify is an error to whoever reads. */
    @Test
    void anAnswerThatBreaksOffEndsWithoutCloseNotify() throws Exception {
        try (FrontRig rig = FrontRig.secured(directory);
                WebSite site = new WebSite((head, body, socket) -> {
                    socket.getOutputStream()
                            .write(WebSite.bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nonly this"));
                    return null;
                })) {
            rig.exit("exit-01");
            try (SSLSocket socket = UserKeys.connect(rig.front.address())) {
                socket.getOutputStream()
                        .write(WebSite.bytes("GET " + site.url("/") + " HTTP/1.1\r\nHost: 127.0.0.1:" + site.port()
                                + "\r\n" + Raw.AUTHORIZATION + "\r\n"));
                assertThatThrownBy(() -> socket.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aHandshakeThatIsNotDoneInTimeIsCutOff() throws Exception {
        FrontSettings settings = FrontSettings.DEFAULTS
                .withCertificate(UserKeys.write(directory, UserKeys.make()))
                .withTlsHandshakeTimeoutMs(300);
        try (FrontRig rig = new FrontRig(settings, AttemptSettings.DEFAULTS);
                Raw client = new Raw(rig.front.address())) {
            client.send("\u0016\u0003\u0001");
            client.rest();
            await().until(() -> rig.front.counters().failedHandshakes() == 1);
        }
    }

    @Test
    void withoutACertificateTlsIsNotAnsweredByHttp() throws Exception {
        try (FrontRig rig = new FrontRig();
                Raw client = new Raw(rig.front.address())) {
            client.send("\u0016\u0003\u0001\u0002");
            assertThat(client.rest()).isIn("", "<reset>");
            assertThat(rig.front.counters().malformedRequests()).isEqualTo(1);
        }
    }

    @Test
    void aNewCertificateIsTakenAndABrokenOneIsNot() throws Exception {
        Pair first = UserKeys.make();
        Pair second = UserKeys.make();
        UserCertificateFiles files = UserKeys.write(directory, first);
        try (FrontRig rig = new FrontRig(FrontSettings.DEFAULTS.withCertificate(files), AttemptSettings.DEFAULTS)) {
            assertThat(shown(rig)).isEqualTo(first.certificate());
            try (SSLSocket open = UserKeys.connect(rig.front.address())) {
                UserKeys.write(directory, second);
                await().until(() -> shown(rig).equals(second.certificate()));
                open.getOutputStream().write(WebSite.bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
                assertThat(WebSite.readHead(open.getInputStream()))
                        .as("a connection that was there before goes on")
                        .startsWith("HTTP/1.1 400");
            }
            Files.writeString(files.key(), UserKeys.pem(first.keys().getPrivate()));
            await().until(() -> rig.front.certificateProblem().contains("does not belong to the certificate"));
            assertThat(rig.front.certificateProblem()).contains("stays in use");
            assertThat(shown(rig)).isEqualTo(second.certificate());
            Files.delete(files.chain());
            await().until(() -> rig.front.certificateProblem().contains("does not exist"));
            UserKeys.write(directory, first);
            await().until(() -> rig.front.certificateProblem().isEmpty());
            assertThat(shown(rig)).isEqualTo(first.certificate());
        }
    }

    private static Certificate shown(FrontRig rig) throws Exception {
        try (SSLSocket socket = UserKeys.connect(rig.front.address())) {
            return socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void atStartItIsSaidWhatIsWrongWithACertificate() throws Exception {
        Pair good = UserKeys.make();
        Path missing = directory.resolve("missing.crt");
        Path chain = Files.writeString(directory.resolve("a.crt"), UserKeys.pem(good.certificate()));
        Path key = Files.writeString(
                directory.resolve("a.key"), UserKeys.pem(good.keys().getPrivate()));
        Path otherKey = Files.writeString(
                directory.resolve("b.key"), UserKeys.pem(UserKeys.make().keys().getPrivate()));
        Path text = Files.writeString(directory.resolve("text"), "no PEM at all\n");
        Pair old = UserKeys.make(Instant.now().minus(Duration.ofHours(1)));
        Path oldChain = Files.writeString(directory.resolve("old.crt"), UserKeys.pem(old.certificate()));
        Path oldKey = Files.writeString(
                directory.resolve("old.key"), UserKeys.pem(old.keys().getPrivate()));
        assertRefused(missing, key, missing + " does not exist");
        assertRefused(chain, directory, directory + " can't be read");
        assertRefused(text, key, "text");
        assertRefused(chain, text, "holds no private key");
        assertRefused(chain, otherKey, otherKey + " does not belong to the certificate");
        assertRefused(oldChain, oldKey, "has expired at");
    }

    private static void assertRefused(Path chain, Path key, String why) {
        assertThatThrownBy(() ->
                        UserCertificate.follow(new UserCertificateFiles(chain, key), java.time.InstantSource.system()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(why);
    }
}
