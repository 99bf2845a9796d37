package io.fairlead.relay.flv;

import io.netty.buffer.ByteBuf;

/** A tag as another container has it: made once, and shared as the tag is. Immutable but for its references. */
public interface OtherForm {

    /** Bytes on the wire, not to be changed and not retained; empty where the container has nothing for the tag. */
    ByteBuf wire();

    /** Whether one who has read nothing before can begin here. */
    boolean opens();

    /** Whether the container has a place for this kind of media. */
    boolean carried();

    /** Writes what one must be shown who goes on here and has missed what came before. */
    void writeGap(ByteBuf out);

    /** Gives the bytes back, with the tag. */
    void release();
}
