package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Reads one stream of media that arrives in pieces of any size, on one thread, and makes tags of it. */
public interface MediaReader extends AutoCloseable {

    /**
     * Reads on; the buffer stays the caller's, and is read to its end unless something is wrong.
     *
     * @return what was wrong, from then on at every call; null if nothing is
     */
    @Nullable
    Malformed read(ByteBuf bytes);

    /** Whether the stream says that there will be video; false before it says anything. */
    boolean announcesVideo();

    /** Bytes read so far. */
    long offset();

    /** Bytes that are held of what is not whole, as far as memory is taken for them. */
    int heldBytes();

    /** The stream has come to its end: hands over what only waited for what follows. */
    void end();

    /** Gives back what is not whole; what is read from then on is ignored. */
    @Override
    void close();
}
