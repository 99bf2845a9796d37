package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.ExitShare;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several links to several supernodes: where they stand, and how they move without dropping a tunnel. */
class SupernodesTest {

    private LinkRig rig;
    private LinkListener second;
    private final ExitRegistry secondRegistry = new ExitRegistry(4, 1_000);
    private final List<ExitAgent> agents = new ArrayList<>();
    private final List<String> offline = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
        rig.registry.listen(new ExitEvents() {
            @Override
            public void online(ExitInfo exit) {}

            @Override
            public void offline(String exitId, DisconnectReason reason) {
                offline.add(exitId + " " + reason);
            }

            @Override
            public void heartbeat(ExitLoad load) {}
        });
        second = LinkListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                rig.edgeLoops(),
                LinkTls.forEdge(rig.authority.issueEdge("edge-2", Duration.ofHours(1)), rig.authority.certificate()),
                LinkSettings.DEFAULTS.withPulse(LinkRig.FAST_PULSE),
                secondRegistry,
                (exitId, record) -> {},
                LinkAdmission.EVERYBODY,
                new LocationCheck(ObservedLocations.NONE),
                System::nanoTime,
                new Random());
    }

    @AfterEach
    void stop() {
        agents.forEach(ExitAgent::close);
        rig.closeAgents();
        second.close();
        await().until(() -> secondRegistry.exitCount() == 0);
        rig.close();
    }

    private AgentSettings settings(String exitId) {
        return rig.settings(exitId).withSupernodes(List.of(rig.listener.address(), second.address()));
    }

    private ExitAgent start(AgentSettings settings, Supplier<SslContext> tls) {
        ExitAgent agent = ExitAgent.start(
                settings,
                tls,
                rig.agentLoops(),
                DialPath.DIRECT,
                InstantSource.system(),
                System::nanoTime,
                new Random());
        agents.add(agent);
        return agent;
    }

    private SslContext tls(String exitId, Duration validity) {
        try {
            return LinkTls.forAgent(rig.authority.issueAgent(exitId, validity), rig.authority.certificate());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void linksOfAnExitStandAtDifferentSupernodesAndSoDoExitsOfOneLink() throws Exception {
        rig.start(settings("exit-both").withLinks(2).withHomingMs(500));
        for (int i = 0; i < 20; i++) {
            rig.start(settings("exit-" + i));
        }
        await().until(() -> rig.registry.linkCount() + secondRegistry.linkCount() == 22);
        // A link that was late at its own supernode comes home to it.
        await().until(() -> rig.registry.online().contains("exit-both")
                && secondRegistry.online().contains("exit-both"));
        assertThat(rig.registry.exitCount()).isBetween(5, 17);
        assertThat(secondRegistry.exitCount()).isBetween(5, 17);
    }

    @Test
    void eachSupernodeHearsWithinASecondWhatItsLikeRunsThroughAnExitTheyShare() throws Exception {
        BlockingQueue<ExitShare> here = shares(rig.registry);
        BlockingQueue<ExitShare> there = shares(secondRegistry);
        rig.start(settings("exit-both").withLinks(2));
        await().until(() -> rig.registry.linkCount() + secondRegistry.linkCount() == 2);
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-both", site.address());
            assertThat(until(there, share -> share.elsewhereRequests() == 1).supernodes())
                    .isEqualTo(2);
            tunnel.close();
            assertThat(until(there, share -> share.elsewhereRequests() == 0).turn())
                    .isBetween(0, 1);
        }
        assertThat(here).allMatch(share -> share.elsewhereRequests() == 0);
    }

    private static BlockingQueue<ExitShare> shares(ExitRegistry registry) {
        BlockingQueue<ExitShare> told = new LinkedBlockingQueue<>();
        registry.listen(new ExitEvents() {
            @Override
            public void online(ExitInfo exit) {}

            @Override
            public void offline(String exitId, DisconnectReason reason) {}

            @Override
            public void heartbeat(ExitLoad load) {}

            @Override
            public void shared(ExitShare share) {
                told.add(share);
            }
        });
        return told;
    }

    private static ExitShare until(BlockingQueue<ExitShare> told, Predicate<ExitShare> is) throws Exception {
        while (true) {
            ExitShare next = told.poll(30, TimeUnit.SECONDS);
            assertThat(next).as("a share within 30 s").isNotNull();
            if (next != null && is.test(next)) {
                return next;
            }
        }
    }

    @Test
    void agentsStandElsewhereWhileTheTunnelsOfAStoppingSupernodeGoOn() throws Exception {
        String exitId = exitAtHome(0);
        rig.start(settings(exitId));
        await().until(() -> rig.registry.linkCount() == 1);
        try (Site site = new Site(Site::echo)) {
            Channel before = rig.open(exitId, site.address());
            RoundTripTest.Checker checker = new RoundTripTest.Checker();
            LinkRig.read(before, checker);
            rig.listener.announceEnd(100);
            await().until(() -> secondRegistry.info(exitId) != null);
            // Still here: what users have begun may need further tunnels.
            assertThat(offline).isEmpty();
            Channel after = rig.open(exitId, site.address());
            after.close();
            rig.listener.drain();
            await().until(() -> offline.contains(exitId + " EDGE_DRAINED"));
            before.writeAndFlush(Unpooled.wrappedBuffer(Bytes.from(0, 50_000)));
            before.writeAndFlush(EndOfOutput.INSTANCE);
            assertThat(checker.ended.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(checker.position.get()).isEqualTo(50_000);
            assertThat(checker.wrongAt.get()).isEqualTo(-1);
        }
    }

    @Test
    void linkGoesHomeWhenItsSupernodeIsBack() throws Exception {
        String exitId = exitAtHome(0);
        int port = rig.listener.address().getPort();
        AgentSettings settings = settings(exitId).withHomingMs(200);
        rig.listener.close();
        ExitAgent agent = rig.start(settings);
        await().until(() -> secondRegistry.info(exitId) != null);
        rig.listen(port, LinkAdmission.EVERYBODY);
        await().until(() -> rig.registry.info(exitId) != null);
        await().until(() -> secondRegistry.info(exitId) == null);
        assertThat(agent.supernodes()).containsExactly(rig.listener.address());
    }

    @Test
    void newCertificateTakesOverWithoutDroppingATunnelOrTheExit() throws Exception {
        AtomicInteger made = new AtomicInteger();
        ExitAgent agent = start(rig.settings("exit-1"), () -> {
            made.incrementAndGet();
            return tls("exit-1", Duration.ofHours(1));
        });
        await().until(() -> rig.registry.linkCount() == 1);
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-1", site.address());
            RoundTripTest.Checker checker = new RoundTripTest.Checker();
            LinkRig.read(tunnel, checker);
            long links = rig.listener.counters().established();
            agent.identityChanged();
            await().until(() -> rig.listener.counters().established() == links + 1);
            await().until(() -> rig.listener.counters().disconnects(DisconnectReason.ANNOUNCED) == 1);
            assertThat(made.get()).isEqualTo(2);
            Channel onTheNew = rig.open("exit-1", site.address());
            onTheNew.close();
            tunnel.writeAndFlush(Unpooled.wrappedBuffer(Bytes.from(0, 100_000)));
            tunnel.writeAndFlush(EndOfOutput.INSTANCE);
            assertThat(checker.ended.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(checker.position.get()).isEqualTo(100_000);
            assertThat(offline).isEmpty();
            await().until(() -> agent.linksUp() == 1);
        }
    }

    @Test
    void linkEndsWithItsCertificateAndComesBackWithANewerOne() throws Exception {
        // A fresh certificate for every dial: a slow machine only needs more of them.
        start(rig.settings("exit-1"), () -> tls("exit-1", Duration.ofSeconds(3)));
        await().until(() -> rig.listener.counters().disconnects(DisconnectReason.EDGE_DRAINED) >= 1);
        await().until(() -> rig.registry.linkCount() == 1);
    }

    @Test
    void revokedCertificateIsCutAndANewerOneStays() throws Exception {
        start(rig.settings("exit-old"), () -> tls("exit-old", Duration.ofHours(1)));
        await().until(() -> rig.registry.linkCount() == 1);
        rig.registry.disconnectIssuedBefore(
                "exit-old", Instant.now().minusSeconds(3_600), DisconnectReason.REVOKED, "revoked");
        rig.registry.disconnectIssuedBefore(
                "exit-old", Instant.now().plusSeconds(5), DisconnectReason.REVOKED, "revoked");
        await().until(() -> rig.listener.counters().disconnects(DisconnectReason.REVOKED) == 1);
        assertThat(rig.listener.counters().established()).isBetween(1L, 2L);
    }

    @Test
    void processThatLostItsLinksResumesAndAnOlderOneCantSlipIn() throws Exception {
        Instant started = Instant.ofEpochMilli(2_000);
        int port = rig.listener.address().getPort();
        rig.start(rig.settings("exit-1"), "exit-1", () -> started, DialPath.DIRECT);
        await().until(() -> rig.registry.linkCount() == 1);
        rig.registry.disconnect("exit-1", DisconnectReason.LINK_LOST, "cut");
        await().until(() -> rig.registry.resumedCount() == 1);
        assertThat(rig.registry.info("exit-1").agentEpochMs()).isEqualTo(2_000);

        rig.listener.close();
        rig.registry.disconnect("exit-1", DisconnectReason.LINK_LOST, "cut");
        await().until(() -> rig.registry.exitCount() == 0);
        rig.listen(port, LinkAdmission.EVERYBODY);
        // A copy of the same keys that claims to be as old: it does not know the process's secret.
        ExitAgent copy = rig.start(rig.settings("exit-1"), "exit-1", () -> started, DialPath.DIRECT);
        ExitAgent older =
                rig.start(rig.settings("exit-1"), "exit-1", () -> Instant.ofEpochMilli(1_000), DialPath.DIRECT);
        await().until(() -> copy.superseded().isDone() && older.superseded().isDone());
        await().until(() -> rig.registry.linkCount() == 1);
        assertThat(rig.listener.counters().rejections(Rejection.OLDER_PROCESS)).isGreaterThanOrEqualTo(2);
    }

    @Test
    void agentsOfADeadSupernodeAreHomeElsewhere() throws Exception {
        // Each with one link, and all on the first: the second comes later.
        InetSocketAddress later = second.address();
        second.close();
        List<ExitAgent> fleet = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            fleet.add(rig.start(rig.settings("exit-" + i).withSupernodes(List.of(rig.listener.address(), later))));
        }
        await().until(() -> rig.registry.exitCount() == 30);
        second = LinkListener.start(
                later,
                rig.edgeLoops(),
                LinkTls.forEdge(rig.authority.issueEdge("edge-2", Duration.ofHours(1)), rig.authority.certificate()),
                LinkSettings.DEFAULTS.withPulse(LinkRig.FAST_PULSE),
                secondRegistry,
                (exitId, record) -> {},
                LinkAdmission.EVERYBODY,
                new LocationCheck(ObservedLocations.NONE),
                System::nanoTime,
                new Random());
        long dials = fleet.stream().mapToLong(ExitAgent::dials).sum();
        rig.listener.close();
        rig.registry.online().forEach(id -> rig.registry.disconnect(id, DisconnectReason.LINK_LOST, "killed"));
        await().until(() -> secondRegistry.exitCount() == 30);
        long more = fleet.stream().mapToLong(ExitAgent::dials).sum() - dials;
        assertThat(more).as("dials until all were home").isBetween(30L, 300L);
    }

    /** Whose supernode dies is not alone: the moment to dial is drawn from the whole spread; a link that never stood comes back by the back-off. */
    @Test
    void linksThatBreakOffAreDialledAtMomentsOverTheSpread() throws Exception {
        int spreadMs = 777;
        List<Integer> drawnFrom = new CopyOnWriteArrayList<>();
        Random noted = new Random() {
            @Override
            public int nextInt(int bound) {
                drawnFrom.add(bound);
                return super.nextInt(bound);
            }
        };
        AtomicLong ageNanos = new AtomicLong();
        try (SlowRoad first = new SlowRoad(rig.listener.address(), 0)) {
            agents.add(ExitAgent.start(
                    rig.settings(exitAtHome(0))
                            .withSupernodes(List.of(first.address(), second.address()))
                            .withLossSpreadMs(spreadMs),
                    tls(exitAtHome(0), Duration.ofHours(1)),
                    rig.agentLoops(),
                    DialPath.DIRECT,
                    InstantSource.system(),
                    () -> System.nanoTime() + ageNanos.get(),
                    noted));
            await().until(() -> rig.registry.linkCount() == 1);
            first.cut();
            await().until(() -> secondRegistry.linkCount() == 1);
            assertThat(drawnFrom).as("a link that did not stand").doesNotContain(spreadMs);
        }
        try (SlowRoad again = new SlowRoad(second.address(), 0)) {
            agents.add(ExitAgent.start(
                    rig.settings("exit-b")
                            .withSupernodes(List.of(again.address()))
                            .withLossSpreadMs(spreadMs),
                    tls("exit-b", Duration.ofHours(1)),
                    rig.agentLoops(),
                    DialPath.DIRECT,
                    InstantSource.system(),
                    () -> System.nanoTime() + ageNanos.get(),
                    noted));
            await().until(() -> secondRegistry.online().contains("exit-b"));
            ageNanos.set(TimeUnit.SECONDS.toNanos(11));
            again.cut();
            await().until(() -> drawnFrom.contains(spreadMs));
            await().until(() -> secondRegistry.online().contains("exit-b"));
        }
    }

    /** An id whose first link belongs to this supernode of the two. */
    private static String exitAtHome(int index) {
        for (int i = 0; ; i++) {
            if (Math.floorMod(("exit-" + i).hashCode(), 2) == index) {
                return "exit-" + i;
            }
        }
    }
}
