package io.fairlead.lab.fleet;

/**
 * What is wrong with a path. It works on bytes and connections, as a bad line does; nobody is told of it.
 *
 * @param delayMs added to every round trip, ms
 * @param jitterMs up to so much more, at random, ms
 * @param lossShare share of chunks that come {@value #LOSS_MS} ms late, as after a lost segment, 0–1
 * @param failShare share of new connections that are reset at once, 0–1
 * @param churnMs about how often the exit loses all its links, ms; 0: never
 * @param dark nothing passes, and nobody is told: what is under way waits until it is light again
 */
public record Impairment(int delayMs, int jitterMs, double lossShare, double failShare, int churnMs, boolean dark) {

    /** What a lost segment costs, ms. */
    public static final int LOSS_MS = 200;

    /** Nothing is wrong. */
    public static final Impairment NONE = new Impairment(0, 0, 0, 0, 0, false);

    private static final int DELAY_MS_MAX = 60_000;
    private static final int CHURN_MS_MIN = 1_000;

    public Impairment {
        if (delayMs < 0 || delayMs > DELAY_MS_MAX || jitterMs < 0 || jitterMs > DELAY_MS_MAX) {
            throw new IllegalArgumentException(
                    "delay is " + delayMs + " ms, jitter " + jitterMs + " ms; both go from 0 to " + DELAY_MS_MAX);
        }
        if (!(lossShare >= 0 && lossShare <= 1 && failShare >= 0 && failShare <= 1)) {
            throw new IllegalArgumentException(
                    "loss is " + lossShare + ", fail " + failShare + "; both are shares from 0 to 1, or 0 % to 100 %");
        }
        if (churnMs != 0 && churnMs < CHURN_MS_MIN) {
            throw new IllegalArgumentException(
                    "churn is " + churnMs + " ms; use 0 for never, or at least " + CHURN_MS_MIN);
        }
    }

    public static Impairment delay(int delayMs, int jitterMs) {
        return new Impairment(delayMs, jitterMs, 0, 0, 0, false);
    }

    public Impairment withLoss(double share) {
        return new Impairment(delayMs, jitterMs, share, failShare, churnMs, dark);
    }

    public Impairment withFailures(double share) {
        return new Impairment(delayMs, jitterMs, lossShare, share, churnMs, dark);
    }

    public Impairment withChurnMs(int ms) {
        return new Impairment(delayMs, jitterMs, lossShare, failShare, ms, dark);
    }

    /** The same in the dark. */
    public Impairment darkened() {
        return new Impairment(delayMs, jitterMs, lossShare, failShare, churnMs, true);
    }

    /**
     * The same and a part of another. Delay and loss come by the share of it, failures by its square: a network that decays is slow before it fails.
     *
     * @param part 0–1
     */
    public Impairment with(Impairment other, double part) {
        return new Impairment(
                delayMs + (int) Math.round(other.delayMs * part),
                jitterMs + (int) Math.round(other.jitterMs * part),
                Math.min(1, lossShare + other.lossShare * part),
                Math.min(1, failShare + other.failShare * part * part),
                churnMs,
                dark);
    }

    /** In words, for people. */
    @Override
    public String toString() {
        if (dark) {
            return "dark";
        }
        StringBuilder words = new StringBuilder();
        words.append(delayMs).append(" ms");
        if (jitterMs > 0) {
            words.append(" + 0–").append(jitterMs).append(" ms");
        }
        if (lossShare > 0) {
            words.append(", loses ").append(Math.round(lossShare * 100)).append(" %");
        }
        if (failShare > 0) {
            words.append(", fails ").append(Math.round(failShare * 100)).append(" %");
        }
        if (churnMs > 0) {
            words.append(", gone every ").append(churnMs / 1_000).append(" s");
        }
        return words.toString();
    }
}
