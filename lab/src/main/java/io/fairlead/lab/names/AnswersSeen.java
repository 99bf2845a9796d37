package io.fairlead.lab.names;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** What answers were worth: how much farther the groups that they named are than the nearest one that serves, of clients and of resolvers. Bounded; thread-safe. */
public final class AnswersSeen {

    /** Answers that the figures stand on: the newest ones, about a minute of them. */
    private static final int KEPT = 20_000;

    private static final long LATELY_MS = 10_000;
    private static final double P95 = 0.95;

    private final NameWorld world;
    private final float[] ofClientsMs = new float[KEPT];
    private final float[] ofResolversMs = new float[KEPT];
    private final float[] withoutMapMs = new float[KEPT];
    private final byte[] named = new byte[KEPT];
    private final long[] atMs = new long[KEPT];
    private final long[] lastNamedMs;
    private final long[] namedSinceFailure;

    /** Part of all demand that each site serves without a map, 0–1. */
    private final double[] byRank;

    private long answers;
    private long answersSinceFailure;

    /**
     * All there is to see.
     *
     * @param answers since the start
     * @param ofClients by what the groups told are farther from the client than the nearest
     * @param ofResolvers the same, from the resolver
     * @param withoutMap of clients, if everybody were told what name servers say without a map: the first group, as far as it carries all, then the next
     */
    public record Picture(
            long answers, Regret ofClients, Regret ofResolvers, Regret withoutMap, List<GroupSeen> groups) {}

    /** Of the newest answers, ms. */
    public record Regret(double meanMs, double p95Ms) {}

    /**
     * A group.
     *
     * @param failedAtMs ms since the Unix epoch; 0: it serves
     * @param lastNamedMs newest answer that named it; 0: none did
     * @param namedSinceFailure answers that did since it failed
     * @param answersSinceFailure all answers since the newest failure
     * @param shareLately of the answers of the last 10 s, 0–1
     */
    public record GroupSeen(
            String id,
            long failedAtMs,
            long lastNamedMs,
            long namedSinceFailure,
            long answersSinceFailure,
            double shareLately) {}

    /** @param byRank part of all demand that each site would serve without a map */
    AnswersSeen(NameWorld world, double[] byRank) {
        this.world = world;
        this.byRank = byRank.clone();
        lastNamedMs = new long[world.sites().size()];
        namedSinceFailure = new long[world.sites().size()];
    }

    synchronized void answered(
            NameWorld.Asker resolver,
            NameWorld.Clients clients,
            int site,
            AtomicReferenceArray<NameService.Failure> failures,
            long nowMs) {
        int at = (int) (answers++ % KEPT);
        ofClientsMs[at] = (float) (world.ms(clients.node(), site) - nearestMs(clients.node(), failures));
        ofResolversMs[at] = (float) (world.ms(resolver.node(), site) - nearestMs(resolver.node(), failures));
        withoutMapMs[at] = (float) (byRankMs(clients.node()) - nearestMs(clients.node(), failures));
        named[at] = (byte) site;
        atMs[at] = nowMs;
        lastNamedMs[site] = nowMs;
        answersSinceFailure++;
        if (failures.get(site) != null) {
            namedSinceFailure[site]++;
        }
    }

    /** In the mean of those that it may be told. */
    private double byRankMs(int node) {
        double ms = 0;
        for (int site = 0; site < byRank.length; site++) {
            ms += byRank[site] * world.ms(node, site);
        }
        return ms;
    }

    private double nearestMs(int node, AtomicReferenceArray<NameService.Failure> failures) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int site = 0; site < world.sites().size(); site++) {
            if (failures.get(site) == null) {
                nearest = Math.min(nearest, world.ms(node, site));
            }
        }
        return Double.isInfinite(nearest) ? 0 : nearest;
    }

    /** A group fails from now on. */
    synchronized void failing(int site) {
        namedSinceFailure[site] = 0;
        answersSinceFailure = 0;
    }

    synchronized Picture picture(AtomicReferenceArray<NameService.Failure> failures) {
        int known = (int) Math.min(answers, KEPT);
        long newestMs = known == 0 ? 0 : atMs[(int) ((answers - 1) % KEPT)];
        int[] lately = new int[world.sites().size()];
        int allLately = 0;
        for (int i = 0; i < known; i++) {
            if (atMs[i] > newestMs - LATELY_MS) {
                lately[named[i]]++;
                allLately++;
            }
        }
        List<GroupSeen> groups = new ArrayList<>();
        for (int site = 0; site < world.sites().size(); site++) {
            NameService.Failure failure = failures.get(site);
            groups.add(new GroupSeen(
                    world.sites().get(site).id(),
                    failure == null ? 0 : failure.atMs(),
                    lastNamedMs[site],
                    namedSinceFailure[site],
                    answersSinceFailure,
                    allLately == 0 ? 0 : (double) lately[site] / allLately));
        }
        return new Picture(
                answers, regret(ofClientsMs, known), regret(ofResolversMs, known), regret(withoutMapMs, known), groups);
    }

    private static Regret regret(float[] ms, int known) {
        if (known == 0) {
            return new Regret(0, 0);
        }
        float[] sorted = Arrays.copyOf(ms, known);
        Arrays.sort(sorted);
        double sum = 0;
        for (float each : sorted) {
            sum += each;
        }
        return new Regret(sum / known, sorted[(int) (P95 * (known - 1))]);
    }
}
