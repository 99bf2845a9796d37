package io.fairlead.relay.room;

import org.jspecify.annotations.Nullable;

/** What one viewer gets, as far as the edge can see. On the viewer's loop, but for {@link #bytes}. */
public interface Experience {

    /** When it came, ns of its clock. */
    long joinedNs();

    /** From its entry to the first write, ns; −1 before. */
    long firstByteNs();

    /** From its entry to the write that held its first key frame, ns; −1 before. */
    long firstKeyNs();

    /** Bytes of media written; any thread. */
    long bytes();

    /** What its network did to it so far. */
    ViewerStrain strain();

    /** Farthest that it was behind since this was asked last, ms. */
    long takeLagMaxMs();

    /** Why it is gone; null while it is there. */
    @Nullable
    ViewerEnd ended();

    /** Has somebody told when it goes; set before it joins. */
    void whenEnded(Runnable told);
}
