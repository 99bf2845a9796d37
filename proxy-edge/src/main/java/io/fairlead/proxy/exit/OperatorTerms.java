package io.fairlead.proxy.exit;

import io.fairlead.schemas.config.ExitOverride;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When an operator lets an exit serve. They stand beside what its owner has laid down: both must hold, so that neither can loosen the
 * other's. Held to by the supernode, which picks the exit only while they hold, and by its agent, which is told of them. Tunnels that are open
 * go on when they no longer hold.
 *
 * @param restWhileOwnerActive only while the owner does not use the device
 * @param minBatteryPercent on battery only from this on, 0–100; 0: always
 * @param activeHours only in these hours; null: always
 */
public record OperatorTerms(
        boolean restWhileOwnerActive,
        int minBatteryPercent,
        @Nullable Hours activeHours) {

    /** Nothing. */
    public static final OperatorTerms NONE = new OperatorTerms(false, 0, null);

    private static final int MOST_HOURS_CHARS = 512;

    public OperatorTerms {
        if (minBatteryPercent < 0 || minBatteryPercent > 100) {
            throw new IllegalArgumentException(batteryViolation(minBatteryPercent));
        }
    }

    /**
     * What a record says.
     *
     * @throws IllegalArgumentException that lists what is wrong with it
     */
    public static OperatorTerms of(ExitOverride record) {
        return of(record.getRestWhileOwnerActive(), record.getMinBatteryPercent(), record.getActiveHours());
    }

    /**
     * The same from its parts.
     *
     * @param activeHours as {@link Hours#parse}; empty: always
     * @throws IllegalArgumentException that lists what is wrong with them
     */
    public static OperatorTerms of(boolean restWhileOwnerActive, int minBatteryPercent, String activeHours) {
        List<String> violations = violations(minBatteryPercent, activeHours);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", violations));
        }
        Hours hours = activeHours.isBlank() ? null : Hours.parse(activeHours);
        return hours == null && minBatteryPercent == 0 && !restWhileOwnerActive
                ? NONE
                : new OperatorTerms(restWhileOwnerActive, minBatteryPercent, hours);
    }

    /** What is wrong with what a record says, a sentence each, with the value and what to do; empty: nothing. */
    public static List<String> violations(ExitOverride record) {
        return violations(record.getMinBatteryPercent(), record.getActiveHours());
    }

    private static List<String> violations(int minBatteryPercent, String activeHours) {
        List<String> violations = new ArrayList<>();
        if (minBatteryPercent < 0 || minBatteryPercent > 100) {
            violations.add(batteryViolation(minBatteryPercent));
        }
        if (activeHours.length() > MOST_HOURS_CHARS) {
            violations.add("activeHours has " + activeHours.length() + " characters; at most " + MOST_HOURS_CHARS
                    + " are read, so write fewer spans");
        } else if (!activeHours.isBlank()) {
            try {
                Hours.parse(activeHours);
            } catch (IllegalArgumentException e) {
                violations.add("activeHours: " + e.getMessage());
            }
        }
        return violations;
    }

    private static String batteryViolation(int percent) {
        return "minBatteryPercent is " + percent + "; it must be in 0 to 100, and 0 is always";
    }

    /** Whether they ask for what only the device knows. */
    public boolean askTheDevice() {
        return restWhileOwnerActive || minBatteryPercent > 0;
    }

    /** Whether it serves at this time of the day. */
    public boolean hoursHold(Instant now) {
        return activeHours == null || activeHours.hold(now);
    }

    /**
     * Why the exit may not serve now, for people; empty: it may.
     *
     * @param batteryPercent 0–100; -1: it has none
     * @param onBattery it runs on it; a device on the mains is never too low
     */
    public String objection(Instant now, boolean ownerActive, int batteryPercent, boolean onBattery) {
        if (!hoursHold(now)) {
            return "its operator lets it serve only at " + activeHours;
        }
        if (onBattery && batteryPercent >= 0 && batteryPercent < minBatteryPercent) {
            return "its battery is at " + batteryPercent + " %, its operator lets it serve from " + minBatteryPercent
                    + " % on";
        }
        return ownerActive && restWhileOwnerActive
                ? "its owner uses the device, and its operator lets it rest meanwhile"
                : "";
    }

    /** As people read them: {@code at 22:00-06:00 Europe/Berlin, from 40 % of battery on, while its owner is away}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>(3);
        if (activeHours != null) {
            parts.add("at " + activeHours);
        }
        if (minBatteryPercent > 0) {
            parts.add("from " + minBatteryPercent + " % of battery on");
        }
        if (restWhileOwnerActive) {
            parts.add("while its owner is away");
        }
        return parts.isEmpty() ? "always" : String.join(", ", parts);
    }
}
