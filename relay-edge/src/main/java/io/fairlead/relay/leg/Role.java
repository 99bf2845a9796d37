package io.fairlead.relay.leg;

import java.util.Locale;

/** What a viewer's request is for its relay client. */
public enum Role {
    /** Its stream from the media server is the one that is sent. */
    MASTER,
    /** Its stream from the media server is received and not sent. */
    SPARE,
    /** It was admitted, and has no stream from the media server now. */
    SLAVE,
    /** Its room can't be merged: its stream is its own, and carries media all the time. */
    DIRECT;

    /** As heads name it. */
    public String field() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a head says; slave, if it says nothing that is known. */
    public static Role of(String field) {
        for (Role each : values()) {
            if (each.field().equals(field)) {
                return each;
            }
        }
        return SLAVE;
    }
}
