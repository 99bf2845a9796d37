package io.fairlead.proxy.pick;

import io.fairlead.schemas.telemetry.PoolType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** A slot that is taken. */
final class Taken implements Slot {

    private static final VarHandle RELEASED;

    static {
        try {
            RELEASED = MethodHandles.lookup().findVarHandle(Taken.class, "released", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final KnownExit exit;
    private final Terms terms;
    private final @Nullable Score score;
    private final int running;
    private final int capacity;
    private final int candidates;
    private final PickPolicy policy;
    private final boolean exploration;

    @SuppressWarnings("UnusedVariable") // through RELEASED
    private volatile boolean released;

    Taken(
            KnownExit exit,
            Terms terms,
            @Nullable Score score,
            int running,
            int capacity,
            boolean exploration,
            int candidates,
            PickPolicy policy) {
        this.exit = exit;
        this.terms = terms;
        this.score = score;
        this.running = running;
        this.capacity = capacity;
        this.exploration = exploration;
        this.candidates = candidates;
        this.policy = policy;
    }

    void usedAt(long nanos) {
        exit.lastUsedNanos = nanos;
    }

    @Override
    public String exitId() {
        return exit.id;
    }

    @Override
    public PoolType poolType() {
        return terms.poolType();
    }

    @Override
    public long asn() {
        return terms.location().asn();
    }

    @Override
    public int running() {
        return running;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public long scoreJobEpoch() {
        return score == null ? 0 : score.jobEpoch;
    }

    @Override
    public long scoreCounter() {
        return score == null ? 0 : score.counter;
    }

    @Override
    public boolean local() {
        return score == null;
    }

    @Override
    public boolean exploration() {
        return exploration;
    }

    @Override
    public int candidates() {
        return candidates;
    }

    @Override
    public String policy() {
        return policy.word();
    }

    @Override
    public void release() {
        if (RELEASED.compareAndSet(this, false, true)) {
            exit.giveBack();
        }
    }
}
