package io.fairlead.jobs.source;

import io.fairlead.schemas.wire.UnreadableRecordException;
import java.io.Serializable;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Reads records of the contract one by one, and passes on what a job takes from each. What can't be read, or is refused by
 * an {@link IllegalArgumentException}, goes to {@link #DEAD}. A record without a value is left to FactsJob, which knows
 * where one must not be.
 *
 * @param <T> what the job works with
 */
@SuppressWarnings("NullAway.Init") // Flink calls open before anything else
public final class RecordReader<T> extends ProcessFunction<RawRecord, T> {

    /** Dead letters, ready for their topic. */
    public static final OutputTag<RawRecord> DEAD = new OutputTag<>("dead letters of a reader", RawRecords.TYPE);

    private static final long serialVersionUID = 1L;

    /** What is taken from a record. */
    @FunctionalInterface
    public interface Taking<T> extends Serializable {

        /**
         * Passes on what the job wants of it: nothing, if it is of another kind.
         *
         * @param raw where the record stood
         * @throws IllegalArgumentException with a sentence, if it can't be what it says
         */
        void take(SpecificRecord record, RawRecord raw, Collector<T> out);
    }

    private final String job;
    private final Taking<T> taking;
    private final String bootstrapServers;
    private final Properties clientProperties;

    private transient ContractReader reader;

    /**
     * @param job name of the job, for its dead letters
     * @param bootstrapServers where writer schemas are looked up when an unknown one turns up
     * @param clientProperties laid over those of the consumer that does so
     */
    public RecordReader(String job, Taking<T> taking, String bootstrapServers, Properties clientProperties) {
        this.job = job;
        this.taking = taking;
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    @Override
    public void open(OpenContext context) {
        reader = new ContractReader(bootstrapServers, clientProperties);
    }

    @Override
    public void processElement(RawRecord raw, Context context, Collector<T> out) {
        byte[] value = raw.value();
        if (value == null) {
            return;
        }
        long nowMs = context.timerService().currentProcessingTime();
        try {
            taking.take(reader.read(value, nowMs), raw, out);
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            context.output(DEAD, DeadLetters.of(raw, String.valueOf(e.getMessage()), job, nowMs));
        }
    }
}
