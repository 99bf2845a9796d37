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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Real agents in one process, each behind paths of its own. */
public final class Fleet implements AutoCloseable {

    private static final int LOOPS = 2;
    private static final long LOOPS_END_SECONDS_MAX = 3;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    private static final long DECAY_STEP_MS = 1_000;

    private final Map<String, Member> members = new LinkedHashMap<>();

    /** How often something was done to each network: a decay ends when the next thing is. */
    private final Map<Long, Integer> turns = new ConcurrentHashMap<>();

    /** What the fleet knows of one exit. */
    public record Standing(
            String exitId,
            long asn,
            boolean good,
            String impairment,
            int linksUp,
            int runningRequests,
            int capacityRequests) {}

    /**
     * A network becomes worse, step by step.
     *
     * @param worst what is added to the paths of its exits in the end
     * @param overMs how long that takes, ms
     */
    public record Decay(Impairment worst, long overMs) {
        public Decay {
            if (overMs < 1_000 || overMs > 86_400_000) {
                throw new IllegalArgumentException("a decay takes " + overMs + " ms; it may take 1 s to a day");
            }
        }
    }

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
                        member.profile().asn(),
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

    /**
     * Makes the paths of all exits of a network worse at once.
     *
     * @param worse is added to what their paths were like at the start
     * @throws IllegalArgumentException naming the networks there are, if it is none of them
     */
    public void impairNetwork(long asn, Impairment worse) {
        turns.merge(asn, 1, Integer::sum);
        network(asn).forEach(member -> member.paths().impair(addedTo(member, worse, 1)));
    }

    /** Has all exits of a network as they were at the start. */
    public void healNetwork(long asn) {
        turns.merge(asn, 1, Integer::sum);
        network(asn).forEach(member -> member.paths().impair(member.profile().impairment()));
    }

    /** Makes them worse little by little, every second. */
    public void decay(long asn, Decay decay) {
        List<Member> falling = network(asn);
        step(asn, decay, falling, System.nanoTime(), turns.merge(asn, 1, Integer::sum));
    }

    private void step(long asn, Decay decay, List<Member> falling, long begunNanos, int turn) {
        if (turns.getOrDefault(asn, 0) != turn) {
            return; // healed, or something else is done to it
        }
        double part =
                Math.min(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos) / (double) decay.overMs());
        falling.forEach(member -> member.paths().impair(addedTo(member, decay.worst(), part)));
        if (part < 1) {
            loops.next()
                    .schedule(() -> step(asn, decay, falling, begunNanos, turn), DECAY_STEP_MS, TimeUnit.MILLISECONDS);
        }
    }

    private static Impairment addedTo(Member member, Impairment worse, double part) {
        Impairment first = member.profile().impairment();
        return worse.dark() ? first.darkened() : first.with(worse, part);
    }

    private List<Member> network(long asn) {
        List<Member> found = members.values().stream()
                .filter(member -> member.profile().asn() == asn)
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("there is no exit of AS" + asn + "; there are "
                    + members.values().stream()
                            .map(member -> "AS" + member.profile().asn())
                            .distinct()
                            .sorted()
                            .collect(Collectors.joining(", ")));
        }
        return found;
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
