package io.fairlead.proxy.status;

import io.fairlead.schemas.telemetry.Outcome;

/** Writes the {@code Proxy-Status} field (RFC 9209) of an answer of ours. */
public final class ProxyStatus {

    /** Name of the field. */
    public static final String FIELD = "proxy-status";

    private static final int LONGEST_DETAIL = 300;

    private ProxyStatus() {}

    /**
     * The value of the field: {@code edge-1; error=connection_refused; details="…"; next-hop="exit-07"}.
     *
     * @param edgeId who answers
     * @param detail one sentence; characters outside printable ASCII become '?', and it is cut at 300 characters
     * @param exitId exit that the last try went through; empty: none did
     */
    public static String field(String edgeId, Outcome outcome, String detail, String exitId) {
        StringBuilder text = new StringBuilder(160);
        quoted(text, edgeId);
        text.append("; error=").append(ErrorAnswer.of(outcome).error());
        if (!detail.isEmpty()) {
            quoted(text.append("; details="), detail);
        }
        if (!exitId.isEmpty()) {
            quoted(text.append("; next-hop="), exitId);
        }
        return text.toString();
    }

    /** A structured-field string (RFC 8941 §3.3.3). */
    private static void quoted(StringBuilder to, String value) {
        to.append('"');
        int length = Math.min(value.length(), LONGEST_DETAIL);
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                to.append('\\');
            }
            to.append(c < ' ' || c > '~' ? '?' : c);
        }
        to.append('"');
    }
}
