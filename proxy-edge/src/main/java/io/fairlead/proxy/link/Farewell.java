package io.fairlead.proxy.link;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a supernode says in the debug data of its GOAWAY: why the link ends, and how long the agent should wait before it dials
 * again. An agent that gets another text takes it for {@link Kind#ENDED}.
 *
 * @param waitMs before the next dial, ms; 0: as the agent thinks fit
 */
public record Farewell(Kind kind, int waitMs, String detail) {

    /** Why. */
    public enum Kind {
        /** Nothing in particular. */
        ENDED,
        /** The supernode is being stopped, or full: be elsewhere before this link ends. */
        GO_ELSEWHERE,
        /** A newer process with the same identity has taken over: this one has to stop, on all links. */
        SUPERSEDED,
        /** Another link of the same process has taken this one's place. */
        RELIEVED
    }

    private static final int LONGEST_WAIT_MS = 60_000;
    private static final int LONGEST_DETAIL = 400;
    private static final Pattern FORM = Pattern.compile("([A-Z_]{1,20}); wait=([0-9]{1,6}); (.*)", Pattern.DOTALL);

    public Farewell {
        waitMs = Math.max(0, Math.min(LONGEST_WAIT_MS, waitMs));
        String clean = detail.replaceAll("[^ -~]", "?");
        detail = clean.length() <= LONGEST_DETAIL ? clean : clean.substring(0, LONGEST_DETAIL);
    }

    String text() {
        return kind + "; wait=" + waitMs + "; " + detail;
    }

    /** Reads what another end has sent, whatever it is. */
    public static Farewell parse(String text) {
        Matcher form = FORM.matcher(text);
        if (form.matches()) {
            for (Kind kind : Kind.values()) {
                if (kind.name().equals(form.group(1))) {
                    return new Farewell(kind, Integer.parseInt(form.group(2)), form.group(3));
                }
            }
        }
        return new Farewell(Kind.ENDED, 0, text);
    }
}
