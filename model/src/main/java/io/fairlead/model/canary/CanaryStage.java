package io.fairlead.model.canary;

/**
 * Where a canary stands. {@code BASELINE → RUNNING → HELD}, from each of which it may end as one of the others; an end is for good.
 */
public enum CanaryStage {
    /** Both arms are only watched. */
    BASELINE,
    /** It decides its arm, and is judged. */
    RUNNING,
    /** It was sound to the end of its time: it goes on deciding its arm, and being judged, until it is promoted or stopped. */
    HELD,
    /** It was worse, and decides no more. */
    ROLLED_BACK,
    /** Its time ended with too little seen to say whether it is sound; it decides no more. */
    TOO_LITTLE,
    /** It became the policy of all. */
    PROMOTED,
    /** Somebody took it back. */
    STOPPED,
    /** The policy itself was changed meanwhile: there is nothing to compare with any more. */
    OVERTAKEN;

    /** Whether it decides its arm. */
    public boolean decides() {
        return this == RUNNING || this == HELD;
    }

    /** Whether nothing more becomes of it. */
    public boolean ended() {
        return this != BASELINE && !decides();
    }
}
