package io.fairlead.edge.table;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.wire.WireEncoder;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Records as they stand on topics, with rising offsets. */
final class Records {

    private long offset;

    RawRecord heartbeat(String job, long epoch, long counter, long issuedAtMs) {
        return of(
                job,
                JobHeartbeat.newBuilder()
                        .setJob(job)
                        .setJobEpoch(epoch)
                        .setCounter(counter)
                        .setIssuedAtMs(issuedAtMs)
                        .setWatermarkMs(0)
                        .setPolicyVersion(-1)
                        .setDecisions(0)
                        .setKeys(-1)
                        .build());
    }

    RawRecord tenant(String id, boolean enabled, String... pools) {
        return of(
                id,
                Tenant.newBuilder()
                        .setTenantId(id)
                        .setAuthorship(new Authorship("ada", "a test", 1L, 1L))
                        .setEnabled(enabled)
                        .setSecretHashes(List.of())
                        .setPools(List.of(pools))
                        .build());
    }

    RawRecord of(String key, SpecificRecord record) {
        return raw(key, WireEncoder.encode(record));
    }

    RawRecord deleted(String key) {
        return raw(key, null);
    }

    RawRecord raw(String key, byte[] value) {
        return new RawRecord(key, value, 0, offset++, 1);
    }
}
