package io.fairlead.proxy.link;

import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ExitRegistry;
import io.fairlead.proxy.exit.LocationCheck;
import io.fairlead.proxy.exit.ObservedLocations;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecordBase;
import org.awaitility.Awaitility;

/** A supernode's link listener with its registry, and agents that dial it over loopback. Ends with all it has started. */
public final class LinkRig implements AutoCloseable {

    static {
        Awaitility.setDefaultTimeout(60, TimeUnit.SECONDS); // for machines that are busy with something else
    }

    public static final PulseSettings FAST_PULSE = new PulseSettings(100, 0.2, 150, 500, 800);

    /** A record of telemetry, with the exit it is about. */
    public record Told(String exitId, SpecificRecordBase record) {}

    private final EventLoopGroup edgeLoops = Sockets.loops(2, "edge");
    private final EventLoopGroup agentLoops = Sockets.loops(2, "agents");
    private final List<ExitAgent> agents = new ArrayList<>();
    private final List<Channel> tunnels = new CopyOnWriteArrayList<>();
    private final LinkSettings settings;
    public final LinkAuthority authority = LinkAuthority.create(InstantSource.system());
    public final ExitRegistry registry = new ExitRegistry(4, 1000);
    public final List<Told> told = new CopyOnWriteArrayList<>();
    public LinkListener listener;
    public ObservedLocations locations = ObservedLocations.NONE;

    public LinkRig() throws IOException {
        this(LinkSettings.DEFAULTS.withPulse(FAST_PULSE).withHelloTimeoutMs(1000));
    }

    public LinkRig(LinkSettings settings) throws IOException {
        this.settings = settings;
        listen(0, LinkAdmission.EVERYBODY);
    }

    public void listen(int port, LinkAdmission admission) throws IOException {
        listener = LinkListener.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                edgeLoops,
                LinkTls.forEdge(authority.issueEdge("edge-1", Duration.ofHours(1)), authority.certificate()),
                settings,
                registry,
                (exitId, record) -> told.add(new Told(exitId, record)),
                admission,
                new LocationCheck(locations),
                System::nanoTime,
                new Random());
    }

    public EventLoopGroup edgeLoops() {
        return edgeLoops;
    }

    public EventLoopGroup agentLoops() {
        return agentLoops;
    }

    /** Settings of an agent that dials here, quick to heal, and may dial loopback. */
    public AgentSettings settings(String exitId) {
        return AgentSettings.of(exitId, PoolType.DATACENTER, List.of(listener.address()))
                .withConsent(true)
                .withLinks(1)
                .withPulse(FAST_PULSE)
                .withPauses(20, 200)
                .withAllowedDestinations(List.of("127.0.0.0/8", "localhost"));
    }

    public SslContext agentTls(String exitId) throws IOException {
        return LinkTls.forAgent(authority.issueAgent(exitId, Duration.ofHours(1)), authority.certificate());
    }

    public ExitAgent start(AgentSettings agent) throws IOException {
        return start(agent, agent.exitId(), InstantSource.system(), DialPath.DIRECT);
    }

    public ExitAgent start(AgentSettings agent, String certified, InstantSource clock, DialPath path)
            throws IOException {
        ExitAgent started =
                ExitAgent.start(agent, agentTls(certified), agentLoops, path, clock, System::nanoTime, new Random());
        agents.add(started);
        return started;
    }

    /** Opens a tunnel and waits for it; throws what it failed with. */
    public Channel open(String exitId, InetSocketAddress site) throws Exception {
        return open(exitId, new Target(site.getAddress().getHostAddress(), site.getPort()), 5_000);
    }

    public Channel open(String exitId, Target target, int timeoutMs) throws Exception {
        Future<Channel> opening = registry.open(
                exitId, target, new TunnelOptions(timeoutMs, "test", DestinationRules.publicOnly()), null);
        if (!opening.await(timeoutMs + 60_000, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("neither opened nor failed: " + target);
        }
        if (opening.cause() instanceof TunnelException refused) {
            throw refused;
        }
        tunnels.add(opening.get());
        return opening.get();
    }

    /**
     * Puts handlers on a tunnel and reads. On its event loop: a handler that is added from elsewhere may miss what is read
     * before its adding is completed there.
     */
    public static void read(Channel tunnel, ChannelHandler... handlers) {
        tunnel.eventLoop()
                .submit(() -> {
                    tunnel.pipeline().addLast(handlers);
                    tunnel.config().setAutoRead(true);
                })
                .syncUninterruptibly();
    }

    /** Ends all agents. */
    public void closeAgents() {
        agents.forEach(ExitAgent::close);
    }

    @Override
    public void close() {
        // Tunnels that a test never reads hold what came for them until they are closed.
        tunnels.forEach(tunnel -> tunnel.close().awaitUninterruptibly(1_000));
        closeAgents();
        listener.close();
        // Loops that end under open links drop what the links still had to release.
        await().until(() -> registry.exitCount() == 0);
        edgeLoops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS);
        agentLoops.shutdownGracefully(100, 2_000, TimeUnit.MILLISECONDS);
        edgeLoops.terminationFuture().awaitUninterruptibly(5_000);
        agentLoops.terminationFuture().awaitUninterruptibly(5_000);
    }
}
