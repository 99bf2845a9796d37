package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.names.RttMatrix;
import io.fairlead.model.map.Demand;
import io.fairlead.model.map.Plan;
import io.fairlead.model.map.Pricing;
import io.fairlead.model.map.Succession;
import io.fairlead.model.map.Succession.Followed;
import io.fairlead.model.policy.MapPolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * How long a map takes to be priced, and how good it is beside what no plan can be under; then what moves when demand drifts. Prefixes lie about two hundred cities
 * of very different size on a plane, with demand and round trips that are spread as such are; groups lie anywhere, and are of different size.
 */
@Command(name = "map", description = "Pricing of a map under capacity, and what moves as demand drifts.")
public final class MapBench implements Callable<Integer> {

    private static final int CITIES = 200;
    private static final double SIDE = 100;
    private static final double NANOS = 1e9;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--prefixes", defaultValue = "1000000", description = "Rows (default: ${DEFAULT-VALUE}).")
    private int prefixes;

    @Option(names = "--groups", defaultValue = "50", description = "Columns (default: ${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = "--spare",
            paramLabel = "FACTOR",
            defaultValue = "1.2",
            description = "All capacities, by all demand (default: ${DEFAULT-VALUE}).")
    private double spare;

    @Option(
            names = "--epochs",
            defaultValue = "3",
            description = "With drift, after the first (default: ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--drift",
            paramLabel = "SHARE",
            defaultValue = "0.15",
            description = "Deviation of each prefix's demand from one epoch to the next (default: ${DEFAULT-VALUE}).")
    private double drift;

    @Option(
            names = "--hours",
            paramLabel = "N",
            defaultValue = "12",
            description =
                    "With --rtt-matrix: for which resolvers ask before maps are made (default: ${DEFAULT-VALUE}).")
    private int hours;

    @Option(
            names = "--questions",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "With --rtt-matrix: of each resolver, as they count, halving in an hour (default: ${DEFAULT-VALUE}).")
    private int questions;

    @Option(names = "--seed", defaultValue = "7", description = "Of all chance (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--rtt-matrix",
            paramLabel = "FILE",
            description =
                    "Measured round trips between nodes, ms, a line for each (may end in .gz): how far maps by popularity, by all evidence and by place are from the best one, with --groups of the nodes as groups.")
    private @Nullable Path rttMatrix;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path file = rttMatrix;
        if (file != null) {
            new MatrixTrial(RttMatrix.read(file), groups, spare, new MatrixTrial.Asking(hours, questions), seed)
                    .run(out);
            return 0;
        }
        out.printf(
                "%s, %,d prefixes, %d groups, capacity %.2f x demand%n", Processor.machine(), prefixes, groups, spare);
        Random random = new Random(seed);
        double[] bits = new double[prefixes];
        float[] costs = world(random, bits);
        double[] capacity = capacities(random, Arrays.stream(bits).sum());

        long begunNanos = System.nanoTime();
        Demand demand = new Demand(bits, costs, groups);
        Plan plan = Pricing.solve(demand, capacity);
        print(out, "priced", begunNanos, plan, demand, capacity, "");
        for (int epoch = 1; epoch <= epochs; epoch++) {
            double[] drifted = new double[prefixes];
            for (int row = 0; row < prefixes; row++) {
                drifted[row] = demand.bitsPerSecond(row) * Math.exp(drift * random.nextGaussian());
            }
            demand = new Demand(drifted, costs, groups);
            Plan former = plan;
            begunNanos = System.nanoTime();
            Followed followed =
                    Succession.solve(demand, capacity, former.pricesMs(), former::share, MapPolicy.defaults());
            plan = followed.plan();
            String moved = String.format(
                    ", %.2f %% moved, leaving cost %.1f ms", 100 * followed.movedShare(), followed.leavingMs());
            print(out, "epoch " + epoch, begunNanos, plan, demand, capacity, moved);
        }
        return 0;
    }

    private void print(
            PrintWriter out, String what, long begunNanos, Plan plan, Demand demand, double[] capacity, String more) {
        double seconds = (System.nanoTime() - begunNanos) / NANOS;
        double fullest = 0;
        double[] loads = plan.loadsBitsPerSecond();
        for (int group = 0; group < groups; group++) {
            fullest = Math.max(fullest, loads[group] / capacity[group]);
        }
        double meanMs = plan.meanCostMs(demand);
        out.printf(
                "%-8s %6.2f s   mean %.3f ms, bound %.3f ms (%.2f %%), fullest group %.2f %%%s%n",
                what, seconds, meanMs, plan.boundMs(), 100 * (meanMs / plan.boundMs() - 1), 100 * fullest, more);
        out.flush();
    }

    private float[] world(Random random, double[] bits) {
        double[][] places = new double[groups][];
        for (int group = 0; group < groups; group++) {
            places[group] = new double[] {SIDE * random.nextDouble(), SIDE * random.nextDouble()};
        }
        double[][] cities = new double[CITIES][];
        double[] upTo = new double[CITIES];
        double sum = 0;
        for (int city = 0; city < CITIES; city++) {
            cities[city] = new double[] {SIDE * random.nextDouble(), SIDE * random.nextDouble()};
            sum += Math.exp(random.nextGaussian());
            upTo[city] = sum;
        }
        float[] costs = new float[prefixes * groups];
        for (int row = 0; row < prefixes; row++) {
            int at = Arrays.binarySearch(upTo, sum * random.nextDouble());
            double[] city = cities[at < 0 ? -at - 1 : at];
            double x = city[0] + 3 * random.nextGaussian();
            double y = city[1] + 3 * random.nextGaussian();
            bits[row] = 1e6 * Math.exp(1.5 * random.nextGaussian());
            for (int group = 0; group < groups; group++) {
                double distance = Math.hypot(x - places[group][0], y - places[group][1]);
                costs[row * groups + group] = (float) (2 + 2 * distance + 5 * Math.abs(random.nextGaussian()));
            }
        }
        return costs;
    }

    private double[] capacities(Random random, double demandBitsPerSecond) {
        double[] capacity = new double[groups];
        for (int group = 0; group < groups; group++) {
            capacity[group] = 0.3 + random.nextDouble();
        }
        double all = Arrays.stream(capacity).sum();
        return Arrays.stream(capacity)
                .map(each -> each * demandBitsPerSecond * spare / all)
                .toArray();
    }
}
