package io.fairlead.model.canary;

/**
 * What both arms came to, and what is to be made of it.
 *
 * @param verdict what is to be made of it
 * @param reason in words
 * @param success as a share, 0.05 being five points
 * @param latency as a ratio, 1.5 being by a half
 */
public record CanaryFinding(Verdict verdict, String reason, Arm canary, Arm control, Change success, Change latency) {

    /** What is to be made of it. */
    public enum Verdict {
        /** Too little was seen to say anything. */
        TOO_LITTLE,
        /** Nothing speaks against it, but a fall past what is borne is not excluded. */
        OPEN,
        /** A fall past what is borne is excluded. */
        SOUND,
        /** It is worse. */
        WORSE
    }

    /**
     * One arm. Means are NaN without tries.
     *
     * @param exits that had tries
     * @param successBefore share of tries carried, 0–1
     * @param firstByteMsBefore geometric mean, ms
     */
    public record Arm(
            int exits,
            long triesBefore,
            long tries,
            double successBefore,
            double success,
            double firstByteMsBefore,
            double firstByteMs) {}

    /** What the canary changed, with an interval that may be looked at at any time; NaN and infinite without tries. */
    public record Change(double estimate, double lower, double upper) {}
}
