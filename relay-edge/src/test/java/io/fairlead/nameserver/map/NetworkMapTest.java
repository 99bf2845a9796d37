package io.fairlead.nameserver.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.Steered;
import io.fairlead.nameserver.zone.MappedName;
import io.fairlead.schemas.decisions.GroupState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NetworkMapTest {

    private final MapStage stage = new MapStage();

    private MapStage three() {
        return stage.group("ams", 1, 2)
                .group("fra", 2, 2)
                .group("sin", 3, 2)
                .entry("192.0.2.0/24", "fra=1", "ams=0")
                .entry("198.51.0.0/16", "sin=1", "ams=0")
                .entry("2001:db8::/32", "sin=1");
    }

    @Test
    void theLongestPrefixCountsAndItsScopeCoversNoOther() {
        three().entry("198.51.100.0/24", "fra=1").check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
        assertThat(stage.of("198.51.7.7")).isEqualTo("sin");
        assertThat(stage.of("198.51.100.7")).isEqualTo("fra");
        assertThat(stage.of("2001:db8:7::1")).isEqualTo("sin");
        assertThat(stage.scope("198.51.100.7")).isEqualTo(24);
        assertThat(stage.scope("198.51.200.7")).isEqualTo(17);
        assertThat(stage.scope("2001:db8:7::1")).isEqualTo(32);
    }

    @Test
    void neighboursWithTheSameChoicesAreOnePrefix() {
        stage.group("ams", 1, 1)
                .entry("10.0.0.0/24", "ams=1")
                .entry("10.0.1.0/24", "ams=1")
                .check();
        assertThat(stage.scope("10.0.0.7")).isEqualTo(23);
    }

    @Test
    void ofWhomNothingIsKnownTheFirstByRankServes() {
        three().check();
        assertThat(stage.of("203.0.113.1")).isEqualTo("ams");
        assertThat(stage.map.explanation(false, 0xCB007101L << 32).get(0)).contains("nothing is known");
    }

    @Test
    void withoutAnyGroupNobodyIsSteered() {
        stage.entry("192.0.2.0/24", "fra=1").check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("none");
        assertThat(stage.map.explanation(false, 0xC0000207L << 32)).containsExactly("no delivery group is known");
    }

    /** Whoever asks: of a beacon its name alone decides. */
    @Test
    void aBeaconIsSentToAnyGroupThatServes() {
        stage.group("ams", 1, 1).group("fra", 2, 1).group("sin", 3, 1).check();
        for (String edge : List.of("ams-1", "fra-1", "sin-1")) {
            stage.reports(edge, 1);
        }
        stage.check().after(1_000).reports("ams-1", 1).reports("fra-1", 1).check();
        stage.after(1_000).check();
        Set<String> told = new TreeSet<>();
        for (long hash = 0; hash < 100; hash++) {
            Steered steered = Objects.requireNonNull(stage.map.anywhere(MappedName.of("b.example"), hash));
            told.add(steered.addresses().groupId());
            assertThat(steered.scopeBits()).isZero();
        }
        assertThat(told).as("sin has been silent for 2 s").containsExactly("ams", "fra");
    }

    @Test
    void aGroupThatIsNotKnownIsPassedOver() {
        stage.group("ams", 1, 1).entry("192.0.2.0/24", "lost=1", "ams=0").check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("ams");
        assertThat(String.join(";", stage.map.explanation(false, 0xC0000207L << 32)))
                .contains("unknown group");
    }

    @Test
    void aGroupIsOutWhenItsEdgesHaveBeenSilentAndInAgainWhenTheyAreHeard() {
        three();
        for (String edge : new String[] {"ams-1", "ams-2", "fra-1", "fra-2", "sin-1", "sin-2"}) {
            stage.reports(edge, 1);
        }
        stage.check()
                .after(1_500)
                .reports("ams-1", 1)
                .reports("ams-2", 1)
                .reports("sin-1", 1)
                .reports("sin-2", 1);
        stage.check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
        stage.after(200).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("ams");
        assertThat(String.join(";", stage.map.explanation(false, 0xC0000207L << 32)))
                .contains("fra", "out: ", "has not reported");
        stage.reports("fra-1", 1).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
        assertThat(stage.steered("192.0.2.7").addresses().texts()).containsExactly("10.2.0.1");
    }

    @Test
    void whenAllAreSilentAtOnceTheMapFreezes() {
        three();
        for (String edge : new String[] {"ams-1", "ams-2", "fra-1", "fra-2", "sin-1", "sin-2"}) {
            stage.reports(edge, 1);
        }
        stage.check().after(60_000).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
        assertThat(String.join(";", stage.map.explanation(false, 0xC0000207L << 32)))
                .contains("frozen");
        stage.reports("ams-1", 1)
                .reports("ams-2", 1)
                .reports("sin-1", 1)
                .reports("sin-2", 1)
                .check();
        assertThat(stage.of("192.0.2.7"))
                .as("with the others back, it is this one")
                .isEqualTo("ams");
    }

    @Test
    void aProbeCountsMoreThanReports() {
        stage.group("ams", 1, 1)
                .group("fra", 2, 1, 80)
                .group("lon", 4, 1, 80)
                .group("sin", 3, 1, 80)
                .entry("192.0.2.0/24", "fra=1", "ams=0");
        stage.map.probed("sin", "10.3.0.1", true);
        stage.map.probed("lon", "10.4.0.1", true);
        stage.map.probed("fra", "10.2.0.1", false);
        stage.reports("fra-1", 1).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("ams");
        stage.map.probed("fra", "10.2.0.1", true);
        stage.check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
    }

    @Test
    void drainingBarredFullAndWhatTheJobSaysTakeAGroupOut() {
        three().reports("fra-1", 1, true).reports("fra-2", 1, true).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("ams");
        stage.reports("fra-1", 600).reports("fra-2", 500).check();
        assertThat(stage.of("192.0.2.7")).as("full").isEqualTo("ams");
        stage.reports("fra-1", 6).reports("fra-2", 5).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("fra");
        stage.price("fra", GroupState.DOWN).check();
        assertThat(stage.of("192.0.2.7")).isEqualTo("ams");
        stage.map.checkGroups(false);
        assertThat(stage.of("192.0.2.7")).as("a job that is silent has no say").isEqualTo("fra");
    }

    @Test
    void loadOverTheSheddingShareSendsOnInProportionAndTheScopeSaysSo() {
        stage.group("ams", 1, 1)
                .group("fra", 2, 1)
                .entry("10.0.0.0/8", "fra=1", "ams=0")
                .reports("fra-1", 925);
        stage.check();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            counts.merge(stage.of("10." + i / 256 + "." + i % 256 + ".1"), 1, Integer::sum);
        }
        assertThat(counts.get("fra")).isBetween(440, 560);
        assertThat(stage.scope("10.1.1.1")).isEqualTo(24);
        assertThat(stage.of("10.1.1.1")).isEqualTo(stage.of("10.1.1.200"));
    }

    @Test
    void aSplitPrefixIsSharedByWeightAndEachNetworkStaysWithItsGroup() {
        stage.group("ams", 1, 1).group("fra", 2, 1).group("sin", 3, 1);
        stage.entry("10.0.0.0/8", "fra=0.7", "ams=0.3", "sin=0").check();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            counts.merge(stage.of("10." + i / 256 + "." + i % 256 + ".1"), 1, Integer::sum);
        }
        assertThat(counts.get("fra")).isBetween(650, 750);
        assertThat(counts).doesNotContainKey("sin");
        assertThat(stage.scope("10.1.1.1")).isEqualTo(24);
    }

    @Test
    void aNameKeepsItsAddressesWhenAnotherOneGoes() {
        stage.group("ams", 1, 8).entry("10.0.0.0/8", "ams=1").check();
        java.util.List<String> before = stage.steered("10.0.0.1").addresses().texts();
        String other = "ams-" + (before.contains("10.1.0.1") ? before.contains("10.1.0.2") ? 3 : 2 : 1);
        stage.reports(other, 1, true).check();
        assertThat(stage.steered("10.0.0.1").addresses().texts()).isEqualTo(before);
        stage.reports("ams-" + before.get(0).substring("10.1.0.".length()), 1, true)
                .check();
        assertThat(stage.steered("10.0.0.1").addresses().texts())
                .contains(before.get(1))
                .doesNotContain(before.get(0));
    }

    @Test
    void anEntryWithoutSharesOrUnderAnotherKeyIsNone() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> stage.entry("10.0.0.0/8", "a=0.5")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> stage.entry("10.0.0.1/8", "a=1")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
