package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.model.pool.Curator;
import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.ExitProfile;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.model.pool.PoolPolicies;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how long the curation of a whole fleet takes from what happens to what is decided. */
@Command(
        name = "pools",
        description =
                "How long the curation of a fleet takes to decide, in one thread: pools formed all at once, a network that fails, and scores that change.")
public final class PoolsBench implements Callable<Integer> {

    private static final int COUNTRIES = 50;
    private static final int NETWORKS = 20;
    private static final int MEMBERS = 50;
    private static final int ROUNDS = 50;
    private static final int CHANGES = 1_000;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--exits", defaultValue = "100000", description = "Exits (default: ${DEFAULT-VALUE}).")
    private int exits;

    @Option(
            names = "--pools",
            defaultValue = "1000",
            description = "Pools, of 50 members each (default: ${DEFAULT-VALUE}).")
    private int pools;

    @Spec
    private CommandSpec spec;

    private long nowMs;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                "| pools ask for | formed, ms | formed again, warm, ms | a network fails, ms | median of 50 rounds of 1 000 changes, ms | longest |");
        out.println("|---|---|---|---|---|---|");
        for (boolean byCountry : new boolean[] {true, false}) {
            double cold = formed(fleet(1), byCountry);
            Curator fleet = fleet(2);
            double warm = formed(fleet, byCountry);
            double failed = networkFails(fleet);
            double[] rounds = rounds(fleet);
            out.printf(
                    "| %s | %.0f | %.0f | %.0f | %.1f | %.1f |%n",
                    byCountry ? "one of 50 countries each" : "any exit",
                    cold,
                    warm,
                    failed,
                    rounds[rounds.length / 2],
                    rounds[rounds.length - 1]);
            out.flush();
        }
        out.printf(
                "Load %.1f%n",
                java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                        .getSystemLoadAverage());
        out.flush();
        return 0;
    }

    private Curator fleet(long seed) {
        nowMs = 1_700_000_000_000L;
        Curator fleet = new Curator(PoolPolicies.of(new ScopedPolicies<>(PoolPolicy.defaults())), 1, nowMs);
        nowMs += 10_000;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < exits; i++) {
            fleet.profile(
                    "x" + i, new ExitProfile(PoolType.RESIDENTIAL, country(i % COUNTRIES), "", "", network(i)), true);
            condition(fleet, i, random);
        }
        return fleet;
    }

    private void condition(Curator fleet, int exit, SplittableRandom random) {
        double quality = 50 + 50 * random.nextDouble();
        fleet.condition(
                "x" + exit, new ExitCondition(true, quality, Map.of(), Map.of(), 0.9 * random.nextDouble(), 4), nowMs);
    }

    private double formed(Curator fleet, boolean byCountry) {
        for (int i = 0; i < pools; i++) {
            fleet.define(pool(i, byCountry ? List.of(country(i % COUNTRIES)) : List.of()));
        }
        return decided(fleet);
    }

    private double networkFails(Curator fleet) {
        for (int i = 0; i < exits; i++) {
            if (network(i) == network(0)) {
                fleet.condition("x" + i, ExitCondition.UNKNOWN, nowMs);
            }
        }
        double at = decided(fleet);
        nowMs += 15_000;
        return Math.max(at, decided(fleet));
    }

    private double[] rounds(Curator fleet) {
        SplittableRandom random = new SplittableRandom(3);
        double[] ms = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            nowMs += 200;
            for (int i = 0; i < CHANGES; i++) {
                condition(fleet, random.nextInt(exits), random);
            }
            ms[round] = decided(fleet);
        }
        java.util.Arrays.sort(ms);
        return ms;
    }

    private double decided(Curator fleet) {
        long from = System.nanoTime();
        fleet.curate(nowMs);
        double ms = (System.nanoTime() - from) / 1e6;
        fleet.changedExits();
        fleet.changedPools();
        return ms;
    }

    private static long network(int exit) {
        return 64_500L + exit / COUNTRIES % NETWORKS;
    }

    private static String country(int i) {
        return "" + (char) ('a' + i / 26) + (char) ('a' + i % 26);
    }

    private static PoolDefinition pool(int i, List<String> countries) {
        return new PoolDefinition(
                "p" + i,
                List.of(),
                countries,
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                10,
                MEMBERS,
                MEMBERS * 3 / 2,
                0.6,
                900_000,
                0,
                "",
                i % 2 == 0,
                0,
                "",
                List.of());
    }
}
