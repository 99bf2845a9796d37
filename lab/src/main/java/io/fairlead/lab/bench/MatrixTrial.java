package io.fairlead.lab.bench;

import io.fairlead.lab.names.RttMatrix;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.Demand;
import io.fairlead.model.map.EvidenceClass;
import io.fairlead.model.map.Ladder;
import io.fairlead.model.map.Plan;
import io.fairlead.model.map.Pricing;
import io.fairlead.model.map.Whereabouts;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.model.popularity.Popularity;
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
 * servers the oftener the nearer, by exp(−rtt/30 ms) and a floor, and 40 % evenly, as Müller et al. (IMC 2017) have seen. All prove themselves by cookies, and ask as often as each other;
 * a name server that has not met one for an hour answers one question in fifty truncated, and so learns its round trip. Clients of some fetch beacons, which come to all groups; some answer agents' probes.
 */
final class MatrixTrial {

    private static final double MEASURING = 0.6;
    private static final double SCALE_MS = 30;
    private static final double FLOOR = 0.02;
    private static final double ZIPF = 0.8;
    private static final double CHALLENGES = 0.02;
    private static final double WITH_BEACONS = 0.3;
    private static final double PROBED = 0.5;
    private static final double NOISE = 0.1;
    private static final double CLIENTS_NOISE = 0.2;
    private static final int PLACING_ROUNDS = 300;
    private static final double PLACING_STEP = 0.05;
    private static final double POPULARITY_MS = 5;
    private static final double POPULARITY_UNIT_MS = 20;
    private static final double POPULARITY_ERROR = 0.5;
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long HOUR_MS = 3_600_000;
    private static final double UNREACHABLE_MS = 1_000;

    /**
     * How long and how often resolvers ask before maps are made.
     *
     * @param counted questions of each in the end, which halve in an hour
     */
    record Asking(int hours, double counted) {}

    /** What a map may stand on; each has what those before it have. */
    private enum Known {
        POPULARITY("popularity"),
        PASSIVE("and TCP"),
        CLIENTS("and beacons"),
        PROBES("and probes");

        private final String text;

        Known(String text) {
            this.text = text;
        }
    }

    private final RttMatrix matrix;
    private final Random random;
    private final List<Integer> sites;
    private final List<Integer> nodes;
    private final double[] bits;
    private final double[] capacity;
    private final Asking asking;
    private final List<Resolver> resolvers = new ArrayList<>();
    private final List<Whereabouts> measured = new ArrayList<>();
    private final RttCalibration calibration = new RttCalibration();
    private final NameServerSet offered;

    MatrixTrial(RttMatrix matrix, int groups, double spare, Asking asking, long seed) {
        this.matrix = matrix;
        this.asking = asking;
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
        for (int row = 0; row < nodes.size(); row++) {
            resolvers.add(asking(row));
            measured.add(measured(row));
        }
    }

    private static String name(int site) {
        return "ns-" + site;
    }

    private double trueMs(int row, int group) {
        return Math.min(UNREACHABLE_MS, matrix.ms(nodes.get(row), sites.get(group)));
    }

    private Resolver asking(int row) {
        boolean measures = random.nextDouble() < MEASURING;
        double[] upTo = new double[sites.size()];
        double sum = 0;
        for (int group = 0; group < upTo.length; group++) {
            sum += measures ? Math.exp(-matrix.ms(nodes.get(row), sites.get(group)) / SCALE_MS) + FLOOR : 1;
            upTo[group] = sum;
        }
        Resolver resolver = new Resolver();
        long[] metAtMs = new long[sites.size()];
        long everyMs = Math.round((double) HOUR_MS / Math.log(2) / asking.counted);
        for (long atMs = NOW_MS - asking.hours * HOUR_MS; atMs < NOW_MS; atMs += everyMs) {
            int at = Arrays.binarySearch(upTo, sum * random.nextDouble());
            int group = at < 0 ? -at - 1 : at;
            resolver.asked(name(sites.get(group)), 1, atMs, MapPolicy.defaults());
            if (atMs - metAtMs[group] >= HOUR_MS
                    && random.nextDouble() < CHALLENGES
                    && trueMs(row, group) < UNREACHABLE_MS) {
                metAtMs[group] = atMs;
                resolver.measured(name(sites.get(group)), noisyMs(row, group, NOISE), 1, atMs, MapPolicy.defaults());
            }
        }
        return resolver;
    }

    private double noisyMs(int row, int group, double noise) {
        return trueMs(row, group) * (1 + noise * Math.abs(random.nextGaussian()));
    }

    /** Of its clients, and by agents. */
    private Whereabouts measured(int row) {
        Whereabouts known = new Whereabouts();
        boolean beacons = random.nextDouble() < WITH_BEACONS;
        boolean probes = random.nextDouble() < PROBED;
        for (int group = 0; group < sites.size(); group++) {
            String name = name(sites.get(group));
            if (trueMs(row, group) >= UNREACHABLE_MS) {
                continue;
            }
            if (beacons) {
                double ms = noisyMs(row, group, CLIENTS_NOISE);
                known.measured(name, EvidenceClass.CLIENT_RTT, ms, 10, NOW_MS, (double) HOUR_MS);
            }
            if (probes) {
                double ms = noisyMs(row, group, NOISE);
                known.measured(name, EvidenceClass.PROBE, ms, 3, NOW_MS, (double) HOUR_MS);
            }
        }
        return known;
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
        for (Known known : Known.values()) {
            Ladder ladder = ladder(known);
            print(known.text, ladder, Pricing.solve(ladder.demand(), capacity), best, out);
        }
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
    private Ladder ladder(Known known) {
        Ladder ladder = empty();
        for (int row = 0; row < nodes.size(); row++) {
            for (int group = 0; group < sites.size(); group++) {
                know(ladder, row, group, known);
            }
            Popularity popularity = resolvers
                    .get(row)
                    .judge(offered, NOW_MS, MapPolicy.defaults())
                    .popularity();
            if (popularity.preferred().isPresent()) {
                double[] ms = new double[sites.size()];
                popularity.shares().forEach(share -> ms[group(share)] = ms(share, known != Known.POPULARITY));
                ladder.prefer(row, group(popularity.shares().get(0)), ms, POPULARITY_ERROR);
            }
        }
        ladder.climb();
        return ladder;
    }

    private void know(Ladder ladder, int row, int group, Known known) {
        String name = name(sites.get(group));
        Optional<Estimate> overTcp = resolvers.get(row).roundTripMs(name, NOW_MS, MapPolicy.defaults());
        if (known != Known.POPULARITY && overTcp.isPresent()) {
            double ms = overTcp.get().mean();
            ladder.know(row, group, EvidenceClass.RESOLVER_RTT, ms, ms / 2);
        }
        Optional<Whereabouts.Known> best = measured.get(row).best(name, NOW_MS, (double) HOUR_MS);
        if (best.isPresent()
                && known.compareTo(best.get().evidence() == EvidenceClass.PROBE ? Known.PROBES : Known.CLIENTS) >= 0) {
            double ms = best.get().rttMs().mean();
            ladder.know(row, group, best.get().evidence(), ms, ms / 2);
        }
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
