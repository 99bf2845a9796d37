package io.fairlead.proxy.link;

import java.util.ArrayList;
import java.util.List;

/**
 * A later line of the control stream, from an agent that was asked for it: what tunnels have moved that have ended.
 *
 * @param settled of each its stream's number, bytes received from the supernode, bytes sent to it
 */
record SettledLine(List<List<Long>> settled) {

    /** As many as fit a line whatever their numbers. */
    static final int MOST = 150;

    private static final int NUMBERS = 3;

    List<String> violations() {
        List<String> wrong = new ArrayList<>();
        if (settled == null || settled.size() > MOST) {
            wrong.add("settled must have at most " + MOST + " tunnels");
        } else if (settled.stream().anyMatch(SettledLine::isRubbish)) {
            wrong.add("a settled tunnel is no three numbers of at least 0");
        }
        return wrong;
    }

    private static boolean isRubbish(List<Long> tunnel) {
        return tunnel == null
                || tunnel.size() != NUMBERS
                || tunnel.stream().anyMatch(number -> number == null || number < 0)
                || tunnel.get(0) > Integer.MAX_VALUE;
    }
}
