package io.fairlead.jobs.resolvers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Ties resolvers to networks of clients, by beacons that the one asked for and the other fetched. A name counts for {@value #GOOD_MS} ms, once for each resolver, {@value #MOST_RESOLVERS} at most; of several
 * networks the first counts, for a page fetches a name once.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class BeaconJoin extends KeyedProcessFunction<String, BeaconEnd, ResolverSignal> {

    /** Name servers tell every 5 s. */
    static final long GOOD_MS = 120_000;

    /** A page may be behind several, which ask at once. */
    static final int MOST_RESOLVERS = 4;

    private static final long serialVersionUID = 1L;

    /** Name server that each resolver has asked; empty: it was tied. */
    private transient MapState<String, String> resolvers;

    private transient ValueState<String> clients;
    private transient ValueState<Long> endsAtMs;

    @Override
    public void open(OpenContext context) {
        resolvers = getRuntimeContext().getMapState(new MapStateDescriptor<>("resolvers", Types.STRING, Types.STRING));
        clients = getRuntimeContext().getState(new ValueStateDescriptor<>("clients", Types.STRING));
        endsAtMs = getRuntimeContext().getState(new ValueStateDescriptor<>("ends", Types.LONG));
    }

    @Override
    public void processElement(BeaconEnd end, Context context, Collector<ResolverSignal> out) throws Exception {
        if (endsAtMs.value() == null) {
            long atMs = context.timerService().currentProcessingTime() + GOOD_MS;
            endsAtMs.update(atMs);
            context.timerService().registerProcessingTimeTimer(atMs);
        }
        if (!end.asked()) {
            if (clients.value() == null) {
                clients.update(end.from());
            }
        } else if (!resolvers.contains(end.from()) && count() < MOST_RESOLVERS) {
            resolvers.put(end.from(), end.nameServer());
        }
        String network = clients.value();
        if (network == null) {
            return;
        }
        List<String> waiting = new ArrayList<>();
        for (Map.Entry<String, String> each : resolvers.entries()) {
            if (!each.getValue().isEmpty()) {
                waiting.add(each.getKey());
                out.collect(new ResolverSignal.Tied(each.getKey(), each.getValue(), end.atMs(), network));
            }
        }
        for (String resolver : waiting) {
            resolvers.put(resolver, "");
        }
    }

    private int count() throws Exception {
        int count = 0;
        for (String ignored : resolvers.keys()) {
            count++;
        }
        return count;
    }

    @Override
    public void onTimer(long atMs, OnTimerContext context, Collector<ResolverSignal> out) {
        resolvers.clear();
        clients.clear();
        endsAtMs.clear();
    }
}
