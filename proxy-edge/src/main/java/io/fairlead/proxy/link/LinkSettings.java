package io.fairlead.proxy.link;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.WindowSettings;

/**
 * Settings of the supernode's side of links.
 *
 * @param pulse heartbeats and patience
 * @param windows flow control
 * @param windowBudgetBytes growth of all streams' windows of this process together, bytes
 * @param handshakeTimeoutMs from accept to the end of the TLS handshake, ms
 * @param helloTimeoutMs from the TLS handshake to a complete hello, ms
 * @param maxUnprovenLinks connections without a hello yet, over which new ones are closed
 * @param tunnelLowWaterBytes a tunnel is writable again under this much waiting, bytes
 * @param tunnelHighWaterBytes a tunnel stops being writable over this much waiting, bytes
 * @param drainTimeoutMs how long open tunnels may go on after a drain, ms
 */
public record LinkSettings(
        PulseSettings pulse,
        WindowSettings windows,
        long windowBudgetBytes,
        int handshakeTimeoutMs,
        int helloTimeoutMs,
        int maxUnprovenLinks,
        int tunnelLowWaterBytes,
        int tunnelHighWaterBytes,
        int drainTimeoutMs) {

    public static final LinkSettings DEFAULTS = new LinkSettings(
            PulseSettings.DEFAULTS,
            WindowSettings.DEFAULTS,
            256L << 20,
            30_000,
            10_000,
            10_000,
            64 << 10,
            128 << 10,
            30_000);

    public LinkSettings {
        if (handshakeTimeoutMs < 1 || helloTimeoutMs < 1 || maxUnprovenLinks < 1 || drainTimeoutMs < 0) {
            throw new IllegalArgumentException("handshake " + handshakeTimeoutMs + " ms, hello " + helloTimeoutMs
                    + " ms, unproven links " + maxUnprovenLinks + ", drain " + drainTimeoutMs
                    + " ms: all but the last must be positive, and that not negative");
        }
        if (tunnelLowWaterBytes < 1 || tunnelHighWaterBytes < tunnelLowWaterBytes) {
            throw new IllegalArgumentException("tunnel water marks " + tunnelLowWaterBytes + " and "
                    + tunnelHighWaterBytes + " bytes must be positive and rise");
        }
    }

    public LinkSettings withPulse(PulseSettings other) {
        return new LinkSettings(
                other,
                windows,
                windowBudgetBytes,
                handshakeTimeoutMs,
                helloTimeoutMs,
                maxUnprovenLinks,
                tunnelLowWaterBytes,
                tunnelHighWaterBytes,
                drainTimeoutMs);
    }

    public LinkSettings withHelloTimeoutMs(int other) {
        return new LinkSettings(
                pulse,
                windows,
                windowBudgetBytes,
                handshakeTimeoutMs,
                other,
                maxUnprovenLinks,
                tunnelLowWaterBytes,
                tunnelHighWaterBytes,
                drainTimeoutMs);
    }
}
