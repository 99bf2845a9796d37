package io.fairlead.lab.simulate.rooms;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.simulate.rooms.RoomSetup.Kind;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts rooms and legs through random events from many seeds; 1 if a promise to viewers did not hold. */
@Command(
        name = "rooms",
        description =
                "Put live rooms, and legs of rooms to a relay client, through random joins, leaves, stalls and resets: one stream carries, and what viewers are shown"
                        + " never goes back, repeats or leaps. Exit code 1: a seed broke that.")
public final class RoomsCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--only", split = ",", description = "${COMPLETION-CANDIDATES} (default: both).")
    private List<Kind> only = List.of(Kind.values());

    @Option(names = "--seed", defaultValue = "1", description = "First seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--seeds", defaultValue = "10", description = "Runs of each (default: ${DEFAULT-VALUE}).")
    private int seeds;

    @Option(names = "--steps", defaultValue = "10000", description = "Events of a run (default: ${DEFAULT-VALUE}).")
    private int steps;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (seeds < 1 || steps < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seeds is " + seeds + ", --steps " + steps + "; give at least one seed and one event");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<RoomSetup> setups = new ArrayList<>();
        for (int each = 0; each < seeds; each++) {
            for (Kind kind : only) {
                setups.add(new RoomSetup(kind, seed + each, steps));
            }
        }
        AtomicInteger broken = new AtomicInteger();
        Map<Kind, Map<String, Long>> all = new TreeMap<>();
        setups.parallelStream().forEach(setup -> {
            String line;
            try {
                RoomTally tally = run(setup);
                line = tally.line();
                synchronized (all) {
                    Map<String, Long> sums = all.computeIfAbsent(setup.kind(), kind -> new TreeMap<>());
                    tally.counts().forEach((what, count) -> sums.merge(what, count, Long::sum));
                }
            } catch (RoomBroken e) {
                broken.incrementAndGet();
                line = "BROKEN: " + e.getMessage();
            }
            out.println(line);
            out.flush();
        });
        all.forEach((kind, counts) -> out.printf("All %s: %s%n", kind, counts));
        out.printf(
                broken.get() == 0
                        ? "%,d runs of %,d events, and every promise held.%n"
                        : "%,d runs of %,d events; in " + broken.get() + " of them a promise did not hold.%n",
                setups.size(),
                steps);
        out.flush();
        return broken.get() == 0 ? 0 : 1;
    }

    static RoomTally run(RoomSetup setup) {
        return switch (setup.kind()) {
            case ROOM -> RoomRun.run(setup);
            case LEG -> LegRun.run(setup);
        };
    }
}
