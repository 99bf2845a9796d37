package io.fairlead.lab.rooms;

import io.fairlead.lab.control.ControlDoor;
import java.io.IOException;

/**
 * {@code GET /rooms}: how the room is; {@code PUT /clients/ID/leave-master} and {@code PUT /clients/ID/silence-upstream}: a promotion at a
 * relay client, answered with what its viewers saw.
 */
final class RoomsControl {

    private RoomsControl() {}

    /** @param port 0: any that is free */
    static ControlDoor start(LiveRooms rooms, int port) throws IOException {
        return new ControlDoor.Plan()
                .on("GET", "/rooms", asked -> rooms.picture())
                .on("PUT", "/clients/ID/leave-master", asked -> rooms.leaveMaster(asked.part(1)))
                .on("PUT", "/clients/ID/silence-upstream", asked -> rooms.silenceUpstream(asked.part(1)))
                .open("rooms-control", port);
    }
}
