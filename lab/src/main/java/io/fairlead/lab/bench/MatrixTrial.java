package io.fairlead.lab.bench;

import io.fairlead.lab.names.RttMatrix;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.Demand;
import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.map.Ladder;
import io.fairlead.model.map.Plan;
import io.fairlead.model.map.Pricing;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.model.popularity.Popularity.Share;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.model.popularity.RttCalibration;
import io.fairlead.model.quality.Estimate;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How far maps are from what would be best, on measured round trips. Some nodes are groups, each with a name server; the others are resolvers with demand by Zipf (0.8). Of them 60 % ask name
 * servers the oftener the nearer, by exp(−rtt/30 ms) and a floor, and 40 % evenly, as Müller et al. (IMC 2017) have seen. Every question is proven; one in five hundred comes over TCP and shows its round trip.
 */
final class MatrixTrial {

    private static final int QUESTIONS = 1_000;
    private static final double MEASURING = 0.6;
    private static final double SCALE_MS = 30;
    private static final double FLOOR = 0.02;
    private static final double ZIPF = 0.8;
    private static final double CHALLENGES = 0.002;
    private static final double NOISE = 0.1;
    private static final int PLACING_ROUNDS = 300;
    private static final double PLACING_STEP = 0.05;
    private static final double POPULARITY_MS = 5;
    private static final double POPULARITY_UNIT_MS = 20;
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final double UNREACHABLE_MS = 1_000;

    private final RttMatrix matrix;
    private final Random random;
    private final List<Integer> sites;
    private final List<Integer> nodes;
    private final double[] bits;
    private final double[] capacity;
    private final List<Resolver> resolvers = new ArrayList<>();
    private final RttCalibration calibration = new RttCalibration();
    private final NameServerSet offered;

    MatrixTrial(RttMatrix matrix, int groups, double spare, long seed) {
        this.matrix = matrix;
        this.random = new Random(seed);
        this.sites = matrix.sites(groups);
        this.nodes = new ArrayList<>(IntStream.range(0, matrix.nodes())
                .filter(node -> !sites.contains(node))
                .boxed()
                .toList());
        java.util.Collections.shuffle(nodes, random);
        bits = IntStream.range(0, nodes.size())
                .mapToDouble(rank -> 1e9 / Math.pow(rank + 1, ZIPF))
                .toArray();
        capacity = new double[groups];
        Arrays.fill(capacity, spare * Arrays.stream(bits).sum() / groups);
        Map<String, Long> since = new TreeMap<>();
        sites.forEach(site -> since.put(name(site), 0L));
        offered = new NameServerSet(since, 0, 0);
        nodes.forEach(node -> resolvers.add(asking(node)));
    }

    private static String name(int site) {
        return "ns-" + site;
    }

    private double trueMs(int row, int group) {
        return Math.min(UNREACHABLE_MS, matrix.ms(nodes.get(row), sites.get(group)));
    }

    private Resolver asking(int node) {
        boolean measures = random.nextDouble() < MEASURING;
        double[] upTo = new double[sites.size()];
        double sum = 0;
        for (int group = 0; group < upTo.length; group++) {
            sum += measures ? Math.exp(-matrix.ms(node, sites.get(group)) / SCALE_MS) + FLOOR : 1;
            upTo[group] = sum;
        }
        Resolver resolver = new Resolver();
        for (int i = 0; i < QUESTIONS; i++) {
            int at = Arrays.binarySearch(upTo, sum * random.nextDouble());
            int site = sites.get(at < 0 ? -at - 1 : at);
            resolver.asked(name(site), 1, NOW_MS, MapPolicy.defaults());
            double rttMs = matrix.ms(node, site) * (1 + NOISE * Math.abs(random.nextGaussian()));
            if (random.nextDouble() < CHALLENGES && rttMs < UNREACHABLE_MS) {
                resolver.measured(name(site), rttMs, 1, NOW_MS, MapPolicy.defaults());
            }
        }
        return resolver;
    }

    void run(PrintWriter out) {
        out.printf("%d resolvers, %d groups%n", nodes.size(), sites.size());
        float[] costs = new float[nodes.size() * sites.size()];
        for (int row = 0; row < nodes.size(); row++) {
            for (int group = 0; group < sites.size(); group++) {
                costs[row * sites.size() + group] = (float) trueMs(row, group);
            }
        }
        Demand truth = new Demand(bits, costs, sites.size());
        Plan best = Pricing.solve(truth, capacity);
        out.printf(
                "true round trips: mean %.1f ms, no plan can be under %.1f ms; everybody with his nearest %.1f ms%n",
                best.meanCostMs(truth), best.boundMs(), nearestMeanMs());
        learn();
        Ladder popular = ladder(false);
        print("popularity", popular, Pricing.solve(popular.demand(), capacity), best, out);
        Ladder all = ladder(true);
        print("all evidence", all, Pricing.solve(all.demand(), capacity), best, out);
        Ladder placed = placed();
        double[] boundless = new double[sites.size()];
        Arrays.fill(boundless, 2 * Arrays.stream(bits).sum());
        print("static, by place", placed, Pricing.solve(placed.demand(), boundless), best, out);
        out.flush();
    }

    private double nearestMs(int row) {
        return IntStream.range(0, sites.size())
                .mapToDouble(group -> trueMs(row, group))
                .min()
                .orElse(0);
    }

    private double nearestMeanMs() {
        double sum = IntStream.range(0, nodes.size())
                .mapToDouble(row -> bits[row] * nearestMs(row))
                .sum();
        return sum / Arrays.stream(bits).sum();
    }

    // ---- what is known

    private void learn() {
        for (Resolver resolver : resolvers) {
            for (Share share : resolver.judge(offered, NOW_MS, MapPolicy.defaults())
                    .popularity()
                    .shares()) {
                resolver.roundTripMs(share.nameServer(), NOW_MS, MapPolicy.defaults())
                        .ifPresent(rtt -> calibration.add(share.share(), rtt.mean()));
            }
        }
    }

    /** As MapJob does it. */
    private Ladder ladder(boolean roundTrips) {
        Ladder ladder = empty();
        for (int row = 0; row < nodes.size(); row++) {
            Resolver resolver = resolvers.get(row);
            Resolver.Judgement judgement = resolver.judge(offered, NOW_MS, MapPolicy.defaults());
            for (int group = 0; roundTrips && group < sites.size(); group++) {
                Optional<Estimate> rtt = resolver.roundTripMs(name(sites.get(group)), NOW_MS, MapPolicy.defaults());
                if (rtt.isPresent()) {
                    ladder.know(
                            row,
                            group,
                            EvidenceClass.RESOLVER_RTT,
                            rtt.get().mean(),
                            rtt.get().mean() / 2);
                }
            }
            if (judgement.popularity().preferred().isPresent()) {
                for (Share share : judgement.popularity().shares()) {
                    ladder.know(
                            row,
                            group(share),
                            EvidenceClass.POPULARITY,
                            ms(share, roundTrips),
                            ms(share, roundTrips) / 2);
                }
            }
        }
        ladder.climb();
        return ladder;
    }

    private int group(Share share) {
        return IntStream.range(0, sites.size())
                .filter(group -> name(sites.get(group)).equals(share.nameServer()))
                .findFirst()
                .orElseThrow();
    }

    private double ms(Share share, boolean calibrated) {
        Optional<Estimate> learnt = calibrated ? calibration.rttMs(share.share()) : Optional.empty();
        return learnt.map(Estimate::mean).orElse(POPULARITY_MS + POPULARITY_UNIT_MS * share.cost());
    }

    private Ladder empty() {
        Ladder ladder = new Ladder(IntStream.range(0, sites.size()).toArray());
        for (int row = 0; row < nodes.size(); row++) {
            ladder.add(AddressPrefix.parse((row % 200 + 1) + "." + row / 200 + ".0.1/32"), bits[row]); // no neighbours
        }
        return ladder;
    }

    /** Knows places and not ways, as databases of locations do: the plane in which distances are as near to round trips as they can be. */
    private Ladder placed() {
        double[][] at = new double[matrix.nodes()][];
        Arrays.setAll(at, node -> new double[] {100 * random.nextDouble(), 100 * random.nextDouble()});
        for (int i = 0; i < PLACING_ROUNDS * matrix.nodes(); i++) {
            int one = random.nextInt(at.length);
            int other = random.nextInt(at.length);
            double ms = matrix.ms(one, other);
            if (one != other && ms < UNREACHABLE_MS) {
                double distance = Math.max(1e-3, distance(at[one], at[other]));
                double pull = PLACING_STEP * (ms - distance) / distance;
                at[one][0] += pull * (at[one][0] - at[other][0]);
                at[one][1] += pull * (at[one][1] - at[other][1]);
            }
        }
        Ladder ladder = empty();
        for (int row = 0; row < nodes.size(); row++) {
            for (int group = 0; group < sites.size(); group++) {
                double ms = distance(at[nodes.get(row)], at[sites.get(group)]);
                ladder.know(row, group, EvidenceClass.LOCATION, ms, ms / 2);
            }
        }
        return ladder;
    }

    private static double distance(double[] one, double[] other) {
        return Math.hypot(one[0] - other[0], one[1] - other[1]);
    }

    // ---- what it comes to

    private void print(String what, Ladder ladder, Plan plan, Plan best, PrintWriter out) {
        Map<EvidenceClass, Double> covered = new EnumMap<>(EvidenceClass.class);
        double[] sums = new double[4]; // covered: bits, ms by the plan, ms by the best; all: ms by the plan
        List<Double> regretsMs = new ArrayList<>();
        for (int row = 0; row < nodes.size(); row++) {
            EvidenceClass evidence = ladder.evidence(row, plan.mainGroup(row));
            covered.merge(evidence, 100.0 / nodes.size(), Double::sum);
            sums[3] += bits[row] * meanMs(plan, row);
            if (evidence != EvidenceClass.DEFAULT) {
                sums[0] += bits[row];
                sums[1] += bits[row] * meanMs(plan, row);
                sums[2] += bits[row] * meanMs(best, row);
                regretsMs.add(trueMs(row, plan.mainGroup(row)) - nearestMs(row));
            }
        }
        double fullest = IntStream.range(0, sites.size())
                .mapToDouble(group -> plan.loadsBitsPerSecond()[group] / capacity[group])
                .max()
                .orElse(0);
        double[] sorted =
                regretsMs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        double p95Ms = sorted.length == 0 ? 0 : sorted[(int) (0.95 * (sorted.length - 1))];
        out.printf(
                "%-17s all %.1f ms; covered %.1f ms, with the best plan %.1f ms (%+.1f %%); to the nearest: mean %.1f ms, p95 %.1f ms farther; fullest group %.0f %%; stands on",
                what,
                sums[3] / Arrays.stream(bits).sum(),
                sums[1] / sums[0],
                sums[2] / sums[0],
                100 * (sums[1] / sums[2] - 1),
                Arrays.stream(sorted).average().orElse(0),
                p95Ms,
                100 * fullest);
        covered.forEach((evidence, percent) -> out.printf(" %s %.0f %%", evidence, percent));
        out.println();
    }

    private double meanMs(Plan plan, int row) {
        double ms = 0;
        for (int group = 0; group < sites.size(); group++) {
            ms += plan.share(row, group) * trueMs(row, group);
        }
        return ms;
    }
}
