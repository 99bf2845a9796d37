package io.fairlead.relay.leg;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Room;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** A viewer's stream on the long link, as its leg sees it. Called on the loop of the leg's room. */
public interface Seat {

    /** It may watch; nothing is sent before {@link #carry}. */
    void admitted(Role role, String leg);

    /** It may not. Nothing follows. */
    void refused(HttpResponseStatus status, String sentence);

    /**
     * From now on this stream carries the media of its leg.
     *
     * @param after where the stream stands that carried until now; −1 if there is none
     */
    void carry(Room room, long after);

    /** The key frame that its relay client had last of the room, from which on it wants everything; null: it has had nothing. */
    @Nullable
    KeyFrameMark had();

    /** Number of the room's tag that is to be sent next if this stream carries; −1 if nothing was sent. Any thread. */
    long carriedTo();

    /** Bytes of media that it has carried; any thread. */
    long carriedBytes();

    /** The way of the link that it is on; any thread. */
    LinkPath path();

    /** The leg is over. */
    void over();
}
