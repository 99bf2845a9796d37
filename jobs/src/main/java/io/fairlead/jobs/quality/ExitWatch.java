package io.fairlead.jobs.quality;

import io.fairlead.model.PoolType;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.survival.SessionWatch;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * What each exit does that says something of its like: how long its sessions last, how fast it is, and its benchmarks, with the
 * autonomous system that these don't name themselves. Sees no tries of users' requests, only the little that is told of links.
 */
final class ExitWatch extends KeyedProcessFunction<String, ExitSignal, Evidence> {

    /** Medians of an exit are told once in this time, ms of event time. */
    static final long MEDIANS_MS = 3_600_000;

    private static final long serialVersionUID = 1L;
    private static final long SILENCE_MS = QualityPolicy.defaults().exitSilenceMs();
    private static final double HALF_LIFE_MS = QualityPolicy.defaults().successHalfLifeMs();
    private static final Duration TIME_TO_LIVE =
            Duration.ofMillis(QualityPolicy.defaults().stateTtlMs());

    private transient ValueState<Watch> watches;

    /** State of one exit. */
    public static class Watch {
        public PoolType type = PoolType.UNKNOWN;
        public long asn;
        public SessionWatch session = new SessionWatch();
        public DecayedMedian benchmarks = new DecayedMedian();
        public DecayedMedian pings = new DecayedMedian();

        /** Hour of which medians were told last: event time / {@link #MEDIANS_MS}; 0: none yet. */
        public long toldHour;
    }

    @Override
    public void open(OpenContext context) {
        ValueStateDescriptor<Watch> descriptor = new ValueStateDescriptor<>("watch", TypeInformation.of(Watch.class));
        descriptor.enableTimeToLive(StateTtlConfig.newBuilder(TIME_TO_LIVE).build());
        watches = getRuntimeContext().getState(descriptor);
    }

    @Override
    public void processElement(ExitSignal signal, Context context, Collector<Evidence> out) throws Exception {
        Watch known = watches.value();
        Watch watch = known == null ? new Watch() : known;
        long atMs = signal.event().atMs();
        if (signal.event() instanceof ExitEvent.Heartbeat event) {
            know(watch, event.type(), event.asn());
            watch.pings.measured(atMs, event.pingMs());
            tell(watch.session.seen(link(signal, event.link()), atMs, SILENCE_MS), watch, signal.edge(), out);
        } else if (signal.event() instanceof ExitEvent.Connected event) {
            know(watch, event.type(), event.asn());
            tell(watch.session.seen(link(signal, event.link()), atMs, SILENCE_MS), watch, signal.edge(), out);
        } else if (signal.event() instanceof ExitEvent.Disconnected event) {
            tell(
                    watch.session.lost(link(signal, event.link()), atMs, event.unexpected(), SILENCE_MS),
                    watch,
                    signal.edge(),
                    out);
        } else if (signal.event() instanceof ExitEvent.Benchmarked event) {
            tell(event, signal, watch, out);
        }
        if (watch.toldHour == 0) {
            watch.toldHour = atMs / MEDIANS_MS;
        } else if (atMs / MEDIANS_MS > watch.toldHour) {
            watch.toldHour = atMs / MEDIANS_MS;
            out.collect(new Evidence.Medians(
                    atMs, watch.benchmarks.medianMs(atMs, HALF_LIFE_MS), watch.pings.medianMs(atMs, HALF_LIFE_MS)));
        }
        watches.update(watch);
    }

    private static void tell(ExitEvent.Benchmarked event, ExitSignal signal, Watch watch, Collector<Evidence> out) {
        if (event.verdict() == Verdict.CARRIED || event.verdict() == Verdict.BLOCKED) {
            watch.benchmarks.measured(event.atMs(), event.totalMs());
            out.collect(
                    new Evidence.Carried(signal.exitId(), watch.asn, event.target(), signal.edge(), event.atMs(), 1));
        } else if (event.verdict() == Verdict.AMBIGUOUS) {
            out.collect(new Evidence.Failed(signal, watch.asn));
        }
    }

    private static void tell(SessionWatch.@Nullable Span span, Watch watch, String edge, Collector<Evidence> out) {
        if (span != null) {
            out.collect(new Evidence.Watched(
                    watch.type, watch.asn, span.upSinceMs(), span.fromMs(), span.toMs(), span.ended(), edge));
        }
    }

    private static void know(Watch watch, PoolType type, long asn) {
        watch.type = type == PoolType.UNKNOWN ? watch.type : type;
        watch.asn = asn == 0 ? watch.asn : asn;
    }

    private static String link(ExitSignal signal, String link) {
        return signal.edge() + '/' + link;
    }
}
