package io.fairlead.relay.server;

import io.fairlead.relay.room.RoomStory;

/**
 * What came for a room that several legs share: whichever of them tells next tells what none has told, so that sums over legs are right. On
 * the loop of the room.
 */
final class SharedReceipt {

    private int legs;
    private RoomStory.Moment told = RoomStory.Moment.START;

    /** A leg begins; what came while the room had none is told by nobody. */
    void enter(RoomStory.Moment now) {
        if (legs++ == 0) {
            told = now;
        }
    }

    void leave() {
        legs--;
    }

    /** What has come since any leg took it, and is the taker's to tell. */
    RoomStory.Moment take(RoomStory.Moment now) {
        RoomStory.Moment since = now.since(told);
        told = now;
        return since;
    }
}
