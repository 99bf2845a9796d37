package io.fairlead.proxy.upstream;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings of upstream exits. Begin with {@link #DEFAULTS}.
 *
 * @param maxUpstreams upstreams in all; further ones are not used
 * @param checkIntervalMs one that answers is looked at again after this, ± 20 %, unless tunnels have connected to it meanwhile, ms
 * @param checkTimeoutMs it has this long to take a connection, ms
 * @param firstPauseMs least ceiling of the pauses between checks of one that does not answer, ms
 * @param mostPauseMs their greatest ceiling, ms
 * @param tunnelLowWaterBytes a tunnel is writable again under this much waiting, bytes
 * @param tunnelHighWaterBytes a tunnel stops being writable over this much waiting, bytes
 * @param secretsDirectory passwords may be read from files below it and from no others; null: from none
 */
public record UpstreamSettings(
        int maxUpstreams,
        int checkIntervalMs,
        int checkTimeoutMs,
        int firstPauseMs,
        int mostPauseMs,
        int tunnelLowWaterBytes,
        int tunnelHighWaterBytes,
        @Nullable Path secretsDirectory) {

    public static final UpstreamSettings DEFAULTS =
            new UpstreamSettings(10_000, 15_000, 5_000, 500, 60_000, 64 << 10, 128 << 10, null);

    public UpstreamSettings {
        if (maxUpstreams < 1 || checkIntervalMs < 1 || checkTimeoutMs < 1 || firstPauseMs < 1) {
            throw new IllegalArgumentException("maxUpstreams is " + maxUpstreams + ", checkIntervalMs "
                    + checkIntervalMs + ", checkTimeoutMs " + checkTimeoutMs + ", firstPauseMs " + firstPauseMs
                    + "; all must be positive");
        }
        if (mostPauseMs < firstPauseMs || tunnelLowWaterBytes < 1 || tunnelHighWaterBytes < tunnelLowWaterBytes) {
            throw new IllegalArgumentException("pauses of " + firstPauseMs + " to " + mostPauseMs + " ms, water marks "
                    + tunnelLowWaterBytes + " to " + tunnelHighWaterBytes + " bytes: both must rise");
        }
    }

    public UpstreamSettings withChecks(int intervalMs, int timeoutMs, int firstMs, int mostMs) {
        return new UpstreamSettings(
                maxUpstreams,
                intervalMs,
                timeoutMs,
                firstMs,
                mostMs,
                tunnelLowWaterBytes,
                tunnelHighWaterBytes,
                secretsDirectory);
    }

    public UpstreamSettings withSecretsDirectory(@Nullable Path directory) {
        return new UpstreamSettings(
                maxUpstreams,
                checkIntervalMs,
                checkTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                tunnelLowWaterBytes,
                tunnelHighWaterBytes,
                directory);
    }

    public UpstreamSettings withMaxUpstreams(int most) {
        return new UpstreamSettings(
                most,
                checkIntervalMs,
                checkTimeoutMs,
                firstPauseMs,
                mostPauseMs,
                tunnelLowWaterBytes,
                tunnelHighWaterBytes,
                secretsDirectory);
    }
}
