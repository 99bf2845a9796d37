package io.fairlead.relay.ts;

import io.netty.buffer.ByteBuf;

/** Makes tags of what the PES packets of one stream carry. */
interface ElementaryStream extends AutoCloseable {

    /**
     * Takes in the data of a PES packet, which stay the caller's.
     *
     * @param pts without wraps, 90 kHz; {@link Pes#NO_TIME}
     * @param dts the same
     */
    void take(ByteBuf data, long pts, long dts);

    /** Gives back what it holds. */
    @Override
    void close();
}
