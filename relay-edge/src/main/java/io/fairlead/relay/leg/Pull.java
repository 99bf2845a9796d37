package io.fairlead.relay.leg;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.room.SourceEnd;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request for a stream of a room to a media server. On the room's event loop. */
public interface Pull {

    /** Ends it from this side; the owner is told nothing any more. */
    void close();

    /** Who asked. */
    interface Owner {

        /** The media server sends. */
        void accepted(Pull pull);

        /** Takes over tags. */
        void take(Pull pull, List<Tag> tags, boolean announcesVideo);

        /**
         * Nothing comes any more; said once, also when it was never accepted, and never before the request was handed out.
         *
         * @param status what the media server answered; null if it did not
         */
        void over(Pull pull, SourceEnd reason, @Nullable HttpResponseStatus status, String sentence);
    }

    /** Asks a media server. */
    @FunctionalInterface
    interface Origin {

        /**
         * @param query what the viewer showed, for the media server to judge; empty if nothing
         * @param had key frame that was sent last, from which on everything is wanted; null: none
         */
        Pull ask(String room, String query, @Nullable KeyFrameMark had, Owner owner);
    }
}
