package io.fairlead.proxy.front;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads field lines (RFC 9112 §5) as strictly as they are specified: what two parsers could read differently is refused. */
final class FieldLines {

    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            TOKEN[c] = Character.isLetterOrDigit(c);
        }
        for (char c : "!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private FieldLines() {}

    static boolean isToken(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] < 0 || !TOKEN[bytes[i]]) {
                return false;
            }
        }
        return to > from;
    }

    /** End of the line that begins at {@code from}: the index of its CR; every line is known to end in LF. -1: bare CR or LF. */
    static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return bytes[at] == '\r' && at + 1 < bytes.length && bytes[at + 1] == '\n' ? at : -1;
    }

    /**
     * Reads one line into {@code headers}.
     *
     * @return what is wrong with it; null: nothing
     */
    static @Nullable String read(byte[] bytes, int from, int end, HttpHeaders headers) {
        if (bytes[from] == ' ' || bytes[from] == '\t') {
            return "a field line begins with a blank (obsolete line folding); write each field on one line";
        }
        int colon = from;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        if (colon == end || !isToken(bytes, from, colon)) {
            return "a field line has no name followed at once by ':'";
        }
        int valueFrom = colon + 1;
        int valueTo = end;
        while (valueFrom < valueTo && isBlank(bytes[valueFrom])) {
            valueFrom++;
        }
        while (valueTo > valueFrom && isBlank(bytes[valueTo - 1])) {
            valueTo--;
        }
        for (int i = valueFrom; i < valueTo; i++) {
            byte b = bytes[i];
            if ((b >= 0 && b < ' ' && b != '\t') || b == 0x7f) {
                return "field '" + new String(bytes, from, colon - from, StandardCharsets.US_ASCII)
                        + "' has a control character in its value";
            }
        }
        headers.add(
                new AsciiString(bytes, from, colon - from, true),
                new String(bytes, valueFrom, valueTo - valueFrom, StandardCharsets.ISO_8859_1));
        return null;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
