package io.fairlead.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.attempt.RequestTelemetry;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.link.LinkAdmission;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.proxy.link.LoadLine;
import io.fairlead.proxy.link.Site;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.supernode.Supernode;
import io.fairlead.proxy.supernode.SupernodePorts;
import io.fairlead.proxy.supernode.SupernodeSettings;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.fairlead.schemas.telemetry.TargetOutcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supernode, an agent, its device, and an operator who says when it may serve. */
class OperatorTermsOverLinksTest {

    private static final String EXIT = "exit-1";
    private static final Duration PATIENCE = Duration.ofSeconds(60); // for machines that are busy with something else

    @TempDir
    Path directory;

    private final ExitTable exits =
            new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, new Random());
    private final List<SpecificRecordBase> told = new CopyOnWriteArrayList<>();
    private final EventLoopGroup agentLoops = Sockets.loops(1, "agent");
    private final LinkAuthority authority = LinkAuthority.create(InstantSource.system());
    private Supernode supernode;
    private ExitAgent agent;
    private OwnerWatch watch;
    private long revision;

    @BeforeEach
    void start() throws Exception {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        supernode = Supernode.start(
                SupernodeSettings.of("edge-1", any, any)
                        .withEventLoops(2)
                        .withDrainMs(100)
                        .withAllowedDestinations(List.of("127.0.0.0/8"))
                        .withTenants(
                                List.of(Tenant.newBuilder()
                                        .setTenantId("acme")
                                        .setAuthorship(new Authorship("test", "test", 0L, 1L))
                                        .setSecretHashes(List.of(SecretHashes.hash("s3cret")))
                                        .setPools(List.of("res1"))
                                        .build()),
                                false),
                new SupernodePorts(
                        exits,
                        List.of(exits),
                        new Deaf(),
                        (exitId, record) -> told.add(record),
                        LinkAdmission.EVERYBODY,
                        ObservedLocations.NONE,
                        LinkTls.forEdge(authority.issueEdge("edge-1", Duration.ofHours(1)), authority.certificate()),
                        SslContextBuilder.forClient().build(),
                        System::nanoTime,
                        new Random()));
        // Said before the exit is there: it is told with its first word.
        say(exit -> exit.setRestWhileOwnerActive(true).setMinBatteryPercent(40));
        agent = startAgent();
    }

    private ExitAgent startAgent() throws Exception {
        return ExitAgent.start(
                AgentSettings.of(EXIT, PoolType.RESIDENTIAL, List.of(supernode.linkAddress()))
                        .withConsent(true)
                        .withPauses(20, 200)
                        .withPools(List.of("res1"))
                        .withAllowedDestinations(List.of("127.0.0.0/8")),
                LinkTls.forAgent(authority.issueAgent(EXIT, Duration.ofHours(1)), authority.certificate()),
                agentLoops);
    }

    @AfterEach
    void stop() {
        agent.close();
        supernode.close();
        agentLoops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }

    @Test
    void batteryAndOwnerHoldTheExitBackAtBothEndsAndWhatRunsGoesOn() throws Exception {
        await().atMost(PATIENCE).until(() -> isOpen() && agent.operatorTerms().size() == 1);
        try (Site site = new Site(Site::echo)) {
            AtomicLong echoed = new AtomicLong();
            Channel running = open(site);
            running.eventLoop()
                    .submit(() -> {
                        running.pipeline().addLast(new Counting(echoed));
                        running.config().setAutoRead(true);
                    })
                    .sync();

            look(battery("Discharging", 17), false);
            await().atMost(PATIENCE).until(() -> !isOpen());
            refused(site, "its battery is at 17 %, its operator lets it serve from 40 % on");
            await().atMost(PATIENCE).until(() -> toldObjection("its battery is at 17 %"));
            running.writeAndFlush(Unpooled.wrappedBuffer(new byte[1_000])).sync();
            await().atMost(PATIENCE).until(() -> echoed.get() == 1_000);

            look(battery("Charging", 18), false);
            await().atMost(PATIENCE).until(this::isOpen);
            open(site).close().sync();

            look(battery("Charging", 18), true);
            await().atMost(PATIENCE).until(() -> !isOpen());
            refused(site, "its owner uses the device, and its operator lets it rest meanwhile");
            assertThat(Files.readString(directory.resolve("state/" + OwnerWatch.STATUS)))
                    .contains(
                            "serves=no: its owner uses the device",
                            "operator=from 40 % of battery on, while its owner is away");

            say(exit -> exit.setRestWhileOwnerActive(false).setMinBatteryPercent(0));
            await().atMost(PATIENCE)
                    .until(() -> isOpen() && agent.operatorTerms().isEmpty());
            open(site).close().sync();
            running.close().sync();
        }
    }

    @Test
    void hoursOfARunningExitAreTakenAndTakenBack() throws Exception {
        await().atMost(PATIENCE).until(this::isOpen);
        try (Site site = new Site(Site::echo)) {
            say(exit -> exit.setActiveHours(notNow()));
            assertThat(isOpen()).as("the supernode picks it no more, at once").isFalse();
            await().atMost(PATIENCE).until(() -> !agent.objection().isEmpty());
            refused(site, "its operator lets it serve only at " + notNow());
            await().atMost(PATIENCE).until(() -> toldObjection("its operator lets it serve only at"));

            // A link that comes up later is told, too.
            agent.close();
            await().atMost(PATIENCE).until(() -> supernode.onlineExits() == 0);
            agent = startAgent();
            await().atMost(PATIENCE).until(() -> !agent.objection().isEmpty());
            refused(site, "its operator lets it serve only at");

            exits.overrideRemoved(EXIT);
            supernode.exitOverrideRemoved(EXIT);
            await().atMost(PATIENCE).until(this::isOpen);
            open(site).close().sync();
        }
    }

    @Test
    void manySpansOfHoursMakeALongObjectionThatCostsNoLink() throws Exception {
        await().atMost(PATIENCE).until(this::isOpen);
        String minutes = IntStream.range(0, 24)
                .mapToObj(span -> notNow().substring(0, 3)
                        + String.format("%02d-", span)
                        + notNow().substring(0, 3)
                        + String.format("%02d", span + 1))
                .collect(Collectors.joining(","));
        say(exit -> exit.setActiveHours(minutes + " UTC"));
        await().atMost(PATIENCE).until(() -> toldObjection("its operator lets it serve only at"));
        assertThat(agent.objection()).hasSize(LoadLine.LONGEST_OBJECTION).endsWith("...");
        assertThat(agent.linksUp()).isPositive();
        assertThat(told).noneMatch(ExitDisconnected.class::isInstance);
    }

    @Test
    void termsThatTheSupernodeCantReadChangeNothing() {
        await().atMost(PATIENCE).until(() -> agent.operatorTerms().size() == 1);
        List<OperatorTerms> before = agent.operatorTerms();
        assertThatThrownBy(() -> say(exit -> exit.setActiveHours("at night")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'at night' can't be read");
        assertThat(supernode.exits().operatorTerms(EXIT)).isEqualTo(before.get(0));
    }

    private void say(UnaryOperator<ExitOverride.Builder> change) {
        ExitOverride override = change.apply(ExitOverride.newBuilder()
                        .setExitId(EXIT)
                        .setAuthorship(new Authorship("test", "test", ++revision, revision)))
                .build();
        exits.overridden(override);
        supernode.exitOverride(override);
    }

    /** An hour that is far from this one. */
    private static String notNow() {
        int hour = LocalTime.now(ZoneOffset.UTC).getHour();
        return String.format("%02d:00-%02d:00 UTC", (hour + 10) % 24, (hour + 12) % 24);
    }

    /** Has the agent look at its device, as it does by itself every ten seconds. */
    private void look(Path power, boolean ownerActive) throws Exception {
        Path state = Files.createDirectories(directory.resolve("state"));
        Path active = directory.resolve("active");
        if (ownerActive) {
            Files.createFile(active);
        }
        OwnerWatch.Settings settings = new OwnerWatch.Settings(state, power, active, List.of());
        stopWatching();
        watch = OwnerWatch.start(agent, settings, InstantSource.system());
    }

    @AfterEach
    void stopWatching() {
        if (watch != null) {
            watch.close();
        }
    }

    private Path battery(String status, int percent) throws Exception {
        Path supply = Files.createDirectories(directory.resolve("power/BAT0"));
        Files.writeString(supply.resolve("type"), "Battery\n");
        Files.writeString(supply.resolve("capacity"), percent + "\n");
        Files.writeString(supply.resolve("status"), status + "\n");
        return supply.getParent();
    }

    private boolean isOpen() {
        return exits.standing(EXIT) != null
                && Objects.requireNonNull(exits.standing(EXIT)).open();
    }

    private boolean toldObjection(String words) {
        return told.stream()
                .anyMatch(record -> record instanceof ExitHeartbeat heartbeat
                        && heartbeat.getObjection().contains(words)
                        && !heartbeat.getConsent());
    }

    private void refused(Site site, String words) {
        assertThatThrownBy(() -> open(site))
                .isInstanceOfSatisfying(TunnelException.class, refused -> assertThat(refused.outcome())
                        .isEqualTo(Outcome.EXIT_BUSY))
                .hasMessageContaining(words);
    }

    /** Past the picks, as a supernode would that does not know better: what the agent says by itself. */
    private Channel open(Site site) throws Exception {
        Future<Channel> opening = supernode
                .exits()
                .open(
                        EXIT,
                        new Target("127.0.0.1", site.address().getPort()),
                        new TunnelOptions(60_000, "test", DestinationRules.publicOnly()),
                        null);
        assertThat(opening.await(PATIENCE.toMillis())).isTrue();
        if (opening.cause() instanceof TunnelException refused) {
            throw refused;
        }
        return opening.get();
    }

    private static final class Counting extends SimpleChannelInboundHandler<ByteBuf> {

        private final AtomicLong bytes;

        Counting(AtomicLong bytes) {
            this.bytes = bytes;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            bytes.addAndGet(message.readableBytes());
        }
    }

    private static final class Deaf implements RequestTelemetry {

        @Override
        public void attempt(ProxiedAttempt attempt) {}

        @Override
        public void outcome(TargetOutcome outcome) {}

        @Override
        public void request(ProxiedRequest request) {}
    }
}
