package io.fairlead.proxy.lease;

/**
 * Limits of sessions.
 *
 * @param most held at once; over it requests of new sessions are refused
 * @param mostPerTenant the same for one tenant
 * @param longestSeconds that one may be asked for
 */
public record LeaseSettings(int most, int mostPerTenant, int longestSeconds) {

    public static final LeaseSettings DEFAULTS = new LeaseSettings(1_000_000, 100_000, 86_400);

    public LeaseSettings {
        if (most < 1 || mostPerTenant < 1 || longestSeconds < 1) {
            throw new IllegalArgumentException("sessions: most is " + most + ", mostPerTenant " + mostPerTenant
                    + ", longestSeconds " + longestSeconds + "; all must be positive");
        }
    }
}
