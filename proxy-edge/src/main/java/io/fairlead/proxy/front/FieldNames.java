package io.fairlead.proxy.front;

import io.netty.util.AsciiString;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Field names as browsers and tools spell them over HTTP/1.1. HTTP/2 has them in lower case, and origins know clients by the
 * spelling: {@code user-agent} on an HTTP/1.1 connection says that a proxy is between.
 */
final class FieldNames {

    private static final Map<String, AsciiString> UNUSUAL = Map.of(
            "te", AsciiString.cached("TE"),
            "dnt", AsciiString.cached("DNT"),
            "etag", AsciiString.cached("ETag"),
            "www-authenticate", AsciiString.cached("WWW-Authenticate"),
            "content-md5", AsciiString.cached("Content-MD5"));

    /** Client hints stay in lower case: so Chromium spells them. */
    private static final String CLIENT_HINT = "sec-ch-";

    /** Names that come often; others are spelt anew each time, so that nobody can fill it. */
    private static final int MOST_KNOWN = 256;

    private static final ConcurrentHashMap<String, AsciiString> KNOWN = new ConcurrentHashMap<>(UNUSUAL);

    private FieldNames() {}

    /** @param lowerCase a valid name in lower case */
    static AsciiString spelt(String lowerCase) {
        AsciiString known = KNOWN.get(lowerCase);
        if (known != null) {
            return known;
        }
        AsciiString spelt = new AsciiString(lowerCase.startsWith(CLIENT_HINT) ? lowerCase : capitalized(lowerCase));
        if (KNOWN.size() < MOST_KNOWN) {
            KNOWN.putIfAbsent(lowerCase, spelt);
        }
        return spelt;
    }

    private static String capitalized(String lowerCase) {
        StringBuilder text = new StringBuilder(lowerCase);
        for (int i = 0; i < text.length(); i++) {
            if (i == 0 || text.charAt(i - 1) == '-') {
                text.setCharAt(i, Character.toUpperCase(text.charAt(i)));
            }
        }
        return text.toString();
    }
}
