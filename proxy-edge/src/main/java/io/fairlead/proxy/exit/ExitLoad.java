package io.fairlead.proxy.exit;

/**
 * What one heartbeat of one link told.
 *
 * @param linkId which link, unique within this process
 * @param pingUs round trip of the PING, µs
 * @param runningRequests requests that the agent runs now for all its supernodes
 * @param runningHereRequests of these, for this one, as counted here
 * @param capacityRequests what the agent accepts at most now; 0: not told
 * @param consent whether the owner agrees now
 * @param ownerActive whether the owner uses the device now
 * @param batteryPercent 0–100; -1: no battery, or not told
 * @param onBattery it runs on it now
 */
public record ExitLoad(
        String exitId,
        String linkId,
        long pingUs,
        int runningRequests,
        int runningHereRequests,
        int capacityRequests,
        boolean consent,
        boolean ownerActive,
        int batteryPercent,
        boolean onBattery) {}
