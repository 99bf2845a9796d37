package io.fairlead.proxy.exit;

import io.fairlead.schemas.telemetry.DisconnectReason;

/**
 * Told of exits coming and going. Called on event loops, in order for one exit: {@code online}, then heartbeats, then
 * {@code offline}. Must not block.
 */
public interface ExitEvents {

    /** The first link of an exit is up, or a newer process of the same exit has taken over (then without an offline before). */
    void online(ExitInfo exit);

    /** The last link of an exit is down. */
    void offline(String exitId, DisconnectReason reason);

    /** A heartbeat was answered. */
    void heartbeat(ExitLoad load);

    /** The exit told what it runs for others; with each heartbeat, and between them. */
    default void shared(ExitShare share) {}
}
