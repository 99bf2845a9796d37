package io.fairlead.edge.publish;

import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MpscArrayQueue;
import org.jspecify.annotations.Nullable;

/** What was told and not yet encoded. Any thread offers, without locks and without waiting; the writer alone takes. Bounded by records and bytes. */
final class OfferQueue {

    private final MpscArrayQueue<Offered> queue;
    private final AtomicLong bytes = new AtomicLong();
    private final long bytesMax;

    OfferQueue(int recordsMax, long bytesMax) {
        this.queue = new MpscArrayQueue<>(Math.max(2, recordsMax));
        this.bytesMax = bytesMax;
    }

    /** False, and nothing happens, when one of the bounds is reached. */
    boolean offer(Offered offered) {
        if (bytes.addAndGet(offered.weightBytes()) > bytesMax || !queue.offer(offered)) {
            bytes.addAndGet(-offered.weightBytes());
            return false;
        }
        return true;
    }

    @Nullable
    Offered poll() {
        Offered offered = queue.poll();
        if (offered != null) {
            bytes.addAndGet(-offered.weightBytes());
        }
        return offered;
    }

    int records() {
        return queue.size();
    }

    long bytes() {
        return bytes.get();
    }
}
