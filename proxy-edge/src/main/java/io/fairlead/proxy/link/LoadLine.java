package io.fairlead.proxy.link;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A later line of the control stream: what the agent is doing. Sent at every heartbeat, and when something changes.
 *
 * @param heartbeat payload of the PING that it answers; 0: sent on its own account
 * @param runningRequests tunnels the agent runs for all its supernodes
 * @param capacityRequests most it accepts at once now
 * @param consent the owner agrees now, and nothing of what he has laid down forbids it
 * @param ownerActive the owner uses the device now
 * @param batteryPercent 0–100; -1: none
 * @param objection why it takes no request now, in the agent's words; empty: it does
 * @param onBattery it runs on its battery now. Agents of before leave it out: with a battery they count as running on it
 */
public record LoadLine(
        long heartbeat,
        int runningRequests,
        int capacityRequests,
        boolean consent,
        boolean ownerActive,
        int batteryPercent,
        String objection,
        @Nullable Boolean onBattery) {

    private static final int MOST_REQUESTS = 1_000_000;

    /** Longest objection, characters: a longer one is cut by whoever tells it. */
    public static final int LONGEST_OBJECTION = 200;

    private static final Pattern OBJECTION = Pattern.compile("[ -~]{0," + LONGEST_OBJECTION + "}");

    public LoadLine {
        objection = objection == null ? "" : objection;
        onBattery = onBattery == null ? batteryPercent >= 0 : onBattery;
    }

    List<String> violations() {
        List<String> wrong = new ArrayList<>();
        if (runningRequests < 0 || runningRequests > MOST_REQUESTS) {
            wrong.add("runningRequests is " + runningRequests + ", it must be 0 to " + MOST_REQUESTS);
        }
        if (capacityRequests < 0 || capacityRequests > MOST_REQUESTS) {
            wrong.add("capacityRequests is " + capacityRequests + ", it must be 0 to " + MOST_REQUESTS);
        }
        if (batteryPercent < -1 || batteryPercent > 100) {
            wrong.add("batteryPercent is " + batteryPercent + ", it must be -1 to 100");
        }
        if (!OBJECTION.matcher(objection).matches()) {
            wrong.add("objection is not 0 to " + LONGEST_OBJECTION + " printable characters");
        }
        return wrong;
    }
}
