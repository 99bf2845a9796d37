package io.fairlead.proxy.attempt;

import io.fairlead.model.PoolType;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.schemas.pools.PoolTypes;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import java.util.concurrent.TimeUnit;

/**
 * One try through one exit. Holds its slot, and gives it back when it ends; what its record says of the exit is that of the moment it began.
 * Confined to the request's event loop.
 */
final class Attempt {

    private static final long NOT_TOLD = -1;

    final int number;
    final Slot slot;
    final String exitId;
    private final PoolType poolType;
    private final long asn;
    private final long scoreJobEpoch;
    private final long scoreCounter;
    private final long begunNanos;
    private long connectUs;
    private long sentNanos;
    private long firstByteUs;
    private long bytesUp;
    private long bytesDown;
    private int status;

    Attempt(int number, Slot slot, long nowNanos) {
        this.number = number;
        this.slot = slot;
        this.exitId = slot.exitId();
        this.poolType = slot.poolType();
        this.asn = slot.asn();
        this.scoreJobEpoch = slot.scoreJobEpoch();
        this.scoreCounter = slot.scoreCounter();
        this.begunNanos = nowNanos;
        this.sentNanos = nowNanos;
    }

    void connected(long nowNanos) {
        connectUs = Math.max(1, micros(nowNanos - begunNanos));
        sentNanos = nowNanos;
    }

    void reused(long nowNanos) {
        sentNanos = nowNanos;
    }

    void firstByte(long atNanos) {
        if (firstByteUs == 0) {
            firstByteUs = Math.max(1, micros(atNanos - sentNanos));
        }
    }

    void moved(long up, long down) {
        bytesUp = up;
        bytesDown = down;
    }

    void status(int seen) {
        status = seen;
    }

    long connectUs() {
        return connectUs;
    }

    long firstByteUs() {
        return firstByteUs;
    }

    long bytesUp() {
        return bytesUp;
    }

    long bytesDown() {
        return bytesDown;
    }

    ProxiedAttempt record(
            AttemptPhase phase,
            String requestId,
            RequestTerms terms,
            String targetClass,
            String toldHost,
            Outcome outcome,
            FaultLayer layer,
            long nowNanos) {
        ProxiedAttempt record = new ProxiedAttempt();
        record.setRequestId(requestId);
        record.setAttempt(number);
        record.setPhase(phase);
        record.setTenant(terms.tenant());
        record.setPool(terms.pool());
        record.setExitId(exitId);
        record.setPoolType(PoolTypes.write(poolType));
        record.setAsn(asn);
        record.setTargetClass(targetClass);
        record.setTargetHost(toldHost);
        record.setTargetPort(terms.target().port());
        record.setProtocol(terms.protocol());
        record.setRunningAtReservationRequests(slot.running());
        record.setCapacityAtReservationRequests(slot.capacity());
        record.setConnectUs(connectUs);
        record.setFirstByteUs(firstByteUs);
        record.setTotalUs(micros(nowNanos - begunNanos));
        record.setBytesUp(bytesUp);
        record.setBytesDown(bytesDown);
        record.setAgentBytesUp(NOT_TOLD);
        record.setAgentBytesDown(NOT_TOLD);
        record.setOutcome(outcome);
        record.setLayer(layer);
        record.setStatus(status);
        record.setScoreJobEpoch(scoreJobEpoch);
        record.setScoreCounter(scoreCounter);
        record.setExploration(slot.exploration());
        return record;
    }

    static long micros(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(Math.max(0, nanos));
    }
}
