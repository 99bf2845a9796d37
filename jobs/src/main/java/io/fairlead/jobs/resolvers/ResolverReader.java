package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.BeaconFetched;
import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.telemetry.RttSource;
import io.fairlead.schemas.wire.UnreadableRecordException;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Reads what name servers and agents tell of resolvers, and both ends of beacons. What viewers' connections tell is the map's. */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
final class ResolverReader extends ProcessFunction<RawRecord, ResolverSignal> {

    static final OutputTag<RawRecord> DEAD = new OutputTag<>("unreadable tallies", RawRecords.TYPE);

    /** Ends of beacons, which are joined by their names. */
    static final OutputTag<BeaconEnd> BEACONS = new OutputTag<>("ends of beacons", BeaconEnd.TYPE);

    private static final long serialVersionUID = 1L;
    private static final double US_PER_MS = 1_000;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;

    ResolverReader(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        reader = new ContractReader(bootstrapServers, clientProperties);
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<ResolverSignal> out) {
        long nowMs = context.timerService().currentProcessingTime();
        byte[] value = raw.value();
        if (value == null) {
            return;
        }
        try {
            SpecificRecord record = reader.read(value, nowMs);
            if (record instanceof ResolverTally tally) {
                asked(tally, raw, out);
            } else if (record instanceof ResolverRtt rtt) {
                measured(rtt, raw, out);
            } else if (record instanceof BeaconAsked || record instanceof BeaconFetched) {
                context.output(BEACONS, BeaconEnd.of(record, raw));
            }
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            context.output(DEAD, DeadLetters.of(raw, String.valueOf(e.getMessage()), ResolverJob.NAME, nowMs));
        }
    }

    private static void asked(ResolverTally tally, RawRecord raw, Collector<ResolverSignal> out) {
        AddressPrefix.address(tally.getResolver());
        if (tally.getProvenQuestions() > 0) {
            out.collect(new ResolverSignal.Asked(
                    tally.getResolver(),
                    tally.getHeader().getEdgeId(),
                    Math.min(tally.getHeader().getObservedAtMs(), raw.brokerTimeMs()),
                    tally.getProvenQuestions()));
        }
    }

    private static void measured(ResolverRtt rtt, RawRecord raw, Collector<ResolverSignal> out) {
        String prefix = rtt.getPrefix();
        boolean whole = (prefix.endsWith("/32") && prefix.indexOf(':') < 0) || prefix.endsWith("/128");
        if (rtt.getSource() == RttSource.CLIENT || rtt.getSamples() < 1 || !whole) {
            return;
        }
        String resolver = prefix.substring(0, prefix.indexOf('/'));
        AddressPrefix.address(resolver);
        String edge = rtt.getHeader().getEdgeId();
        long atMs = Math.min(rtt.getHeader().getObservedAtMs(), raw.brokerTimeMs());
        double ms = rtt.getMedianUs() / US_PER_MS;
        out.collect(
                rtt.getSource() == RttSource.PROBE
                        ? new ResolverSignal.Probed(resolver, edge, atMs, rtt.getGroupId(), ms, rtt.getSamples())
                        : new ResolverSignal.Measured(resolver, edge, atMs, ms, rtt.getSamples()));
    }
}
