package io.fairlead.jobs.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.telemetry.RttSource;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anybody can ask in any address's name: however many do, they fill no map, push nobody out who is proven, and take no group from others. */
class ForgedQuestionsFillNoMapTest extends MapDeskStage {

    private static final int MOST = 40;
    private static final int MOST_UNPROVEN = 30;

    /** A map, and its stages, each three times as long where no clients are measured. */
    private static final long ROLLED_OUT_MS = EPOCH_MS + 15 * STAGE_MS;

    @BeforeEach
    void limit() throws IOException {
        limits = new Parts.Limits(MOST, MOST_UNPROVEN);
        open();
    }

    private void forge(int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            asks("203.0." + i / 256 + "." + i % 256, 1_000, 0);
        }
    }

    private long number(String name) {
        return desk.gauges().get(name).getAsLong();
    }

    private long forgedEntries() {
        return standing.entrySet().stream()
                .filter(each -> each.getKey().startsWith("203.0.") && each.getValue() != null)
                .count();
    }

    @Test
    void theyHaveABoundOfTheirOwn() throws Exception {
        forge(0, 1_000);
        firstMap();
        assertThat(forgedEntries()).isEqualTo(MOST_UNPROVEN);
        assertThat(number("unprovenParts")).isEqualTo(MOST_UNPROVEN);
        assertThat(number("partsNotTaken")).isEqualTo(1_000 - MOST_UNPROVEN);

        prefers("192.0.2.7", "fra");
        asks("192.0.2.8", 10, 1);
        afterAll(ROLLED_OUT_MS);
        assertThat(servedBy("192.0.2.7/32")).isEqualTo("fra");
        assertThat(standing).containsKey("192.0.2.8/32");
    }

    @Test
    void oneWhoIsProvenTakesTheEldestsPlaceAndItsEntryIsTakenBack() throws Exception {
        forge(0, 1_000);
        firstMap();
        for (int i = 0; i < MOST; i++) {
            prefers("192.0.2." + i, "fra");
        }
        assertThat(number("parts")).isEqualTo(MOST);
        assertThat(number("unprovenParts")).isZero();
        assertThat(number("partsDisplaced")).isEqualTo(MOST_UNPROVEN);
        assertThat(forgedEntries()).as("taken back at once").isZero();
        afterAll(ROLLED_OUT_MS);
        forge(0, 1_000);
        afterAll(ROLLED_OUT_MS);
        assertThat(forgedEntries()).isZero();
        int served = 0;
        for (int i = 0; i < MOST; i++) {
            served += standing.get("192.0.2." + i + "/32") instanceof MapEntry ? 1 : 0;
        }
        assertThat(served)
                .as("all but those for whom the two of the families have left no place")
                .isEqualTo(MOST - 2);
    }

    @Test
    void aRestartKnowsWhoIsProven() throws Exception {
        measured("192.0.2.0/24", "fra", 12);
        asks("192.0.2.7", 10, 1);
        forge(0, MOST_UNPROVEN);
        firstMap();
        after(1_000);
        open();
        assertThat(number("unprovenParts")).isEqualTo(MOST_UNPROVEN);
        asks("203.0.0.0", 10, 1);
        assertThat(number("unprovenParts")).isEqualTo(MOST_UNPROVEN - 1);
    }

    @Test
    void theyAreForgottenSoonerThanOthers() throws Exception {
        asks("192.0.2.7", 10, 1);
        forge(0, 5);
        firstMap();
        for (int hour = 0; hour < 8; hour++) {
            nowMs += 3_600_000;
            afterAll(1_000);
        }
        assertThat(forgedEntries()).isZero();
        assertThat(standing).extractingByKey("192.0.2.7/32").isNotNull();
    }

    /** By what it asks, the first group would be over its capacity many times, and others would be sent elsewhere for it. */
    @Test
    void allTogetherTheyAskForAQuarterOfWhatOthersDoAtMost() throws Exception {
        asks("192.0.2.7", 100, 100);
        asks("192.0.2.8", 300, 300);
        forge(0, MOST_UNPROVEN);
        deliveredBitsPerSecond = 100 * MBIT;
        firstMap();
        double first = entry("192.0.2.7/32").getDemandBitsPerSecond();
        double second = entry("192.0.2.8/32").getDemandBitsPerSecond();
        double forged = standing.entrySet().stream()
                .filter(each -> each.getKey().startsWith("203.0.") && each.getValue() instanceof MapEntry)
                .mapToDouble(each -> ((MapEntry) each.getValue()).getDemandBitsPerSecond())
                .sum();
        assertThat(second).isCloseTo(3 * first, withinPercentage(1));
        assertThat(forged).isCloseTo(Clientele.MOST_UNPROVEN * (first + second), withinPercentage(2));
        assertThat(first + second + forged).isCloseTo(3 * deliveredBitsPerSecond, withinPercentage(2));
    }

    /** What an agent, or a client's connection, has measured is there. */
    @Test
    void whoIsMeasuredIsProven() throws Exception {
        forge(0, MOST_UNPROVEN);
        for (String part : List.of("203.0.0.1/32", "203.0.0.2/32")) {
            measuredResolver(part, "fra", RttSource.PROBE, 12);
        }
        assertThat(number("unprovenParts")).isEqualTo(MOST_UNPROVEN - 2);
        assertThat(number("parts")).isEqualTo(MOST_UNPROVEN);
    }
}
