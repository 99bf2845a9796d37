package io.fairlead.edge.table;

import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;

/** A table of heartbeats that is fed by hand. */
public final class Heartbeats {

    private final Records records = new Records();
    private final DecisionTable<JobHeartbeat> table;

    public Heartbeats(InstantSource clock) {
        table = new DecisionTable<>(
                Topics.DECISIONS_HEARTBEATS,
                DecisionReader.jobHeartbeats(),
                TableStore.ofRecords(),
                SchemaDirectory.builtIn(),
                new SimpleMeterRegistry(),
                clock);
    }

    public DecisionTable<JobHeartbeat> table() {
        return table;
    }

    public void beat(String job, long epoch, long counter, long issuedAtMs) {
        table.followed().take(records.heartbeat(job, epoch, counter, issuedAtMs));
    }
}
