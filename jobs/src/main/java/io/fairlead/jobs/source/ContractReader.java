package io.fairlead.jobs.source;

import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.UnreadableRecordException.Reason;
import io.fairlead.schemas.wire.WireReader;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;

/**
 * Reads records of the contract. A writer's schema that is not known is looked for on the topic of schemas, at most every
 * five seconds. One a task.
 */
public final class ContractReader {

    private static final long SCHEMA_PAUSE_MS = 5_000;

    private final SchemaDirectory schemas = SchemaDirectory.builtIn();
    private final WireReader reader = new WireReader(schemas);
    private final String bootstrapServers;
    private final Properties clientProperties;
    private long lookedMs = -SCHEMA_PAUSE_MS;

    /**
     * @param bootstrapServers where writer schemas are looked up when an unknown one turns up
     * @param clientProperties laid over those of the consumer that does so
     */
    public ContractReader(String bootstrapServers, Properties clientProperties) {
        this.bootstrapServers = bootstrapServers;
        this.clientProperties = clientProperties;
    }

    /**
     * Reads one value.
     *
     * @param nowMs by the job's clock
     * @throws UnreadableRecordException saying what is wrong with it
     */
    public SpecificRecord read(byte[] value, long nowMs) throws UnreadableRecordException {
        try {
            return reader.read(value);
        } catch (UnreadableRecordException e) {
            if (e.reason() != Reason.UNKNOWN_SCHEMA || nowMs - lookedMs < SCHEMA_PAUSE_MS) {
                throw e;
            }
            lookedMs = nowMs;
            SchemaTopic.readInto(schemas, bootstrapServers, clientProperties);
            return reader.read(value);
        }
    }
}
