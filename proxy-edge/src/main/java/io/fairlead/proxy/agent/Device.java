package io.fairlead.proxy.agent;

/**
 * What the machine under an agent is doing.
 *
 * @param ownerActive the owner uses it now
 * @param batteryPercent 0–100; -1: none
 * @param onBattery it runs on that battery now; a device on the mains is never too low
 */
public record Device(boolean ownerActive, int batteryPercent, boolean onBattery) {

    /** Nobody is there, and it has no battery. */
    public static final Device MAINS = new Device(false, -1, false);

    public Device {
        if (batteryPercent < -1 || batteryPercent > 100) {
            throw new IllegalArgumentException(
                    "a battery of " + batteryPercent + " %; it goes from 0 to 100, -1: none");
        }
    }
}
