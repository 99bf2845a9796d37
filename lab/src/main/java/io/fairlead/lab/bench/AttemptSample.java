package io.fairlead.lab.bench;

import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.ClientProtocol;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.PoolType;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import java.util.random.RandomGenerator;

/**
 * Attempts as a supernode would tell them: of many exits, to some hundred hosts, one in ten fails, numbered without gaps by
 * partition.
 */
public final class AttemptSample {

    static final int EXITS = 2_000;
    private static final int HOSTS = 300;
    private static final int ATTEMPTS_A_MS = 50;
    private static final String[] POOLS = {"residential", "mobile", "isp", "datacenter"};
    private static final String[] CLASSES = {"shop", "search", "social", "default"};

    private final RandomGenerator random;
    private final int exits;
    private final int partitions;
    private final long[] sequences;
    private final long epochMs;
    private long written;

    AttemptSample(RandomGenerator random, int partitions, long nowMs) {
        this(random, EXITS, partitions, nowMs);
    }

    /**
     * @param exits that attempts go through, evenly; their ids are {@code exit-0} and on
     * @param partitions of the topic, each with a sequence of its own
     * @param nowMs when the edge began and the first attempt was, ms since the Unix epoch
     */
    public AttemptSample(RandomGenerator random, int exits, int partitions, long nowMs) {
        this.random = random;
        this.exits = exits;
        this.partitions = partitions;
        this.sequences = new long[partitions];
        this.epochMs = nowMs;
    }

    /** The next one, some tens of µs after the one before. */
    public ProxiedAttempt next() {
        int partition = (int) (written % partitions);
        long observedAtMs = epochMs + written / ATTEMPTS_A_MS;
        boolean failed = random.nextInt(10) == 0;
        int exit = random.nextInt(exits);
        int connectUs = 20_000 + random.nextInt(150_000);
        int firstByteUs = 10_000 + random.nextInt(300_000);
        ProxiedAttempt attempt = ProxiedAttempt.newBuilder()
                .setHeader(new TelemetryHeader("edge-1", epochMs, partition, sequences[partition]++, observedAtMs))
                .setRequestId(Long.toHexString(random.nextLong()) + Long.toHexString(written))
                .setAttempt(1)
                .setPhase(AttemptPhase.COMPLETED)
                .setTenant("tenant-" + random.nextInt(40))
                .setPool(POOLS[exit % POOLS.length])
                .setExitId("exit-" + exit)
                .setPoolType(PoolType.RESIDENTIAL)
                .setAsn(3_000 + exit % 200)
                .setTargetClass(CLASSES[random.nextInt(CLASSES.length)])
                .setTargetHost("www" + random.nextInt(HOSTS) + ".example.com")
                .setTargetPort(443)
                .setProtocol(ClientProtocol.HTTP_CONNECT)
                .setRunningAtReservationRequests(1 + random.nextInt(8))
                .setCapacityAtReservationRequests(8)
                .setConnectUs(connectUs)
                .setFirstByteUs(failed ? 0 : firstByteUs)
                .setTotalUs(connectUs + firstByteUs + random.nextInt(500_000))
                .setBytesUp(400 + random.nextInt(2_000))
                .setBytesDown(failed ? 0 : random.nextInt(400_000))
                .setOutcome(failed ? Outcome.CONNECTION_TIMEOUT : Outcome.OK)
                .setLayer(failed ? FaultLayer.EXIT : FaultLayer.NONE)
                .setStatus(failed ? 0 : 200)
                .setScoreJobEpoch(epochMs)
                .setScoreCounter(written / 100)
                .build();
        written++;
        return attempt;
    }
}
