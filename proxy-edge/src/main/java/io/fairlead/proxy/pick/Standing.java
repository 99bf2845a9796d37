package io.fairlead.proxy.pick;

/**
 * What the table holds of an exit now, for people and metrics.
 *
 * @param online it has a link here
 * @param open it may be chosen: online, consenting, not taken out, not held back by its operator's terms
 * @param runningRequests slots taken here
 * @param capacityRequests slots that may be taken here
 * @param quality that counts, over all classes of targets, 0–100
 * @param decided a decision is held
 * @param unproven too little is known: it is explored
 * @param objection why its operator's terms hold it back now; empty: they don't
 */
public record Standing(
        String exitId,
        boolean online,
        boolean open,
        int runningRequests,
        int capacityRequests,
        double quality,
        boolean decided,
        boolean unproven,
        String objection) {}
