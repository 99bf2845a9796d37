package io.fairlead.model.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.relay.ParentChoice.Candidate;
import io.fairlead.model.relay.ParentChoice.Ranking;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParentChoiceTest {

    private static final RelayPolicy POLICY = RelayPolicy.defaults();
    private static final long NOW_MS = 1_700_000_000_000L;

    @Test
    void theBestIsFirstAndTheNextStandsBy() {
        assertThat(choose(null, NOW_MS, at("ams", 60), at("fra", 20), at("par", 35))
                        .servers())
                .containsExactly("fra", "par", "ams");
    }

    @Test
    void aLittleBetterIsNotEnough() {
        Ranking present = ranked("ams", "fra");
        assertThat(choose(present, NOW_MS, at("ams", 40), at("fra", 30)).first())
                .isEqualTo("ams");
        assertThat(choose(present, NOW_MS, at("ams", 60), at("fra", 20)).first())
                .isEqualTo("fra");
    }

    @Test
    void theFirstIsHeldForATime() {
        Ranking present = new Ranking(List.of("ams", "fra"), NOW_MS - POLICY.holdMs() + 1, "");
        assertThat(choose(present, NOW_MS, at("ams", 300), at("fra", 10)).first())
                .isEqualTo("ams");
        assertThat(choose(present, NOW_MS + 1, at("ams", 300), at("fra", 10)).first())
                .isEqualTo("fra");
    }

    @Test
    void oneThatIsGoneIsFollowedByTheOneThatStandsByAtOnce() {
        Ranking present = new Ranking(List.of("ams", "fra", "par"), NOW_MS, "");
        Ranking next = choose(present, NOW_MS, at("fra", 40), at("par", 10));
        assertThat(next.servers()).startsWith("fra", "par");
        assertThat(next.firstSinceMs()).isEqualTo(NOW_MS);
        assertThat(next.reason()).isEqualTo("ams is gone");
    }

    @Test
    void nobodyMovesToAWayThatWasNeverMeasured() {
        Ranking present = ranked("ams", "fra");
        assertThat(choose(present, NOW_MS, at("ams", 900), at("fra", -1)).first())
                .isEqualTo("ams");
    }

    @Test
    void whoMayNotMoveStaysUnlessItMust() {
        Ranking present = ranked("ams", "fra");
        assertThat(ParentChoice.choose(present, List.of(at("ams", 300), at("fra", 10)), POLICY, NOW_MS, false)
                        .first())
                .isEqualTo("ams");
        assertThat(ParentChoice.choose(present, List.of(at("fra", 10)), POLICY, NOW_MS, false)
                        .first())
                .isEqualTo("fra");
    }

    @Test
    void allOthersAreMeasuredInTurn() {
        Candidate[] all = {at("ams", 10), at("fra", 12), at("lon", -1), at("par", -1), at("waw", -1)};
        Set<String> third = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            third.add(choose(ranked("ams", "fra"), NOW_MS + i * ParentChoice.TRIAL_MS, all)
                    .servers()
                    .get(2));
        }
        assertThat(third).containsExactlyInAnyOrder("lon", "par", "waw");
    }

    @Test
    void whateverComesOneIsFirstNobodyTwiceAndOnlyThoseThatAreThere() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Ranking present = null;
            long nowMs = NOW_MS;
            for (int step = 0; step < 20; step++) {
                List<Candidate> there = new ArrayList<>();
                for (String server : List.of("ams", "fra", "lon", "par")) {
                    if (random.nextInt(4) > 0) {
                        there.add(at(server, random.nextInt(-1, 200)));
                    }
                }
                Ranking next = ParentChoice.choose(present, there, POLICY, nowMs, random.nextBoolean());
                assertThat(next.servers())
                        .as("seed %d, step %d", seed, step)
                        .doesNotHaveDuplicates()
                        .hasSize(Math.min(3, there.size()))
                        .isSubsetOf(there.stream().map(Candidate::server).toList());
                if (present != null
                        && !present.first().isEmpty()
                        && !next.first().equals(present.first())) {
                    String before = present.first();
                    boolean gone =
                            there.stream().noneMatch(each -> each.server().equals(before));
                    assertThat(gone || nowMs - present.firstSinceMs() >= POLICY.holdMs())
                            .as("seed %d, step %d: moved in its time", seed, step)
                            .isTrue();
                }
                present = next;
                nowMs += random.nextInt(20_000);
            }
        }
    }

    private static Ranking ranked(String... servers) {
        return new Ranking(List.of(servers), NOW_MS - POLICY.holdMs(), "");
    }

    private static Ranking choose(@Nullable Ranking present, long nowMs, Candidate... there) {
        return ParentChoice.choose(present, List.of(there), POLICY, nowMs, true);
    }

    /** @param rttMs −1: never measured */
    private static Candidate at(String server, double rttMs) {
        return new Candidate(server, LegQuality.of(rttMs, 0, 0, 0, -1));
    }
}
