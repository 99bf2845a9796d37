package io.fairlead.model.exit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.PoolType;
import io.fairlead.model.policy.CapacityPolicy;
import io.fairlead.model.policy.QualityPolicy;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is told of an exit, in whatever order, what comes out is within its bounds. */
class ExitStateProperties {

    private static final QualityPolicy QUALITY = QualityPolicy.defaults();
    private static final CapacityPolicy CAPACITY = CapacityPolicy.defaults();
    private static final long START = 1_700_000_000_000L;

    @Property(tries = 300)
    void ratingsStayWithinTheirBounds(@ForAll("stories") List<ExitEvent> story) {
        ExitState exit = new ExitState();
        for (ExitEvent event : story) {
            exit.apply(event, QUALITY, CAPACITY);
            exit.settle(exit.newestMs, QUALITY, TargetFaults.NONE);
            ExitRating rating = rating(exit);
            assertThat(rating.quality()).isBetween(0.0, 100.0);
            assertThat(rating.success()).isBetween(0.0, 1.0);
            assertThat(rating.disconnect()).isBetween(0.0, 1.0);
            assertThat(rating.capacityRequests()).isBetween(0, 1_000_000);
            assertThat(rating.availableRequests()).isBetween(0, rating.capacityRequests());
            rating.classes().forEach(each -> {
                assertThat(each.quality()).isBetween(0.0, 100.0);
                assertThat(each.share()).isBetween(0.0, 1.0 + 1e-9);
                assertThat(each.blockRate()).isBetween(0.0, 1.0);
            });
            assertThat(exit.links).hasSizeLessThanOrEqualTo(ExitState.MAX_LINKS);
            assertThat(exit.pending).hasSizeLessThanOrEqualTo(ExitState.MAX_PENDING);
        }
    }

    @Property(tries = 100)
    void theSameStoryGivesTheSameRating(@ForAll("stories") List<ExitEvent> story) {
        ExitState one = new ExitState();
        ExitState other = new ExitState();
        story.forEach(event -> one.apply(event, QUALITY, CAPACITY));
        story.forEach(event -> other.apply(event, QUALITY, CAPACITY));
        assertThat(rating(other)).isEqualTo(rating(one));
    }

    @Property(tries = 200)
    void aFailureNeverMakesAnExitBetter(@ForAll("stories") List<ExitEvent> story) {
        ExitState exit = new ExitState();
        story.forEach(event -> exit.apply(event, QUALITY, CAPACITY));
        double before = rating(exit).success();
        exit.apply(new ExitEvent.Attempted(exit.newestMs, "shop", 1, Verdict.AT_FAULT, 0, 1), QUALITY, CAPACITY);
        assertThat(rating(exit).success()).isLessThanOrEqualTo(before + 1e-9);
    }

    private static ExitRating rating(ExitState exit) {
        return ExitRating.of(exit, exit.newestMs, name -> QUALITY, name -> 1, 0.9);
    }

    @Provide
    Arbitrary<List<ExitEvent>> stories() {
        Arbitrary<Long> at = Arbitraries.longs().between(START, START + 3_600_000);
        Arbitrary<String> edges = Arbitraries.of("edge-1", "edge-2");
        Arbitrary<Long> epochs = Arbitraries.longs().between(1, 3);
        Arbitrary<String> links = Arbitraries.of("a", "b", "c");
        Arbitrary<Integer> requests = Arbitraries.integers().between(0, 200);
        Arbitrary<Double> times = Arbitraries.doubles().between(0, 60_000);
        Arbitrary<String> classes = Arbitraries.strings().alpha().ofLength(1);
        Arbitrary<Verdict> verdicts = Arbitraries.of(Verdict.class);
        Arbitrary<ExitEvent> connected = Combinators.combine(at, edges, epochs, links, requests)
                .as((when, edge, epoch, link, capacity) ->
                        new ExitEvent.Connected(when, edge, epoch, link, PoolType.MOBILE, 1, capacity));
        Arbitrary<ExitEvent> gone = Combinators.combine(at, edges, epochs, links, Arbitraries.of(true, false))
                .as(ExitEvent.Disconnected::new);
        Arbitrary<ExitEvent> beats = Combinators.combine(at, edges, epochs, links, times, requests, requests)
                .as((when, edge, epoch, link, ping, running, accepted) -> new ExitEvent.Heartbeat(
                        when, edge, epoch, link, PoolType.MOBILE, 1, ping, running, accepted, ""));
        Arbitrary<ExitEvent> benchmarks = Combinators.combine(at, classes, verdicts, times)
                .as((when, name, verdict, time) ->
                        new ExitEvent.Benchmarked(when, name, name.hashCode(), verdict, time / 2, time));
        Arbitrary<ExitEvent> attempts = Combinators.combine(at, classes, verdicts, times, requests)
                .as((when, name, verdict, time, running) ->
                        new ExitEvent.Attempted(when, name, name.hashCode(), verdict, time, running));
        return Arbitraries.oneOf(connected, gone, beats, benchmarks, attempts)
                .list()
                .ofMaxSize(80);
    }
}
