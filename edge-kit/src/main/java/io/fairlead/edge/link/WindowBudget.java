package io.fairlead.edge.link;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes by which the windows of all streams of a process may have grown beyond their start. Any thread. */
public final class WindowBudget {

    private final long limitBytes;
    private final AtomicLong takenBytes = new AtomicLong();

    public WindowBudget(long limitBytes) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("a window budget of " + limitBytes + " bytes; it must not be negative");
        }
        this.limitBytes = limitBytes;
    }

    /** Takes all of it, or nothing and says false. */
    boolean take(long bytes) {
        long taken = takenBytes.addAndGet(bytes);
        if (taken <= limitBytes) {
            return true;
        }
        takenBytes.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        takenBytes.addAndGet(-bytes);
    }

    public long takenBytes() {
        return takenBytes.get();
    }
}
