package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ContractReader;
import io.fairlead.jobs.source.DeadLetters;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecords;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigRejected;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Lets valid policies through. What is wrong with the others is told on the topic of refused config; what was valid before goes on. */
final class PolicyGate extends ProcessFunction<RawRecord, Ruling> {

    static final OutputTag<RawRecord> REFUSED = new OutputTag<>("refused policies", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;
    private transient Counter accepted;
    private transient Counter refused;

    PolicyGate(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        reader = new ContractReader(bootstrapServers, clientProperties);
        accepted = getRuntimeContext().getMetricGroup().addGroup("quality").counter("policiesAccepted");
        refused = getRuntimeContext().getMetricGroup().addGroup("quality").counter("policiesRefused");
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<Ruling> out) {
        long nowMs = context.timerService().currentProcessingTime();
        byte[] keyBytes = raw.key();
        String key = keyBytes == null ? "" : new String(keyBytes, StandardCharsets.UTF_8);
        byte[] value = raw.value();
        if (value == null) {
            accepted.inc();
            out.collect(new Ruling.PolicySet(key, raw.offset(), null));
            return;
        }
        try {
            SpecificRecord record = reader.read(value, nowMs);
            List<String> violations = PolicyRecords.violations(key, record);
            if (violations.isEmpty()) {
                accepted.inc();
                out.collect(new Ruling.PolicySet(key, raw.offset(), value));
            } else {
                refused.inc();
                context.output(REFUSED, refusal(raw, key, value, author(record), violations, nowMs));
            }
        } catch (UnreadableRecordException e) {
            refused.inc();
            context.output(REFUSED, DeadLetters.of(raw, String.valueOf(e.getMessage()), QualityJob.NAME, nowMs));
        }
    }

    private static String author(SpecificRecord record) {
        boolean told = record.getSchema().getField("authorship") != null;
        Authorship authorship = told ? PolicyRecords.authorship(record) : null;
        return authorship == null ? "" : authorship.getAuthor();
    }

    private static RawRecord refusal(
            RawRecord raw, String key, byte[] value, String author, List<String> violations, long nowMs) {
        ConfigRejected rejected = ConfigRejected.newBuilder()
                .setTopic(raw.topic())
                .setKey(key)
                .setPartition(raw.partition())
                .setOffset(raw.offset())
                .setRejectedBy(QualityJob.NAME)
                .setRejectedAtMs(nowMs)
                .setAuthor(author)
                .setViolations(violations)
                .setValue(ByteBuffer.wrap(value, 0, Math.min(value.length, DeadLetters.VALUE_BYTES_MAX)))
                .build();
        return new RawRecord(
                Topics.CONFIG_REJECTED.name(),
                0,
                0,
                nowMs,
                key.getBytes(StandardCharsets.UTF_8),
                WireEncoder.encode(rejected));
    }
}
