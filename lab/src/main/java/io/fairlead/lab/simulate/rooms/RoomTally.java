package io.fairlead.lab.simulate.rooms;

import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What happened in a run, so that one sees that it was put to the test. By what it is called; in order. */
record RoomTally(RoomSetup setup, Map<String, Long> counts) {

    long count(String of) {
        return counts.getOrDefault(of, 0L);
    }

    String line() {
        return counts.entrySet().stream()
                .map(each -> String.format(Locale.ROOT, "%,d %s", each.getValue(), each.getKey()))
                .collect(Collectors.joining(
                        ", ", setup.kind().name().toLowerCase(Locale.ROOT) + ", seed " + setup.seed() + ": ", ""));
    }
}
