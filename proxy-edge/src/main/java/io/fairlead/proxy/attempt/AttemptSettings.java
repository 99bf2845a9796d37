package io.fairlead.proxy.attempt;

/**
 * Settings of tries. Begin with {@link #DEFAULTS}.
 *
 * @param maxAttempts tries of one request, the first included
 * @param connectTimeoutMs one try may take this long to be connected, name look-up at the exit included, ms
 * @param retryShare retries allowed per request, 0–1
 * @param retriesPerSecond retries allowed beside, 1/s
 * @param progressIntervalMs long tunnels tell of themselves this often, ms
 * @param hashHosts telemetry carries a keyed digest of the host asked for instead of its name
 * @param rememberedRequests customers may tell of as many requests as this, the newest; a power of two
 * @param sessionWaitMs a request of a session waits so long for room on its exit before it is sent to another, or fails, ms; 0: not at all
 */
public record AttemptSettings(
        int maxAttempts,
        int connectTimeoutMs,
        double retryShare,
        double retriesPerSecond,
        int progressIntervalMs,
        boolean hashHosts,
        int rememberedRequests,
        int sessionWaitMs) {

    public static final AttemptSettings DEFAULTS = new AttemptSettings(3, 6_000, 0.2, 10, 60_000, false, 1 << 16, 500);

    public AttemptSettings {
        if (maxAttempts < 1 || connectTimeoutMs < 1 || progressIntervalMs < 1) {
            throw new IllegalArgumentException("maxAttempts is " + maxAttempts + ", connectTimeoutMs "
                    + connectTimeoutMs + ", progressIntervalMs " + progressIntervalMs + "; all must be positive");
        }
        if (sessionWaitMs < 0) {
            throw new IllegalArgumentException("sessionWaitMs is " + sessionWaitMs + "; it must not be negative");
        }
        if (!(retryShare >= 0 && retryShare <= 1) || !(retriesPerSecond >= 0 && retriesPerSecond <= 1e6)) {
            throw new IllegalArgumentException("retryShare is " + retryShare + ", retriesPerSecond " + retriesPerSecond
                    + "; the share must be in 0 to 1, the rate in 0 to 1000000");
        }
    }

    public AttemptSettings withMaxAttempts(int attempts) {
        return new AttemptSettings(
                attempts,
                connectTimeoutMs,
                retryShare,
                retriesPerSecond,
                progressIntervalMs,
                hashHosts,
                rememberedRequests,
                sessionWaitMs);
    }

    public AttemptSettings withConnectTimeoutMs(int ms) {
        return new AttemptSettings(
                maxAttempts,
                ms,
                retryShare,
                retriesPerSecond,
                progressIntervalMs,
                hashHosts,
                rememberedRequests,
                sessionWaitMs);
    }

    public AttemptSettings withRetries(double share, double perSecond) {
        return new AttemptSettings(
                maxAttempts,
                connectTimeoutMs,
                share,
                perSecond,
                progressIntervalMs,
                hashHosts,
                rememberedRequests,
                sessionWaitMs);
    }

    public AttemptSettings withProgressIntervalMs(int ms) {
        return new AttemptSettings(
                maxAttempts,
                connectTimeoutMs,
                retryShare,
                retriesPerSecond,
                ms,
                hashHosts,
                rememberedRequests,
                sessionWaitMs);
    }

    public AttemptSettings withHashHosts(boolean hashed) {
        return new AttemptSettings(
                maxAttempts,
                connectTimeoutMs,
                retryShare,
                retriesPerSecond,
                progressIntervalMs,
                hashed,
                rememberedRequests,
                sessionWaitMs);
    }

    public AttemptSettings withSessionWaitMs(int ms) {
        return new AttemptSettings(
                maxAttempts,
                connectTimeoutMs,
                retryShare,
                retriesPerSecond,
                progressIntervalMs,
                hashHosts,
                rememberedRequests,
                ms);
    }
}
