package io.fairlead.relay.client;

/**
 * How rooms that run follow a plan of other relay servers. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param everyMs it is looked so often which rooms should be elsewhere
 * @param mostRooms that begin to move at one look
 * @param holdMs a room stays so long where it came to, and is not tried again for so long where it could not come to
 * @param patienceMs a relay server must have begun to send it within this time
 * @param settleMs both send it for so long at most before the former is let go: until they are seen to carry the same
 */
public record MoveSettings(int everyMs, int mostRooms, int holdMs, int patienceMs, int settleMs) {

    public static final MoveSettings DEFAULTS = new MoveSettings(1_000, 20, 30_000, 5_000, 3_000);

    public MoveSettings {
        if (everyMs < 1 || mostRooms < 1 || holdMs < 0 || patienceMs < 1 || settleMs < 0) {
            throw new IllegalArgumentException("everyMs is " + everyMs + ", mostRooms " + mostRooms + ", holdMs "
                    + holdMs + ", patienceMs " + patienceMs + ", settleMs " + settleMs
                    + "; holdMs and settleMs must not be negative, the others be at least 1");
        }
    }
}
