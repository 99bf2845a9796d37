package io.fairlead.proxy.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens become certificates, once, for whom they are meant; everything else is refused with its reason. */
class EnrolmentTest {

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final InstantSource clock = now::get;
    private Path authorityDirectory;
    private LinkAuthority authority;
    private TokenBook tokens;
    private IssuerServer issuer;

    @BeforeEach
    void start() throws Exception {
        authorityDirectory = directory.resolve("authority");
        authority = LinkAuthority.openOrCreate(authorityDirectory, clock);
        tokens = new TokenBook(authorityDirectory, clock);
        issuer = IssuerServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                authorityDirectory,
                IssuerSettings.DEFAULTS,
                clock,
                System::nanoTime);
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private EnrolmentToken token(String exitId) throws Exception {
        EnrolmentToken token =
                EnrolmentToken.create(exitId, address(), authority.certificate().getEncoded());
        tokens.add(token, Duration.ofHours(1));
        return EnrolmentToken.parse(token.text());
    }

    private String address() {
        return "127.0.0.1:" + issuer.address().getPort();
    }

    @Test
    void tokenBecomesAnIdentityWhoseKeyNeverLeft() throws Exception {
        Path state = directory.resolve("agent");
        AgentIdentity identity = IssuerClient.enrol(token("exit-7"), state).identity();

        assertThat(identity.exitId()).isEqualTo("exit-7");
        identity.chain().get(0).verify(authority.certificate().getPublicKey());
        assertThat(identity.chain().get(0).getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve("exit.key"))))
                .isEqualTo("rw-------");
        assertThat(AgentIdentity.load(state).chain()).isEqualTo(identity.chain());
        assertThat(LinkTls.forAgent(identity.forLinks(), identity.authority())).isNotNull();
        assertThat(issuer.counters().enrolledCount()).isEqualTo(1);
    }

    @Test
    void tokenIsUsedOnceByAnybodyElseAndAgainByItsOwnKeyAlone() throws Exception {
        EnrolmentToken token = token("exit-7");
        IssuerClient.enrol(token, directory.resolve("first"));
        assertThatThrownBy(() -> IssuerClient.enrol(token, directory.resolve("thief")))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(IssuerRefusal.TOKEN_USED))
                .hasMessageContaining("exit-7 was used already");
        // The answer may have been lost: the same key asks again.
        assertThat(IssuerClient.enrol(token, directory.resolve("first"))
                        .identity()
                        .exitId())
                .isEqualTo("exit-7");
        assertThat(issuer.counters().refusedCount(IssuerRefusal.TOKEN_USED)).isEqualTo(1);
    }

    @Test
    void expiredWithdrawnAndForeignTokensAreRefused() throws Exception {
        EnrolmentToken expired = token("exit-7");
        EnrolmentToken withdrawn = token("exit-8");
        EnrolmentToken foreign = EnrolmentToken.create(
                "exit-9", address(), authority.certificate().getEncoded());
        tokens.withdraw("exit-8");
        now.set(now.get().plus(Duration.ofHours(2)));

        assertThat(refusal(expired)).isEqualTo(IssuerRefusal.TOKEN_EXPIRED);
        assertThat(refusal(withdrawn)).isEqualTo(IssuerRefusal.TOKEN_UNKNOWN);
        assertThat(refusal(foreign)).isEqualTo(IssuerRefusal.TOKEN_UNKNOWN);
        assertThat(issuer.counters().enrolledCount()).isZero();
    }

    @Test
    void requestForAnotherIdentityIsRefusedAndTheTokenIsStillGood() throws Exception {
        EnrolmentToken token = token("exit-7");
        Path state = directory.resolve("agent");
        KeyPair keys = AgentIdentity.keysIn(state);
        String other = CertificateRequest.pem(keys, "exit-8");
        Files.writeString(state.resolve("exit.csr.exit-7"), other);
        assertThatThrownBy(() -> IssuerClient.enrol(token, state))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(IssuerRefusal.BAD_CERTIFICATE_REQUEST))
                .hasMessageContaining("it may only be CN=exit-7");

        Files.writeString(state.resolve("exit.csr.exit-7"), "no request at all");
        assertThat(refusal(token, state)).isEqualTo(IssuerRefusal.BAD_CERTIFICATE_REQUEST);

        // A request for a key that somebody else holds: signed, but not by it.
        KeyPair mixed = new KeyPair(LinkIdentity.newKeys().getPublic(), keys.getPrivate());
        Files.writeString(state.resolve("exit.csr.exit-7"), CertificateRequest.pem(mixed, "exit-7"));
        assertThatThrownBy(() -> IssuerClient.enrol(token, state)).hasMessageContaining("not signed by the key");

        Files.delete(state.resolve("exit.csr.exit-7"));
        assertThat(IssuerClient.enrol(token, state).identity().exitId()).isEqualTo("exit-7");
    }

    @Test
    void whoGuessesIsSlowedDown() throws Exception {
        EnrolmentToken foreign = EnrolmentToken.create(
                "exit-9", address(), authority.certificate().getEncoded());
        for (int i = 0; i < 6; i++) {
            assertThat(refusal(foreign)).isEqualTo(IssuerRefusal.TOKEN_UNKNOWN);
        }
        EnrolmentToken good = token("exit-7");
        assertThat(refusal(good)).isEqualTo(IssuerRefusal.TOO_MANY);
        assertThat(issuer.counters().refusedCount(IssuerRefusal.TOO_MANY)).isEqualTo(1);
    }

    @Test
    void issuerOfAnotherAuthorityIsNotBelieved() throws Exception {
        LinkAuthority other = LinkAuthority.create(clock);
        EnrolmentToken token =
                EnrolmentToken.create("exit-7", address(), other.certificate().getEncoded());
        tokens.add(token, Duration.ofHours(1));
        assertThatThrownBy(() -> IssuerClient.enrol(token, directory.resolve("agent")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none of the authority");
        assertThat(issuer.counters().enrolledCount()).isZero();
    }

    @Test
    void renewalKeepsKeyAndNameAndEndsWithRevocation() throws Exception {
        Path state = directory.resolve("agent");
        AgentIdentity first = IssuerClient.enrol(token("exit-7"), state).identity();
        now.set(now.get().plusSeconds(60));
        IssuerClient.Granted second = IssuerClient.renew(first, state);

        assertThat(second.identity().keys().getPublic()).isEqualTo(first.keys().getPublic());
        assertThat(second.identity().exitId()).isEqualTo("exit-7");
        assertThat(second.identity().chain().get(0).getNotAfter())
                .isAfter(first.chain().get(0).getNotAfter());
        assertThat(second.renewAfter()).isEqualTo(Duration.ofHours(16));
        assertThat(AgentIdentity.load(state).chain())
                .isEqualTo(second.identity().chain());
        assertThat(issuer.counters().renewedCount()).isEqualTo(1);

        now.set(now.get().plusSeconds(60));
        new Revocations(authorityDirectory).revoke("exit-7", clock.instant());
        assertThatThrownBy(() -> IssuerClient.renew(second.identity(), state))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(IssuerRefusal.REVOKED));
        // A new token is a new beginning, at once.
        now.set(now.get().plusSeconds(1));
        AgentIdentity anew =
                IssuerClient.enrol(token("exit-7"), directory.resolve("anew")).identity();
        assertThat(LinkTls.issuedAt(anew.chain().get(0)))
                .isAfterOrEqualTo(clock.instant().minusMillis(999));
        assertThat(IssuerClient.renew(anew, directory.resolve("anew"))
                        .identity()
                        .exitId())
                .isEqualTo("exit-7");
    }

    @Test
    void certificateOfAnEdgeRenewsNothing() throws Exception {
        LinkIdentity edge = authority.issueEdge("edge-1", Duration.ofHours(1));
        CertificateIssuer decides = new CertificateIssuer(
                authority, tokens, new Revocations(authorityDirectory), IssuerSettings.DEFAULTS, clock);
        String request = CertificateRequest.pem(LinkIdentity.newKeys(), "edge-1");
        assertThatThrownBy(() -> decides.renew(edge.chain().get(0), request))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(IssuerRefusal.NO_IDENTITY));
        assertThatThrownBy(() -> decides.renew(null, request))
                .isInstanceOfSatisfying(RefusedException.class, refused -> assertThat(refused.reason())
                        .isEqualTo(IssuerRefusal.NO_IDENTITY));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fle1.", "fle1.AAAA", "hello", "fle1.%%%%", "CUT", "CHANGED", "LONG"})
    void wordThatIsNoTokenIsRefusedWithoutBeingRepeated(String kind) throws Exception {
        String good = token("exit-7").text();
        String word =
                switch (kind) {
                    case "CUT" -> good.substring(0, good.length() - 3);
                    case "CHANGED" -> good.substring(0, 20) + (good.charAt(20) == 'A' ? 'B' : 'A') + good.substring(21);
                    case "LONG" -> good + "A".repeat(2_000);
                    default -> kind;
                };
        assertThatThrownBy(() -> EnrolmentToken.parse(word))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("enrolment token")
                .hasMessageNotContaining(good.substring(10, 40));
    }

    @Test
    void whoReadsTheDirectoryHoldsNoToken() throws Exception {
        EnrolmentToken token = token("exit-7");
        assertThat(token.toString()).doesNotContain(token.secret());
        try (var files = Files.walk(authorityDirectory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).doesNotContain(token.secret());
                assertThat(file.toString()).doesNotContain(token.secret());
            }
        }
    }

    private IssuerRefusal refusal(EnrolmentToken token) throws Exception {
        return refusal(token, directory.resolve("refused"));
    }

    private static IssuerRefusal refusal(EnrolmentToken token, Path state) throws Exception {
        try {
            IssuerClient.enrol(token, state);
            throw new AssertionError("enrolled with " + token);
        } catch (RefusedException e) {
            return e.reason();
        }
    }
}
