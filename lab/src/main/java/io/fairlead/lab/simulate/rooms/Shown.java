package io.fairlead.lab.simulate.rooms;

import java.util.HashSet;
import java.util.Set;

/**
 * The key frames that a room has sent. When nothing else flows, and a stream that was held up from its first frame on begins with one that the room never had, it
 * can't know that this is older than what it sent last: the picture goes back to where that stream began, while time goes on.
 */
final class Shown {

    private final Set<Integer> keys = new HashSet<>();
    private long stepsBack;

    void key(int frame) {
        keys.add(frame);
    }

    /** Whether a viewer who had another frame last may be shown this older key frame; counted. */
    boolean mayGoBackTo(int key) {
        boolean unknown = !keys.contains(key);
        stepsBack += unknown ? 1 : 0;
        return unknown;
    }

    long stepsBack() {
        return stepsBack;
    }
}
