package io.fairlead.nameserver.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.map.AddressPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TargetsTest {

    private static final int HOUR_MS = 3_600_000;
    private static final long NOW_MS = 1_800_000_000_000L;
    private static final ProbeSettings USUAL = ProbeSettings.usual("fra", "probe.live.example");

    private static Targets targets(ProbeSettings settings) {
        return new Targets(settings, new SplittableRandom(7));
    }

    private static List<String> next(Targets targets, long nowMs) {
        List<String> all = new ArrayList<>();
        for (InetAddress each = targets.next(nowMs); each != null; each = targets.next(nowMs)) {
            all.add(each.getHostAddress());
        }
        return all;
    }

    @Test
    void thoseWhoseWayNobodyKnowsComeFirstAndTheOthersWithinAnHour() {
        Targets targets = targets(USUAL);
        for (int i = 1; i <= 100; i++) {
            targets.wanted("198.51.100." + i, true, NOW_MS);
        }
        targets.wanted("203.0.113.7", false, NOW_MS);
        targets.wanted("2001:db8::7", false, NOW_MS);
        assertThat(next(targets, NOW_MS))
                .contains("203.0.113.7", "2001:db8:0:0:0:0:0:7")
                .hasSizeLessThan(10);
        assertThat(next(targets, NOW_MS + HOUR_MS / 2)).hasSizeBetween(30, 70);
        assertThat(next(targets, NOW_MS + HOUR_MS)).isNotEmpty();
        assertThat(targets.size()).isEqualTo(102);
    }

    @Test
    void whoWasAskedIsLeftAloneForAnHourAndForADayIfHeWasSilent() throws Exception {
        Targets targets = targets(USUAL);
        targets.wanted("203.0.113.7", false, NOW_MS);
        targets.wanted("203.0.113.8", false, NOW_MS);
        assertThat(next(targets, NOW_MS)).hasSize(2);
        targets.asked(InetAddress.getByName("203.0.113.7"), true, NOW_MS);
        targets.asked(InetAddress.getByName("203.0.113.8"), false, NOW_MS);
        targets.wanted("203.0.113.7", false, NOW_MS + 1); // told again, without what was measured just now
        targets.wanted("203.0.113.8", false, NOW_MS + 1);
        assertThat(next(targets, NOW_MS + HOUR_MS - 1)).isEmpty();
        assertThat(next(targets, NOW_MS + HOUR_MS)).containsExactly("203.0.113.7");
        assertThat(next(targets, NOW_MS + 24L * HOUR_MS - 1)).isEmpty();
        assertThat(next(targets, NOW_MS + 24L * HOUR_MS)).containsExactly("203.0.113.8");
    }

    @Test
    void whoTurnsOutToBeUnmeasuredIsNotLeftWaiting() {
        Targets targets = targets(USUAL);
        targets.wanted("203.0.113.9", true, NOW_MS - 1);
        while (!next(targets, NOW_MS).isEmpty()) {
            targets.gone("203.0.113.9"); // drawn to come at once: draw again
            targets.wanted("203.0.113.9", true, NOW_MS - 1);
        }
        targets.wanted("203.0.113.9", false, NOW_MS);
        assertThat(next(targets, NOW_MS)).containsExactly("203.0.113.9");
    }

    @Test
    void whoIsGoneLeftOutPrivateOrOneTooManyIsNotAsked() {
        Targets targets = targets(USUAL.with(53, List.of(AddressPrefix.parse("203.0.113.0/24")), false)
                .withRates(10, HOUR_MS, HOUR_MS, 2_000, 1));
        for (String each : List.of("203.0.113.5", "10.1.2.3", "127.0.0.1", "fd00::1", "::1", "100.64.0.9")) {
            targets.wanted(each, false, NOW_MS);
        }
        assertThat(targets.leftOut()).isEqualTo(6);
        targets.wanted("198.51.100.1", false, NOW_MS);
        targets.wanted("198.51.100.2", false, NOW_MS);
        assertThat(targets.notKept()).isEqualTo(1);
        targets.gone("198.51.100.1");
        assertThat(next(targets, NOW_MS)).isEmpty();
        assertThat(targets.size()).isZero();
    }

    @Test
    void settingsThatAreNoneAreRefusedWithASentence() {
        assertThatThrownBy(() -> ProbeSettings.usual("fra", "no domain"))
                .hasMessageContaining("'no domain' is no domain");
        assertThatThrownBy(() -> ProbeSettings.usual("", "a.example")).hasMessageContaining("no group");
        assertThatThrownBy(() -> USUAL.withRates(0, HOUR_MS, HOUR_MS, 2_000, 1)).hasMessageContaining("perSecond is 0");
    }
}
