package io.fairlead.proxy.agent;

import io.fairlead.proxy.exit.Hours;

/**
 * What an owner has laid down for the use of the device and its connection. The agent holds to it by itself.
 *
 * @param hours in which it serves, by day; their zone is also that of the days and months of the caps
 * @param bytesPerDay, bytesPerMonth both directions together, as they pass the targets' sockets; 0: no cap
 * @param batteryPercentMin on battery it serves only above this; 0: always
 * @param restWhileOwnerActive it serves only while the owner is away
 * @param requestsPerTarget most tunnels to one host at once; 0: no cap
 */
public record OwnerTerms(
        Hours hours,
        long bytesPerDay,
        long bytesPerMonth,
        int batteryPercentMin,
        boolean restWhileOwnerActive,
        int requestsPerTarget) {

    /** Nothing. */
    public static final OwnerTerms NONE = new OwnerTerms(Hours.ALWAYS, 0, 0, 0, false, 0);

    public OwnerTerms {
        if (bytesPerDay < 0 || bytesPerMonth < 0 || requestsPerTarget < 0) {
            throw new IllegalArgumentException("caps of " + bytesPerDay + " bytes a day, " + bytesPerMonth
                    + " bytes a month and " + requestsPerTarget
                    + " requests to a target; they must not be negative, and 0 is none");
        }
        if (batteryPercentMin < 0 || batteryPercentMin > 100) {
            throw new IllegalArgumentException(
                    "a battery threshold of " + batteryPercentMin + " %; it goes from 0 to 100");
        }
    }

    public OwnerTerms withHours(Hours other) {
        return new OwnerTerms(
                other, bytesPerDay, bytesPerMonth, batteryPercentMin, restWhileOwnerActive, requestsPerTarget);
    }

    public OwnerTerms withBytes(long perDay, long perMonth) {
        return new OwnerTerms(hours, perDay, perMonth, batteryPercentMin, restWhileOwnerActive, requestsPerTarget);
    }

    public OwnerTerms withDevice(int batteryMin, boolean restWhileActive) {
        return new OwnerTerms(hours, bytesPerDay, bytesPerMonth, batteryMin, restWhileActive, requestsPerTarget);
    }

    public OwnerTerms withRequestsPerTarget(int other) {
        return new OwnerTerms(hours, bytesPerDay, bytesPerMonth, batteryPercentMin, restWhileOwnerActive, other);
    }
}
