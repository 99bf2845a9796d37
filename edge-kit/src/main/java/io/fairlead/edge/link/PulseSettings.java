package io.fairlead.edge.link;

/**
 * When a link is asked whether it lives, and when it is given up. Both ends use the same.
 *
 * @param heartbeatMs between two heartbeats, ms
 * @param jitterShare 0.2 spreads the interval by ± 20 %
 * @param suspicionMs a link with open streams that was quiet this long is asked at once, ms
 * @param activePatienceMs a link with open streams that left a question unanswered this long is dead, ms
 * @param idlePatienceMs the same for a link without, ms
 */
public record PulseSettings(
        int heartbeatMs, double jitterShare, int suspicionMs, int activePatienceMs, int idlePatienceMs) {

    /** 15 s ± 20 %; dead after at most 10 s with open streams (3 + 6 + 1 of timer), 45 s without (18 + 20 + 1). */
    public static final PulseSettings DEFAULTS = new PulseSettings(15_000, 0.2, 3_000, 6_000, 20_000);

    public PulseSettings {
        if (heartbeatMs < 10 || suspicionMs < 5 || activePatienceMs < 5 || idlePatienceMs < 5) {
            throw new IllegalArgumentException("heartbeat " + heartbeatMs + " ms, suspicion " + suspicionMs
                    + " ms, patience " + activePatienceMs + " and " + idlePatienceMs
                    + " ms: the first must be at least 10 ms, the others 5 ms");
        }
        if (!(jitterShare >= 0 && jitterShare < 1)) {
            throw new IllegalArgumentException("heartbeat jitter of " + jitterShare + "; it must be in [0, 1)");
        }
    }
}
