package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong at the far end is told by its name. */
class OutcomesTest {

    private LinkRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private ExitAgent linked(io.fairlead.proxy.agent.AgentSettings settings) throws Exception {
        ExitAgent agent = rig.start(settings);
        await().until(() -> rig.registry.linkCount() == settings.links());
        return agent;
    }

    private TunnelException refusal(Target target, int timeoutMs) {
        return catchThrowableOfType(TunnelException.class, () -> rig.open("exit-1", target, timeoutMs));
    }

    @Test
    void targetThatRefuses() throws Exception {
        linked(rig.settings("exit-1"));
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        TunnelException refused = refusal(new Target("127.0.0.1", closedPort), 2_000);
        assertThat(refused.outcome()).isEqualTo(Outcome.CONNECTION_REFUSED);
        assertThat(refused.layer()).isEqualTo(FaultLayer.AMBIGUOUS);
        await().until(() -> rig.listener.counters().tunnels(Outcome.CONNECTION_REFUSED) == 1);
    }

    @Test
    void targetThatNeverAnswersTheSyn() throws Exception {
        linked(rig.settings("exit-1"));
        // A listener whose backlog is full drops further SYNs: a black hole on loopback.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<java.net.Socket> fillers = new java.util.ArrayList<>();
            for (int i = 0; i < 4; i++) {
                java.net.Socket filler = new java.net.Socket();
                fillers.add(filler);
                try {
                    filler.connect(full.getLocalSocketAddress(), 100);
                } catch (java.io.IOException expected) {
                    break;
                }
            }
            TunnelException refused = refusal(new Target("127.0.0.1", full.getLocalPort()), 500);
            assertThat(refused.outcome()).isEqualTo(Outcome.CONNECTION_TIMEOUT);
            for (java.net.Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void targetThatResetsMidway() throws Exception {
        linked(rig.settings("exit-1"));
        CompletableFuture<Void> reset = new CompletableFuture<>();
        try (Site site = new Site(socket -> {
            socket.setSoLinger(true, 0);
            reset.join();
        })) {
            Channel tunnel = rig.open("exit-1", site.address());
            AtomicReference<TunnelAborted> aborted = watch(tunnel);
            reset.complete(null);
            await().untilAsserted(() -> assertThat(aborted.get()).isNotNull());
            assertThat(aborted.get().outcome()).isEqualTo(Outcome.CONNECTION_RESET);
            assertThat(tunnel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void agentThatDisappearsMidRequest() throws Exception {
        ExitAgent agent = linked(rig.settings("exit-1"));
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-1", site.address());
            AtomicReference<TunnelAborted> aborted = watch(tunnel);
            agent.close();
            await().untilAsserted(() -> assertThat(aborted.get()).isNotNull());
            assertThat(aborted.get().outcome()).isEqualTo(Outcome.EXIT_LINK_LOST);
            assertThat(aborted.get().layer()).isEqualTo(FaultLayer.EXIT);
            await().until(() -> rig.registry.exitCount() == 0);
            TunnelException gone =
                    refusal(new Target("127.0.0.1", site.address().getPort()), 500);
            assertThat(gone.outcome()).isEqualTo(Outcome.EXIT_LINK_LOST);
        }
    }

    @Test
    void agentOverItsCapacity() throws Exception {
        ExitAgent agent = linked(rig.settings("exit-1").withCapacityRequests(2));
        try (Site site = new Site(Site::echo)) {
            Channel first = rig.open("exit-1", site.address());
            rig.open("exit-1", site.address());
            Target target = new Target("127.0.0.1", site.address().getPort());
            TunnelException busy = refusal(target, 2_000);
            assertThat(busy.outcome()).isEqualTo(Outcome.EXIT_BUSY);
            assertThat(busy.layer()).isEqualTo(FaultLayer.CAPACITY);
            first.close();
            await().until(() -> agent.runningRequests() == 1);
            assertThat(rig.open("exit-1", site.address()).isActive()).isTrue();
        }
    }

    @Test
    void agentWithoutConsent() throws Exception {
        ExitAgent agent = linked(rig.settings("exit-1"));
        agent.consent(false);
        assertThat(refusal(new Target("127.0.0.1", 8080), 2_000).outcome()).isEqualTo(Outcome.EXIT_STREAM_REFUSED);
    }

    @Test
    void destinationsThatTheAgentForbids() throws Exception {
        linked(rig.settings("exit-1").withAllowedDestinations(List.of()));
        for (String host : List.of(
                "127.0.0.1", "10.1.2.3", "169.254.169.254", "2130706433", "0x7f.1", "::ffff:127.0.0.1", "localhost")) {
            TunnelException refused = refusal(new Target(host, 8080), 5_000);
            assertThat(refused.outcome()).as(host).isEqualTo(Outcome.DESTINATION_FORBIDDEN);
            assertThat(refused.layer()).isEqualTo(FaultLayer.CLIENT);
            assertThat(refused.detail()).isNotBlank();
        }
        assertThat(refusal(new Target("192.0.43.8", 25), 2_000).outcome()).isEqualTo(Outcome.DESTINATION_FORBIDDEN);
    }

    @Test
    void userWhoGoesAwayWhileTheExitDials() throws Exception {
        ExitAgent agent = linked(rig.settings("exit-1").withCapacityRequests(1));
        try (Site site = new Site(Site::echo)) {
            InetSocketAddress address = site.address();
            for (int i = 0; i < 20; i++) {
                Future<Channel> opening = rig.registry.open(
                        "exit-1",
                        new Target("127.0.0.1", address.getPort()),
                        new TunnelOptions(2_000, "gone", DestinationRules.publicOnly()),
                        null);
                if (!opening.cancel(false)) {
                    opening.await(2_000);
                    if (opening.isSuccess()) {
                        opening.getNow().close();
                    }
                }
            }
            await().until(() -> agent.runningRequests() == 0 && rig.registry.tunnels("exit-1") == 0);
            assertThat(rig.open("exit-1", address).isActive()).isTrue();
        }
    }

    private static AtomicReference<TunnelAborted> watch(Channel tunnel) {
        AtomicReference<TunnelAborted> aborted = new AtomicReference<>();
        LinkRig.read(tunnel, new ChannelInboundHandlerAdapter() {
            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof TunnelAborted abort) {
                    aborted.set(abort);
                }
            }
        });
        return aborted;
    }
}
