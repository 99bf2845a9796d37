package io.fairlead.relay.link;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;

/**
 * Settings of long links, of both ends. Begin with {@link #DEFAULTS} and change what differs.
 *
 * @param pulse when the other end is asked whether it lives, and given up
 * @param windows flow control; media flows from the relay server to the relay client alone
 * @param windowBudgetBytes growth of all streams' windows of this process together, bytes
 * @param linksPerParent connections from a relay client to each relay server; rooms are spread over them
 * @param maxLinks connections that a relay server takes; over it new ones are closed
 * @param handshakeTimeoutMs from connection to the end of the TLS handshake, ms
 * @param firstPauseMs before a lost link is dialled again, at most; doubles each time, ms
 * @param mostPauseMs its end, ms
 */
public record LongLinkSettings(
        PulseSettings pulse,
        WindowSettings windows,
        long windowBudgetBytes,
        int linksPerParent,
        int maxLinks,
        int handshakeTimeoutMs,
        int firstPauseMs,
        int mostPauseMs) {

    /**
     * A link with viewers is asked after 250 ms of silence, which no live stream has, and given up when there is no answer for another
     * second.
     */
    public static final LongLinkSettings DEFAULTS = new LongLinkSettings(
            new PulseSettings(10_000, 0.2, 250, 1_000, 5_000),
            new WindowSettings(1 << 20, 4 << 20, 16 << 20, 20_000),
            256L << 20,
            2,
            4_096,
            10_000,
            250,
            8_000);

    public LongLinkSettings {
        if (linksPerParent < 1 || linksPerParent > 64 || maxLinks < 1 || handshakeTimeoutMs < 1) {
            throw new IllegalArgumentException("linksPerParent is " + linksPerParent + ", maxLinks " + maxLinks
                    + ", handshakeTimeoutMs " + handshakeTimeoutMs
                    + "; the first must be 1 to 64, the others at least 1");
        }
        if (firstPauseMs < 1 || mostPauseMs < firstPauseMs || windowBudgetBytes < 0) {
            throw new IllegalArgumentException("firstPauseMs is " + firstPauseMs + ", mostPauseMs " + mostPauseMs
                    + ", windowBudgetBytes " + windowBudgetBytes
                    + "; pauses must be at least 1 and rise, and the budget not be negative");
        }
    }

    public LongLinkSettings withLinksPerParent(int links) {
        return new LongLinkSettings(
                pulse, windows, windowBudgetBytes, links, maxLinks, handshakeTimeoutMs, firstPauseMs, mostPauseMs);
    }

    public LongLinkSettings withPulse(PulseSettings other) {
        return new LongLinkSettings(
                other,
                windows,
                windowBudgetBytes,
                linksPerParent,
                maxLinks,
                handshakeTimeoutMs,
                firstPauseMs,
                mostPauseMs);
    }
}
