package io.fairlead.nameserver.sign;

/**
 * Bounds of signing.
 *
 * @param cachedSignatures that each event loop remembers, about 600 bytes each
 * @param signaturesPerSecond that each event loop makes anew; over it answers are truncated over UDP, and fail over TCP
 */
public record SigningSettings(int cachedSignatures, int signaturesPerSecond) {

    /** What counts where nothing else is said. */
    public static final SigningSettings DEFAULTS = new SigningSettings(20_000, 1_000);

    public SigningSettings {
        if (cachedSignatures < 1 || cachedSignatures > 10_000_000) {
            throw new IllegalArgumentException(
                    "cachedSignatures is " + cachedSignatures + " but must be 1 to 10000000");
        }
        if (signaturesPerSecond < 1 || signaturesPerSecond > 1_000_000) {
            throw new IllegalArgumentException(
                    "signaturesPerSecond is " + signaturesPerSecond + " but must be 1 to 1000000");
        }
    }
}
