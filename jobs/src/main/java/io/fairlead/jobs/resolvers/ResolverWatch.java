package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.model.popularity.TiedClients;
import io.fairlead.schemas.decisions.NameServerShare;
import io.fairlead.schemas.decisions.ResolverClients;
import io.fairlead.schemas.decisions.ResolverPopularity;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.co.KeyedBroadcastProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known of each resolver, and judges it some seconds after it has asked, and once an hour besides, since what is known fades. Tells what has
 * changed enough to matter.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class ResolverWatch extends KeyedBroadcastProcessFunction<String, ResolverSignal, Offer, RawRecord> {

    static final MapStateDescriptor<String, Offer> OFFERS =
            new MapStateDescriptor<>("offers", Types.STRING, Offer.TYPE);

    private static final String NEWEST = "newest";
    private static final long FADED_MS = 3_600_000;

    /** Shares are told anew when one has changed by about this. */
    private static final double SHARE_STEP = 0.05;

    /** … and round trips when one has by a fifth. */
    private static final double LOG_RTT_STEP = Math.log(1.2);

    /** … and clients when one weighs so much more or less. */
    private static final double WEIGHT_STEP = 2;

    private static final long serialVersionUID = 1L;

    private final long lookMs;

    private transient ValueState<WatchedResolver> resolvers;
    private transient @Nullable Offer offer;
    private transient MapPolicy policy;

    ResolverWatch(long lookMs) {
        this.lookMs = lookMs;
    }

    @Override
    public void open(OpenContext context) {
        resolvers = getRuntimeContext().getState(new ValueStateDescriptor<>("resolvers", WatchedResolver.TYPE));
        policy = MapPolicy.defaults();
    }

    @Override
    public void processBroadcastElement(Offer newest, Context context, Collector<RawRecord> out) throws Exception {
        context.getBroadcastState(OFFERS).put(NEWEST, newest);
        take(newest);
    }

    private void take(Offer newest) {
        offer = newest;
        policy = newest.policy();
    }

    @Override
    public void processElement(ResolverSignal signal, ReadOnlyContext context, Collector<RawRecord> out)
            throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        offer(context);
        WatchedResolver watched = resolvers.value();
        if (watched == null) {
            watched = new WatchedResolver();
        }
        if (signal instanceof ResolverSignal.Asked asked) {
            watched.resolver.asked(asked.nameServer(), asked.provenQuestions(), asked.atMs(), policy);
        } else if (signal instanceof ResolverSignal.Measured measured) {
            watched.resolver.measured(
                    measured.nameServer(), measured.rttMs(), measured.samples(), measured.atMs(), policy);
        } else if (signal instanceof ResolverSignal.Probed probed) {
            probed(watched.resolver, probed);
        } else if (signal instanceof ResolverSignal.Tied tied) {
            watched.clients.tied(tied.clients(), tied.atMs(), clientsHalfLifeMs());
        }
        resolvers.update(watched);
        context.timerService().registerProcessingTimeTimer((nowMs / lookMs + 1) * lookMs);
    }

    /** An agent stands where the name servers of its group do. */
    private void probed(Resolver resolver, ResolverSignal.Probed probed) {
        Offer now = offer;
        for (Map.Entry<String, String> each :
                now == null ? Map.<String, String>of().entrySet() : now.groups().entrySet()) {
            if (each.getValue().equals(probed.group())) {
                resolver.measured(each.getKey(), probed.rttMs(), probed.samples(), probed.atMs(), policy);
            }
        }
    }

    /** Who asks whom changes as slowly as ways do. */
    private double clientsHalfLifeMs() {
        return Resolver.RTT_HALF_LIVES * (double) policy.halfLifeMs();
    }

    private @Nullable Offer offer(ReadOnlyContext context) throws Exception {
        if (offer == null) {
            Offer kept = context.getBroadcastState(OFFERS).get(NEWEST);
            if (kept != null) {
                take(kept);
            }
        }
        return offer;
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<RawRecord> out) throws Exception {
        long nowMs = context.timerService().currentProcessingTime();
        Offer now = offer(context);
        WatchedResolver watched = resolvers.value();
        if (watched == null) {
            return;
        }
        List<TiedClients.Client> clients = watched.clients.clients(nowMs, clientsHalfLifeMs());
        if (watched.resolver.isForgotten(nowMs, policy) && clients.isEmpty()) {
            resolvers.clear();
            if (!watched.told.isEmpty()) {
                out.collect(Verdicts.record(context.getCurrentKey(), null));
            }
            return;
        }
        if (now != null) {
            judge(context.getCurrentKey(), watched, clients, now, nowMs, out);
        }
        context.timerService().registerProcessingTimeTimer((nowMs / FADED_MS + 1) * FADED_MS);
    }

    private void judge(
            String address,
            WatchedResolver watched,
            List<TiedClients.Client> clients,
            Offer now,
            long nowMs,
            Collector<RawRecord> out)
            throws Exception {
        Resolver resolver = watched.resolver;
        Resolver.Judgement judgement = resolver.judge(now.nameServers(), nowMs, policy);
        ResolverPopularity popularity = Verdicts.draft(address, judgement, now);
        StringBuilder digest =
                new StringBuilder().append(popularity.getVerdict()).append('/').append(popularity.getPreferred());
        for (NameServerShare share : popularity.getShares()) {
            resolver.roundTripMs(share.getNameServer(), nowMs, policy).ifPresent(rtt -> share.setRttMs(rtt.mean()));
            digest.append(' ')
                    .append(share.getNameServer())
                    .append(' ')
                    .append(Math.round(share.getShare().getMean() / SHARE_STEP))
                    .append(' ')
                    .append(Math.round(Math.log(Math.max(1, share.getRttMs())) / LOG_RTT_STEP));
        }
        popularity.setClients(Verdicts.clients(clients));
        popularity.setEvidenceAtMs(Math.max(popularity.getEvidenceAtMs(), watched.clients.newestMs()));
        for (ResolverClients each : popularity.getClients()) {
            digest.append(' ').append(each.getPrefix()).append(' ').append(Math.round(each.getWeight() / WEIGHT_STEP));
        }
        if (!watched.told.contentEquals(digest)) {
            watched.told = digest.toString();
            out.collect(Verdicts.record(address, popularity));
        }
        resolvers.update(watched);
    }
}
