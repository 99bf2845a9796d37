package io.fairlead.lab.fleet;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkTls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Real agents in one process, each behind paths of its own. */
public final class Fleet implements AutoCloseable {

    private static final int LOOPS = 2;
    private static final long LOOPS_END_SECONDS_MAX = 3;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    private final Map<String, Member> members = new LinkedHashMap<>();

    /** What the fleet knows of one exit. */
    public record Standing(
            String exitId, boolean good, String impairment, int linksUp, int runningRequests, int capacityRequests) {}

    private record Member(ExitProfile profile, ExitPaths paths, ExitAgent agent) {}

    /**
     * Starts to dial.
     *
     * @param certificates directory with {@code ca.crt}, and {@code EXIT.crt} and {@code EXIT.key} for every exit
     * @param supernode where the exits link
     * @param pools that they say they belong to
     * @param allowedDestinations beside public addresses
     */
    public static Fleet start(
            List<ExitProfile> profiles,
            Path certificates,
            InetSocketAddress supernode,
            List<String> pools,
            List<String> allowedDestinations)
            throws IOException {
        Fleet fleet = new Fleet();
        try {
            for (ExitProfile profile : profiles) {
                fleet.add(profile, certificates, supernode, pools, allowedDestinations);
            }
            return fleet;
        } catch (IOException | RuntimeException e) {
            fleet.close();
            throw e;
        }
    }

    private void add(
            ExitProfile profile,
            Path certificates,
            InetSocketAddress supernode,
            List<String> pools,
            List<String> allowedDestinations)
            throws IOException {
        Random random = new Random(profile.exitId().hashCode());
        ExitPaths paths = new ExitPaths(loops, supernode, profile.impairment(), random);
        AgentSettings settings = AgentSettings.of(profile.exitId(), profile.poolType(), List.of(paths.supernode()))
                .withConsent(true)
                .withLinks(2)
                .withCapacityRequests(profile.capacityRequests())
                .withPlace(profile.country(), "", "", profile.asn())
                .withPools(pools)
                .withPulse(PulseSettings.DEFAULTS)
                .withAllowedDestinations(allowedDestinations);
        ExitAgent agent = ExitAgent.start(
                settings,
                LinkTls.forAgent(
                        certificates.resolve(profile.exitId() + ".crt").toFile(),
                        certificates.resolve(profile.exitId() + ".key").toFile(),
                        certificates.resolve("ca.crt").toFile()),
                loops,
                paths,
                InstantSource.system(),
                System::nanoTime,
                random);
        members.put(profile.exitId(), new Member(profile, paths, agent));
    }

    /** Every exit, in the order of the profiles. */
    public List<Standing> standings() {
        return members.values().stream()
                .map(member -> new Standing(
                        member.profile().exitId(),
                        member.profile().good(),
                        member.paths().impairment().toString(),
                        member.agent().linksUp(),
                        member.agent().runningRequests(),
                        member.profile().capacityRequests()))
                .toList();
    }

    /**
     * Makes the paths of an exit worse, or better.
     *
     * @throws IllegalArgumentException naming the exits there are, if it is none of them
     */
    public void impair(String exitId, Impairment impairment) {
        member(exitId).paths().impair(impairment);
    }

    public Impairment impairment(String exitId) {
        return member(exitId).paths().impairment();
    }

    /** What the exit's paths were like at the start. */
    public Impairment first(String exitId) {
        return member(exitId).profile().impairment();
    }

    private Member member(String exitId) {
        Member member = members.get(exitId);
        if (member == null) {
            throw new IllegalArgumentException(
                    "there is no exit '" + exitId + "'; there are " + String.join(", ", members.keySet()));
        }
        return member;
    }

    @Override
    public void close() {
        members.values().forEach(member -> {
            member.agent().close();
            member.paths().close();
        });
        loops.shutdownGracefully(0, LOOPS_END_SECONDS_MAX, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
