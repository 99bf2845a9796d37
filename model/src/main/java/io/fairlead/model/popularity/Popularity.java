package io.fairlead.model.popularity;

import io.fairlead.model.policy.MapPolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.NormalDistribution;

/**
 * How one resolver's questions are shared among the name servers, and whether that is a preference.
 *
 * <p>Resolvers that measure ask the nearest most; some 60–70 % do. The others choose evenly or keep to their first, so a top share is taken
 * for evidence only if chance would hardly give it. A preference is not nearness: what is pinned by configuration prefers too,
 * so where a round trip was measured, it has the last word.
 *
 * @param shares of all name servers on offer, the greatest first
 * @param count decayed questions that they stand on
 * @param threshold share that the first had to reach
 * @param verdict what it comes to
 */
public record Popularity(List<Share> shares, double count, double threshold, Verdict verdict) {

    /** Added to each count: a name server that was never asked is not infinitely far away. */
    private static final double PRIOR = 1;

    private static final double Z_90 = 1.6449;

    /** Up to so many name servers the policy's standard deviations are meant. */
    private static final int NAME_SERVERS_OF_SIGMAS = 4;

    private static final NormalDistribution STANDARD = NormalDistribution.of(0, 1);

    /** What shares come to. */
    public enum Verdict {
        /** The first is preferred. */
        PREFERS,
        /** As even as chance has it. */
        INDIFFERENT,
        /** Too few questions to say. */
        TOO_FEW,
        /** The set of name servers is changing: what was known before stays. */
        UNSETTLED
    }

    /**
     * One name server's part of a resolver's questions.
     *
     * @param share (count + 1) / (all counts + name servers)
     * @param lower 5 % bound
     * @param upper 95 % bound
     */
    public record Share(String nameServer, double share, double lower, double upper) {

        /** Distance in units of popularity; orders name servers, and is no time. */
        public double cost() {
            return -Math.log(share);
        }
    }

    public Popularity {
        shares = List.copyOf(shares);
    }

    /** Judges a resolver's counts at a time. */
    public static Popularity of(NameServerCounts counts, NameServerSet offered, long nowMs, MapPolicy policy) {
        int offeredCount = offered.sinceMs().size();
        double halfLifeMs = (double) policy.halfLifeMs();
        double total = 0;
        for (String nameServer : offered.sinceMs().keySet()) {
            total += counts.count(nameServer, nowMs, halfLifeMs);
        }
        double all = total + PRIOR * offeredCount;
        List<Share> shares = offered.sinceMs().keySet().stream()
                .map(nameServer -> share(nameServer, counts.count(nameServer, nowMs, halfLifeMs), all))
                .sorted(Comparator.comparingDouble(Share::share).reversed().thenComparing(Share::nameServer))
                .toList();
        double threshold = threshold(offeredCount, total, policy.sigmas());
        return new Popularity(shares, total, threshold, verdict(shares, total, threshold, offered, nowMs, policy));
    }

    private static Verdict verdict(
            List<Share> shares, double total, double threshold, NameServerSet offered, long nowMs, MapPolicy policy) {
        if (offered.unsettled(nowMs, policy.warmUpMs())) {
            return Verdict.UNSETTLED;
        }
        if (total < policy.minCount() || shares.size() < 2) {
            return Verdict.TOO_FEW;
        }
        return shares.get(0).share() > threshold ? Verdict.PREFERS : Verdict.INDIFFERENT;
    }

    /**
     * The share that a name server must pass to be preferred: that of an even choice, and so many standard deviations. The greatest of many shares is farther from the middle than that of few, so
     * with more than {@link #NAME_SERVERS_OF_SIGMAS} name servers it must pass more, so that chance is taken for a preference no oftener than with as many (Bonferroni).
     *
     * @param nameServers on offer
     * @param count questions counted
     * @param sigmas standard deviations, where no more name servers are on offer than that
     */
    public static double threshold(int nameServers, double count, double sigmas) {
        double even = 1.0 / nameServers;
        double more = nameServers <= NAME_SERVERS_OF_SIGMAS
                ? sigmas
                : STANDARD.inverseSurvivalProbability(
                        STANDARD.survivalProbability(sigmas) * NAME_SERVERS_OF_SIGMAS / nameServers);
        return even + more * Math.sqrt(even * (1 - even) / Math.max(count, 1e-9));
    }

    /** Bounds by Wilson's score interval. */
    private static Share share(String nameServer, double count, double all) {
        double share = (count + PRIOR) / all;
        double z2 = Z_90 * Z_90;
        double middle = (share + z2 / (2 * all)) / (1 + z2 / all);
        double half = Z_90 / (1 + z2 / all) * Math.sqrt(share * (1 - share) / all + z2 / (4 * all * all));
        return new Share(nameServer, share, Math.max(0, middle - half), Math.min(1, middle + half));
    }

    /** The name server that is preferred, if one is. */
    public Optional<String> preferred() {
        return verdict == Verdict.PREFERS ? Optional.of(shares.get(0).nameServer()) : Optional.empty();
    }
}
