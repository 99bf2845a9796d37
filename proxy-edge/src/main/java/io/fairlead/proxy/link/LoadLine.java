package io.fairlead.proxy.link;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

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
 */
public record LoadLine(
        long heartbeat,
        int runningRequests,
        int capacityRequests,
        boolean consent,
        boolean ownerActive,
        int batteryPercent,
        String objection) {

    private static final int MOST_REQUESTS = 1_000_000;

    private static final Pattern OBJECTION = Pattern.compile("[ -~]{0,200}");

    public LoadLine {
        objection = objection == null ? "" : objection;
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
            wrong.add("objection is not 0 to 200 printable characters");
        }
        return wrong;
    }
}
