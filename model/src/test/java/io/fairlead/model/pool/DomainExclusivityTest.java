package io.fairlead.model.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** For some domains exits change hands in two steps, as exclusive ones do; for anything else they serve on. */
class DomainExclusivityTest {

    private static final String SHOP = "shop.example";
    private static final String DEEP = "www.shop.example";
    private static final String ELSE = "news.example";

    private final Fleet fleet = new Fleet();

    private static PoolDefinition pool(String id, int wanted, String... domains) {
        PoolDefinition pool = Fleet.pool(id, 1, wanted, wanted);
        return domains.length == 0 ? pool : pool.exclusiveFor(List.of(domains), 0);
    }

    private void shared(String id, int wanted) {
        fleet.curator.define(pool(id, wanted));
        fleet.curate();
    }

    @Test
    void anotherPoolIsKeptOutAtOnceAndThePoolItselfHasItWhenEveryEdgeKnows() {
        fleet.exit("x", 0.9, 1);
        shared("all", 1);
        fleet.edgesKnow("edge-1", "edge-2");
        fleet.curator.define(pool("mine", 1, SHOP));
        fleet.curate();
        assertThat(fleet.usable("x", DEEP))
                .as("taken from all, and not given yet")
                .isEmpty();
        assertThat(fleet.usable("x", ELSE)).as("who shares it goes on").containsExactly("all");
        assertThat(fleet.told.get("x").domains()).containsExactly(new Assignment.Exclusive(SHOP, "mine", 0, false));
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.usable("x", SHOP)).as("one edge does not know").isEmpty();
        fleet.edgesKnow("edge-2").after(200);
        assertThat(fleet.usable("x", DEEP)).containsExactly("mine");
        assertThat(fleet.usable("x", ELSE)).containsExactly("all", "mine");
        assertThat(fleet.told.get("x").domains()).containsExactly(new Assignment.Exclusive(SHOP, "mine", 0, true));
        assertThat(fleet.curator.waiting()).isZero();
    }

    @Test
    void anEdgeThatIsSilentHoldsItUpForItsLeaseAndNoLonger() {
        fleet.exit("x", 0.9, 1);
        fleet.curator.edge("cut-off", Stamp.NONE, fleet.nowMs);
        fleet.curator.define(pool("mine", 1, SHOP));
        fleet.curate();
        fleet.after(600_000 + EdgeWatch.HEARD_AFTER_REPORT_MS);
        assertThat(fleet.usable("mine")).isEmpty();
        fleet.after(1);
        assertThat(fleet.usable("mine")).containsExactly("x");
    }

    @Test
    void whoLeavesLeavesItToNobodyUntilEveryEdgeKnows() {
        fleet.exit("x", 0.9, 1);
        shared("all", 1);
        fleet.edgesKnow("edge-1");
        fleet.curator.define(pool("mine", 1, SHOP));
        fleet.curate();
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.usable("x", SHOP)).containsExactly("mine");
        fleet.curator.delete("mine", fleet.nowMs);
        fleet.curator.define(pool("next", 1, DEEP));
        fleet.after(200);
        assertThat(fleet.usable("x", SHOP))
                .as("an edge may still use it for mine")
                .isEmpty();
        assertThat(fleet.usable("x", ELSE)).containsExactly("all");
        assertThat(fleet.status("next").missing())
                .isEqualTo("0 of 1: no more exits; 1 is still being taken from another pool");
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.usable("x", SHOP)).containsExactly("all");
        fleet.after(10_000);
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.usable("x", DEEP)).containsExactly("next");
        assertThat(fleet.usable("x", SHOP)).containsExactly("all", "next");
    }

    @Test
    void twoPoolsForTheSameHostsShareNoExitAndTwoForOthersDo() {
        fleet.exit("x", 0.9, 1).exit("y", 0.8, 1);
        fleet.curator.define(pool("a", 1, SHOP).exclusiveFor(List.of(SHOP), 1_796_083_200_000L));
        fleet.curate();
        fleet.curator.define(pool("b", 2, DEEP));
        fleet.curator.define(pool("c", 2, ELSE));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("a")).containsExactly("x");
        assertThat(fleet.usable("b")).containsExactly("y");
        assertThat(fleet.usable("c")).containsExactly("x", "y");
        assertThat(fleet.usable("x", ELSE)).containsExactly("c");
        assertThat(fleet.status("b").missing())
                .isEqualTo(
                        "1 of 2: no more exits; 1 is exclusive to pool a for shop.example until 2026-12-01T00:00:00Z");
    }

    @Test
    void whatIsExclusiveAsAWholeIsInNoOtherPoolWhateverItsDomains() {
        fleet.exit("x", 0.9, 1).exit("y", 0.8, 1);
        fleet.curator.define(Fleet.exclusive(Fleet.pool("whole", 1, 1, 1), 0));
        fleet.curate();
        fleet.curator.define(pool("some", 2, SHOP));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("whole")).containsExactly("x");
        assertThat(fleet.usable("some")).containsExactly("y");
        fleet.curator.define(Fleet.exclusive(Fleet.pool("whole", 1, 2, 2), 0));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("whole")).containsExactly("x");
        assertThat(fleet.status("whole").missing())
                .isEqualTo("1 of 2: no more exits; 1 is in other pools, and this one is exclusive");
    }

    @Test
    void itEndsAtItsEnd() {
        fleet.exit("x", 0.9, 1);
        shared("all", 1);
        fleet.curator.define(pool("mine", 1, SHOP).exclusiveFor(List.of(SHOP), fleet.nowMs + 60_000));
        fleet.curate();
        fleet.after(200);
        assertThat(fleet.usable("x", SHOP)).containsExactly("mine");
        assertThat(fleet.told.get("x").domains().get(0).untilMs()).isEqualTo(fleet.nowMs - 200 + 60_000);
        fleet.after(59_800);
        assertThat(fleet.usable("x", SHOP)).containsExactly("all", "mine");
        assertThat(fleet.told.get("x").domains()).isEmpty();
    }

    @Test
    void aPoolThatBecomesExclusiveForADomainGoesOnWithItsExitsAndIsAloneWhenEveryEdgeKnows() {
        fleet.exit("x", 0.9, 1);
        shared("all", 1);
        shared("mine", 1);
        fleet.edgesKnow("edge-1");
        fleet.curator.define(pool("mine", 1, SHOP));
        fleet.after(200);
        assertThat(fleet.usable("x", SHOP)).containsExactly("mine");
        assertThat(fleet.told.get("x").domains()).containsExactly(new Assignment.Exclusive(SHOP, "mine", 0, false));
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.told.get("x").domains()).containsExactly(new Assignment.Exclusive(SHOP, "mine", 0, true));
        fleet.curator.define(pool("mine", 1, ELSE));
        fleet.after(200);
        assertThat(fleet.usable("x", SHOP)).containsExactly("all", "mine");
        assertThat(fleet.usable("x", ELSE)).containsExactly("mine");
        fleet.curator.define(pool("mine", 1));
        fleet.after(200);
        assertThat(fleet.told.get("x").domains()).isEmpty();
    }

    @Test
    void aPoolThatWaitsForAnExitWaitsOnWhenItsDomainsChange() {
        fleet.exit("x", 0.9, 1);
        fleet.edgesKnow("edge-1");
        fleet.curator.define(pool("mine", 1, SHOP));
        fleet.curate();
        fleet.curator.define(pool("mine", 1, ELSE));
        fleet.after(200);
        assertThat(fleet.usable("mine")).isEmpty();
        assertThat(fleet.told.get("x").domains()).containsExactly(new Assignment.Exclusive(ELSE, "mine", 0, false));
        fleet.edgesKnow("edge-1").after(200);
        assertThat(fleet.usable("mine")).containsExactly("x");
    }

    @Test
    void ofTwoPoolsThatBecomeExclusiveForTheSameOneLosesWhatTheyShare() {
        fleet.exit("x", 0.9, 1).exit("y", 0.8, 1);
        shared("a", 1);
        shared("b", 1);
        assertThat(fleet.usable("x", SHOP)).containsExactly("a", "b");
        fleet.curator.define(pool("a", 1, SHOP));
        fleet.curator.define(pool("b", 1, DEEP));
        fleet.after(200);
        assertThat(fleet.usable("x", DEEP)).containsExactly("a");
        assertThat(fleet.changes).anySatisfy(change -> {
            assertThat(change.joined()).isFalse();
            assertThat(change.pool()).isEqualTo("b");
            assertThat(change.cause()).isEqualTo(Change.Cause.EXCLUSIVITY);
            assertThat(change.reason()).isEqualTo("it is exclusive to pool a for shop.example");
        });
        fleet.after(10_000);
        assertThat(fleet.usable("b")).containsExactly("y");
    }

    @Test
    void anExitIsKeptForSoManyDomainsAndNoMore() {
        fleet.exit("x", 0.9, 1);
        int pools = DomainClaims.MOST / PoolDefinition.MOST_DOMAINS;
        for (int i = 0; i <= pools; i++) {
            String pool = "p" + i;
            fleet.curator.define(pool(
                    pool,
                    1,
                    IntStream.range(0, PoolDefinition.MOST_DOMAINS)
                            .mapToObj(n -> "d" + n + "." + pool + ".example")
                            .toArray(String[]::new)));
            fleet.curate();
        }
        assertThat(fleet.told.get("x").domains()).hasSize(DomainClaims.MOST);
        assertThat(fleet.status("p" + pools).missing())
                .isEqualTo("0 of 1: no more exits; 1 is kept for 256 domains already");
    }

    @Test
    void withoutACheckpointWhatAFormerStartHadGivenIsNobodysUntilEveryEdgeKnows() {
        fleet.exit("x", 0.9, 1);
        shared("all", 1);
        fleet.curator.edge("edge-1", Stamp.NONE, fleet.nowMs);
        Fleet again = new Fleet();
        again.curator.edge("edge-1", new Stamp(0, 7), again.nowMs);
        assertThat(again.curator.former("x", new Stamp(0, 7), "", Map.of(SHOP, "mine")))
                .isTrue();
        again.exit("x", 0.9, 1);
        again.curator.define(pool("all", 1));
        again.curator.define(pool("mine", 1, SHOP));
        again.curate();
        assertThat(again.usable("x", SHOP)).isEmpty();
        assertThat(again.usable("x", ELSE)).containsExactly("all");
        assertThat(again.curator.former("x", new Stamp(0, 7), "", Map.of(SHOP, "mine")))
                .isFalse();
        again.edgesKnow("edge-1").after(200);
        again.after(10_000);
        again.edgesKnow("edge-1").after(200);
        assertThat(again.usable("x", SHOP)).containsExactly("mine");
    }

    @Test
    void whatWasWrittenBeforeThereWereDomainsIsRead() throws IOException {
        Candidate exit = new Candidate("x");
        exit.pools.add("all");
        exit.clearAfter = new Stamp(3, 4);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        exit.write(new DataOutputStream(bytes));
        byte[] whole = bytes.toByteArray();
        byte[] before = Arrays.copyOf(whole, whole.length - Integer.BYTES);
        Candidate read = Candidate.read("x", new DataInputStream(new ByteArrayInputStream(before)));
        assertThat(read.pools).containsExactly("all");
        assertThat(read.clearAfter).isEqualTo(new Stamp(3, 4));
        assertThat(read.domains.isEmpty()).isTrue();
    }

    @Test
    void definitionsThatContradictThemselvesAreSaid() {
        assertThat(pool("p", 1)
                        .exclusiveFor(List.of("*.shop.example", SHOP, DEEP, ELSE, ELSE), 0)
                        .validate())
                .map(Object::toString)
                .containsExactlyInAnyOrder(
                        "exclusiveDomains is '*.shop.example' but must be a domain name such as shop.example; leave out what is before its first label:"
                                + " a domain stands for all names under it",
                        "exclusiveDomains is 'news.example' twice but must be each domain once; leave repetitions out",
                        "exclusiveDomains is 'www.shop.example' but must be under none of the others; leave it out: 'shop.example' stands for it, too");
        List<String> many =
                IntStream.range(0, 65).mapToObj(i -> "d" + i + ".example").toList();
        assertThat(pool("p", 1).exclusiveFor(many, 0).validate())
                .map(Object::toString)
                .containsExactly(
                        "exclusiveDomains is 65 domains but must be at most 64; name a domain above several of them, or make several pools");
        PoolDefinition shared = new PoolDefinition(
                "p",
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                0,
                List.of(),
                1,
                1,
                1,
                0.6,
                900_000,
                0,
                "",
                false,
                0,
                List.of(SHOP),
                "",
                List.of());
        assertThat(shared.validate())
                .map(Object::toString)
                .containsExactly(
                        "exclusiveDomains is [shop.example] but must be empty in a pool that is not exclusive; make it exclusive or leave the domains out");
    }
}
