package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.exit.ExitRating;
import io.fairlead.model.exit.ExitState;
import io.fairlead.model.exit.Presence;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.IOException;
import java.util.function.BiPredicate;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ReadOnlyBroadcastState;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Rates exits, and tells when a rating is worth it.
 *
 * <p>An event that may change much is looked at within {@value #URGENT_MS} ms, any other within {@value #LOOK_MS} ms; both as the
 * exit's next event comes, so that the loop is short, or by its timer. How often a decision is told is the policy's matter. There is one timer an exit, in event time: for failures
 * that wait for a verdict, for silence and for the end of its state.
 */
final class ExitScorer extends KeyedBroadcastProcessFunction<String, ExitSignal, Ruling, Finding> {

    /** Shortest time between two looks at one exit, ms of event time. */
    static final long URGENT_MS = 50;

    /** The same, when nothing urgent was heard. */
    static final long LOOK_MS = 200;

    /** When what a network carries moves by this, its exits are rated at once. */
    private static final double AT_ONCE_SHARE = 0.25;

    private static final long serialVersionUID = 1L;
    private static final ValueStateDescriptor<TrackedExit> EXIT =
            new ValueStateDescriptor<>("exit", TypeInformation.of(TrackedExit.class));

    private transient ValueState<TrackedExit> exits;
    private transient @Nullable Rulebook rulebook;
    private transient Counter duplicates;
    private transient Counter tooLate;
    private transient Counter decisions;
    private transient Counter ended;
    private transient long keys;

    @Override
    public void open(OpenContext context) {
        exits = getRuntimeContext().getState(EXIT);
        keys = -1;
        MetricGroup metrics = getRuntimeContext().getMetricGroup().addGroup("quality");
        duplicates = metrics.counter("duplicates");
        tooLate = metrics.counter("tooLate");
        decisions = metrics.counter("decisions");
        ended = metrics.counter("exitsEnded");
    }

    @Override
    public void processElement(ExitSignal signal, ReadOnlyContext context, Collector<Finding> out) throws Exception {
        Rulebook book = book(context.getBroadcastState(Rulebook.STATE));
        TrackedExit known = exits.value();
        TrackedExit exit = known == null ? new TrackedExit() : known.isOutOfTime() ? known.anew() : known;
        if (known == null && keys >= 0) {
            keys++;
        }
        if (!exit.isNew(signal)) {
            duplicates.inc();
            return;
        }
        long atMs = signal.event().atMs();
        PoolType type = exit.state.type;
        String exitId = context.getCurrentKey();
        QualityPolicy policy = book.quality(exitId, type, "", atMs);
        if (atMs < exit.state.newestMs - policy.maxLatenessMs()) {
            tooLate.inc(); // what the state leaves out
        }
        boolean urgent = exit.state.apply(signal.event(), policy, book.capacity(exitId, type, atMs));
        exit.stale = true;
        if (signal.observedAtMs() >= exit.newestObservedMs) {
            exit.newestObservedMs = signal.observedAtMs();
            exit.newestEdge = signal.edge();
        }
        TimerService timers = context.timerService();
        long nowMs = Math.max(exit.state.newestMs, timers.currentWatermark());
        if (nowMs - exit.lookedAtMs >= (urgent ? URGENT_MS : LOOK_MS)) {
            look(exitId, exit, book, nowMs, timers.currentProcessingTime(), out);
        }
        setTimer(exit, policy, timers);
        exits.update(exit);
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<Finding> out) throws Exception {
        TrackedExit exit = exits.value();
        if (exit == null) {
            return;
        }
        exit.timerMs = 0;
        Rulebook book = book(context.getBroadcastState(Rulebook.STATE));
        TimerService timers = context.timerService();
        if (exit.isOutOfTime()) {
            beginAnew(exit, book.quality(context.getCurrentKey(), exit.state.type, "", atMs), timers);
            return;
        }
        // A timer that an idle source held back fires late: rate for when it was due, not for when it could.
        QualityPolicy policy = book.quality(context.getCurrentKey(), exit.state.type, "", atMs);
        if (atMs - exit.state.newestMs >= policy.stateTtlMs()) {
            end(context.getCurrentKey(), exit, out);
            return;
        }
        look(
                context.getCurrentKey(),
                exit,
                book,
                Math.max(atMs, exit.state.newestMs),
                timers.currentProcessingTime(),
                out);
        setTimer(exit, policy, timers);
        exits.update(exit);
    }

    @Override
    public void processBroadcastElement(Ruling ruling, Context context, Collector<Finding> out) throws Exception {
        Rulebook book = book(context.getBroadcastState(Rulebook.STATE));
        if (ruling instanceof Ruling.Tick tick) {
            out.collect(pulse(tick, book, context));
            return;
        }
        BiPredicate<String, ExitState> concerned = concerned(ruling, book);
        book.take(ruling, context.getBroadcastState(Rulebook.STATE));
        if (concerned != null) {
            long watermarkMs = context.currentWatermark();
            long nowMs = context.currentProcessingTime();
            context.applyToKeyedState(EXIT, (exitId, state) -> {
                TrackedExit exit = state.value();
                if (!exit.isOutOfTime() && !exit.isUnheard() && concerned.test(exitId, exit.state)) {
                    look(exitId, exit, book, Math.max(exit.state.newestMs, watermarkMs), nowMs, out);
                    state.update(exit);
                }
            });
        }
    }

    /** Which exits a ruling may change by so much that they are rated at once; null: none, it counts when they are looked at next. */
    private static @Nullable BiPredicate<String, ExitState> concerned(Ruling ruling, Rulebook before) {
        if (ruling instanceof Ruling.Canary canary) {
            return before.changes(canary) ? (exitId, exit) -> before.inArm(canary, exitId) : null;
        }
        if (ruling instanceof Ruling.PolicySet set && CanaryRecords.isKey(set.key()) && set.value() != null) {
            return null; // it decides nobody yet
        }
        if (ruling instanceof Ruling.PolicySet || ruling instanceof Ruling.FleetDay) {
            return (exitId, exit) -> true;
        }
        if (ruling instanceof Ruling.EdgeSilent silent) {
            return (exitId, exit) -> exit.edgeSilent(silent.edge(), silent.epochMs());
        }
        if (ruling instanceof Ruling.NetworkSuccess network) {
            boolean much = Math.abs(network.share() - before.networkSuccess(network.asn())) >= AT_ONCE_SHARE;
            return much ? (exitId, exit) -> exit.asn == network.asn() : null;
        }
        return null;
    }

    private Finding pulse(Ruling.Tick tick, Rulebook book, Context context) throws Exception {
        if (keys < 0) {
            long[] count = {0};
            context.applyToKeyedState(EXIT, (exitId, state) -> count[0]++);
            keys = count[0];
        }
        return new Finding.Pulse(
                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                tick.number(),
                context.currentWatermark(),
                book.newestVersion(),
                keys);
    }

    /** Settles what has waited, rates, and tells if that is worth it. */
    private void look(
            String exitId, TrackedExit exit, Rulebook book, long nowMs, long issuedAtMs, Collector<Finding> out) {
        PoolType type = exit.state.type;
        QualityPolicy policy = book.quality(exitId, type, "", nowMs);
        long policyVersion = book.policyVersion(exitId, type, nowMs);
        exit.state.settle(nowMs, policy, book);
        ExitRating rating = ExitRating.of(
                exit.state,
                nowMs,
                targetClass -> book.quality(exitId, type, targetClass, nowMs),
                book::classWeight,
                book);
        String trigger = exit.told.worth(rating, policyVersion, nowMs, policy);
        if (!trigger.isEmpty()) {
            decisions.inc();
            out.collect(new Finding.Scored(
                    WireEncoder.encode(ExitScores.draft(exitId, exit, rating, trigger, book, nowMs, issuedAtMs))));
            exit.told.remember(rating, policyVersion, nowMs);
        }
        exit.lookedAtMs = nowMs;
        // What came too soon after the last decision is looked at again, though nothing more may be heard of the exit.
        exit.stale = trigger.isEmpty() && nowMs - exit.told.atMs < policy.tellIntervalMs();
        exit.newestEdge = "";
        exit.newestObservedMs = 0;
    }

    /** What was kept of it is of no use; it is decided again when it is heard, and forgotten if it never is. */
    private void beginAnew(TrackedExit exit, QualityPolicy policy, TimerService timers) throws IOException {
        TrackedExit anew = exit.anew();
        anew.timerMs = timers.currentWatermark() + policy.stateTtlMs();
        timers.registerEventTimeTimer(anew.timerMs);
        exits.update(anew);
    }

    private void end(String exitId, TrackedExit exit, Collector<Finding> out) {
        ended.inc();
        if (exit.told.atMs > 0 || exit.isUnheard()) {
            out.collect(new Finding.Ended(exitId));
        }
        exits.clear();
        if (keys > 0) {
            keys--;
        }
    }

    /** Sets the timer to what comes next. One that is due sooner stays: it will look, and set the next. */
    private static void setTimer(TrackedExit exit, QualityPolicy policy, TimerService timers) {
        long nextMs = exit.state.newestMs + policy.stateTtlMs();
        if (exit.told.presence == Presence.ONLINE) {
            nextMs = Math.min(nextMs, exit.state.seenMs() + policy.exitSilenceMs());
        }
        if (exit.stale) {
            nextMs = Math.min(nextMs, exit.lookedAtMs + LOOK_MS);
        }
        nextMs = Math.min(nextMs, exit.state.nextSettlementMs(policy));
        nextMs = Math.max(nextMs, timers.currentWatermark() + 1);
        if (exit.timerMs == 0 || nextMs < exit.timerMs) {
            if (exit.timerMs != 0) {
                timers.deleteEventTimeTimer(exit.timerMs);
            }
            timers.registerEventTimeTimer(nextMs);
            exit.timerMs = nextMs;
        }
    }

    private Rulebook book(ReadOnlyBroadcastState<String, Ruling> state) throws Exception {
        Rulebook known = rulebook;
        if (known == null) {
            known = Rulebook.restored(state);
            rulebook = known;
        }
        return known;
    }
}
