package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may link, as whom, and who gives way. */
class IdentityTest {

    private LinkRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void agentThatLiesAboutItsIdentityIsRefused() throws Exception {
        rig.start(rig.settings("exit-victim"), "exit-liar", InstantSource.system(), DialPath.DIRECT);
        await().until(() -> rig.listener.counters().rejections(Rejection.IDENTITY_LIE) > 0);
        assertThat(rig.registry.exitCount()).isZero();
        assertThat(rig.told).isEmpty();
    }

    @Test
    void certificateOfAnotherAuthorityIsRefused() throws Exception {
        LinkAuthority other = LinkAuthority.create(InstantSource.system());
        var tls = LinkTls.forAgent(other.issueAgent("exit-1", Duration.ofHours(1)), rig.authority.certificate());
        try (ExitAgent agent = ExitAgent.start(rig.settings("exit-1"), tls, rig.agentLoops())) {
            await().until(() -> rig.listener.counters().rejections(Rejection.TLS) > 0);
            assertThat(rig.registry.exitCount()).isZero();
            assertThat(agent.linksUp()).isZero();
        }
    }

    @Test
    void agentCantPlaySupernode() throws Exception {
        var tls =
                LinkTls.forEdge(rig.authority.issueAgent("exit-bad", Duration.ofHours(1)), rig.authority.certificate());
        try (LinkListener fake = LinkListener.start(
                new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0),
                rig.edgeLoops(),
                tls,
                LinkSettings.DEFAULTS,
                rig.registry,
                (id, record) -> {},
                LinkAdmission.EVERYBODY,
                new io.fairlead.proxy.exit.LocationCheck(io.fairlead.proxy.exit.ObservedLocations.NONE),
                System::nanoTime,
                new java.util.Random())) {
            var settings = io.fairlead.proxy.agent.AgentSettings.of(
                            "exit-1", io.fairlead.model.PoolType.ISP, List.of(fake.address()))
                    .withLinks(1)
                    .withPauses(20, 100);
            rig.start(settings);
            await().until(() ->
                    fake.counters().accepted() > 1 && fake.counters().unproven() == 0);
            assertThat(fake.counters().established()).isZero();
        }
    }

    @Test
    void rubbishInsteadOfTlsIsCountedAndClosed() throws Exception {
        try (Socket socket = new Socket(
                rig.listener.address().getAddress(), rig.listener.address().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(50).getBytes(StandardCharsets.US_ASCII));
            out.flush();
            socket.setSoTimeout(5_000);
            while (socket.getInputStream().read() >= 0) {
                // an alert may come before the end
            }
        } catch (java.net.SocketException reset) {
            // closed with our bytes unread: as good an end as the other
        }
        await().until(() -> rig.listener.counters().rejections(Rejection.TLS) == 1);
        await().until(() -> rig.listener.counters().unproven() == 0);
    }

    @Test
    void killedExitIsRefused() throws Exception {
        rig.listener.close();
        rig.listen(0, (exitId, issued) -> exitId.equals("exit-1") ? "taken out by the operator" : "");
        rig.start(rig.settings("exit-1"));
        rig.start(rig.settings("exit-2"));
        await().until(() -> rig.registry.info("exit-2") != null);
        await().until(() -> rig.listener.counters().rejections(Rejection.NOT_ADMITTED) > 0);
        assertThat(rig.registry.online()).containsExactly("exit-2");
    }

    @Test
    void newerProcessTakesOverAndTheOlderIsKeptOut() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochMilli(1_000));
        ExitAgent older = rig.start(rig.settings("exit-1").withLinks(2), "exit-1", now::get, DialPath.DIRECT);
        await().until(() -> rig.registry.linkCount() == 2);
        now.set(Instant.ofEpochMilli(2_000));
        rig.start(rig.settings("exit-1"), "exit-1", now::get, DialPath.DIRECT);
        await().until(() -> rig.registry.info("exit-1").agentEpochMs() == 2_000);
        // The older one is told so, and leaves everywhere: it does not come back to be refused again and again.
        await().until(() -> older.superseded().isDone());
        await().until(() -> older.linksUp() == 0 && rig.registry.linkCount() == 1);
        assertThat(rig.registry.info("exit-1").agentEpochMs()).isEqualTo(2_000);
        long dials = older.dials();
        rig.start(rig.settings("exit-1"), "exit-1", () -> Instant.ofEpochMilli(1_500), DialPath.DIRECT);
        await().until(() -> rig.listener.counters().rejections(Rejection.OLDER_PROCESS) > 0);
        assertThat(older.dials()).isEqualTo(dials);
        assertThat(rig.told)
                .extracting(LinkRig.Told::record)
                .filteredOn(ExitDisconnected.class::isInstance)
                .extracting(record -> ((ExitDisconnected) record).getReason())
                .contains(DisconnectReason.SUPERSEDED);
        older.close();
    }
}
