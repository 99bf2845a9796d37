package io.fairlead.proxy.upstream;

import io.fairlead.proxy.exit.TunnelException;
import io.netty.buffer.ByteBuf;

/**
 * What is said to a proxy until it has opened a tunnel, and how its answers are read. Knows no sockets; used once, by one thread.
 */
interface Handshake {

    /** The first words. */
    byte[] open();

    /** Reads what was said, and no more of it than belongs to the handshake; called again while it speaks and bytes are left. */
    Step read(ByteBuf said);

    /** What follows. */
    sealed interface Step {

        /** Its answer is not whole. */
        record More() implements Step {}

        /** This is to be said next. */
        @SuppressWarnings("ArrayRecordComponent")
        record Say(byte[] words) implements Step {}

        /** The tunnel is open: what follows are bytes of the target. */
        record Opened() implements Step {}

        /** There will be none. */
        record Refused(TunnelException why) implements Step {}
    }
}
