package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.PoolPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Orders that are kept, and merged as exits change, give the same ranking as one that looks at every exit anew. */
class RankingTest {

    @Property(tries = 100)
    void isWhatLookingAtEveryExitGives(@ForAll @IntRange(max = 1_000_000) int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ExitOrder.Shelf shelf = new ExitOrder.Shelf();
        List<Candidate> exits = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            Candidate exit = new Candidate("x" + i);
            exit.consent = random.nextInt(10) > 0;
            change(exit, random);
            exits.add(exit);
            shelf.exits.add(exit);
            shelf.changed(exit);
        }
        PoolDefinition pool = Fleet.with(Fleet.pool("p", 1, 5, 9), List.of(), 30, 0, false, 0, List.of());
        ExitOrder order = new ExitOrder(shelf, pool, Fleet.HORIZON_MS / 3);
        for (int round = 0; round < 6; round++) {
            for (int i = random.nextInt(40); i > 0; i--) {
                Candidate exit = exits.get(random.nextInt(exits.size()));
                change(exit, random);
                if (random.nextInt(8) == 0 && !shelf.exits.remove(exit)) {
                    shelf.exits.add(exit);
                }
                shelf.changed(exit);
            }
            Ranking ranking = new Ranking(List.of(order.now()), pool, 0, PoolPolicy.defaults(), Fleet.START_MS);
            List<String> expected = exits.stream()
                    .filter(exit -> shelf.exits.contains(exit) && exit.condition.online() && exit.allowed())
                    .filter(new Filter(pool, 0)::admits)
                    .map(exit -> new Ranking.Ranked(
                            exit,
                            Standing.of(exit, pool, PoolPolicy.defaults(), Fleet.START_MS)
                                    .rank()))
                    .filter(ranked -> ranked.rank() > 0)
                    .sorted()
                    .map(ranked -> ranked.exit().id)
                    .toList();
            assertThat(all(ranking)).isEqualTo(expected);
        }
    }

    private static void change(Candidate exit, SplittableRandom random) {
        exit.profile = new ExitProfile(PoolType.RESIDENTIAL, "fr", "", "", 64500);
        exit.condition = new ExitCondition(
                random.nextInt(6) > 0,
                10.0 * random.nextInt(11),
                Map.of(),
                Map.of("shop", 0.1 * random.nextInt(10)),
                random.nextDouble() * 3,
                0.3 + 0.7 * random.nextDouble(),
                4);
    }

    private static List<String> all(Ranking ranking) {
        List<String> ids = new ArrayList<>();
        for (Ranking.Ranked one = ranking.at(0); one != null; one = ranking.at(ids.size())) {
            ids.add(one.exit().id);
        }
        return ids;
    }
}
