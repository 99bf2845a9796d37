package io.fairlead.relay.room;

import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.ts.TsMuxer;
import io.netty.buffer.ByteBufAllocator;

/**
 * Gives the tags of a room their form as a transport stream, while somebody asks for it. On the room's loop.
 *
 * <p>Who asks first finds what is in the ring made up for, from its first key frame or from where it was left; counters and clock go on, so that
 * whatever a viewer begins with joins without a break.
 */
final class TransportStream {

    private final ByteBufAllocator allocator;
    private final TsMuxer muxer;
    private final RoomCounters counters;
    private int wanted;

    /** Number of the tag that is made next. */
    private long next;

    TransportStream(ByteBufAllocator allocator, RoomCounters counters) {
        this.allocator = allocator;
        this.counters = counters;
        this.muxer = new TsMuxer(allocator);
    }

    /** One more asks for it. */
    void want(GopRing ring) {
        if (wanted++ == 0) {
            catchUp(ring);
        }
    }

    /** One less does. */
    void unwant() {
        wanted--;
    }

    /** A tag is about to be added to the ring. */
    void add(Tag tag, GopRing ring) {
        if (wanted > 0) {
            make(tag);
            next = ring.next() + 1;
        }
    }

    private void catchUp(GopRing ring) {
        if (next < ring.first()) {
            GopRing.Start start = ring.oldest();
            Headers known = start == null ? ring.headers() : start.headers();
            for (Tag header : known.changed(Headers.NONE, allocator)) {
                muxer.mux(header);
                header.release();
            }
            next = start == null ? ring.next() : start.index();
        }
        for (; next < ring.next(); next++) {
            make(ring.tag(next));
        }
    }

    private void make(Tag tag) {
        long before = muxer.unreadable();
        tag.also(muxer.mux(tag));
        counters.unreadable.add(muxer.unreadable() - before);
    }
}
