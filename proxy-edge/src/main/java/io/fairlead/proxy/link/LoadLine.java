package io.fairlead.proxy.link;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A later line of the control stream: what the agent is doing. Sent at every heartbeat, when something changes, and every second while the
 * requests change of an agent that several supernodes share.
 *
 * @param heartbeat payload of the PING that it answers; 0: sent on its own account; {@value #OF_SHARES}: only for what others run through it
 * @param runningRequests tunnels the agent runs for all its supernodes
 * @param capacityRequests most it accepts at once now
 * @param consent the owner agrees now, and nothing of what he has laid down forbids it
 * @param ownerActive the owner uses the device now
 * @param batteryPercent 0–100; -1: none
 * @param objection why it takes no request now, in the agent's words; empty: it does
 * @param onBattery it runs on its battery now. Agents of before leave it out: with a battery they count as running on it
 * @param elsewhereRequests of the tunnels those for other supernodes. Agents of before leave it out, as what follows
 * @param supernodes that it is linked with
 * @param turn place of this one among them now, from 0
 */
public record LoadLine(
        long heartbeat,
        int runningRequests,
        int capacityRequests,
        boolean consent,
        boolean ownerActive,
        int batteryPercent,
        String objection,
        @Nullable Boolean onBattery,
        @Nullable Integer elsewhereRequests,
        @Nullable Integer supernodes,
        @Nullable Integer turn) {

    /** Heartbeat of a line that tells of others alone. */
    public static final long OF_SHARES = -1;

    private static final int MOST_REQUESTS = 1_000_000;
    private static final int MOST_SUPERNODES = 1_000;

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
        int elsewhere = elsewhereRequests == null ? 0 : elsewhereRequests;
        int among = supernodes == null ? 1 : supernodes;
        int place = turn == null ? 0 : turn;
        if (elsewhere < 0 || elsewhere > MOST_REQUESTS) {
            wrong.add("elsewhereRequests is " + elsewhere + ", it must be 0 to " + MOST_REQUESTS);
        }
        if (among < 1 || among > MOST_SUPERNODES || place < 0 || place >= among) {
            wrong.add("supernodes is " + among + " and turn " + place + ", they must be 1 to " + MOST_SUPERNODES
                    + " and 0 to one less than that");
        }
        return wrong;
    }
}
