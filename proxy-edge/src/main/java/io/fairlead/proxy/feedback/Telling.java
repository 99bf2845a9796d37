package io.fairlead.proxy.feedback;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fairlead.schemas.telemetry.ToldVerdict;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a customer says. Errors name fields and never what stands in them.
 *
 * @param requestId which request; empty: the last one of the session
 * @param session empty: none is named
 * @param host that the request asked for, in lower case; empty: not told
 * @param status HTTP status that was seen; 0: not told
 * @param error what is wrong with it, as a sentence; empty: nothing
 */
record Telling(String requestId, String session, String host, ToldVerdict verdict, int status, String error) {

    /** Tellings in one body. */
    static final int MOST = 1_000;

    private static final int LONGEST = 256;
    private static final Set<String> FIELDS = Set.of("requestId", "session", "host", "verdict", "status");
    private static final String FORM =
            "{\"requestId\": …, \"verdict\": \"ok\" | \"blocked\" | \"captcha\", \"status\": …}";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(3)
                        .maxStringLength(LONGEST)
                        .maxNumberLength(9)
                        .build());
    }

    /** A body can't be read; the message is for the user. */
    static final class UnreadableException extends Exception {
        UnreadableException(String message) {
            super(message, null, false, false);
        }
    }

    /** Reads an object, or an array of them. */
    static List<Telling> read(byte[] body) throws UnreadableException {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new UnreadableException("the body is no JSON of the form " + FORM + " or an array of such; it breaks"
                    + where(e.getLocation()));
        } catch (java.io.IOException e) {
            throw new IllegalStateException("bytes in memory can't be read", e);
        }
        List<Telling> tellings = new ArrayList<>();
        if (root.isObject()) {
            tellings.add(of(root));
        } else if (root.isArray() && root.size() <= MOST) {
            root.forEach(node -> tellings.add(of(node)));
        } else if (root.isArray()) {
            throw new UnreadableException(
                    "the array has " + root.size() + " entries; at most " + MOST + " are taken at once");
        } else {
            throw new UnreadableException("the body must be of the form " + FORM + ", or an array of such");
        }
        return tellings;
    }

    private static String where(@Nullable JsonLocation place) { // a limit that is passed has none
        return place == null ? "" : " at line " + place.getLineNr() + ", column " + place.getColumnNr();
    }

    /** Reads a header: {@code ID=verdict}. */
    static Telling ofHeader(String text) {
        int equals = text.indexOf('=');
        String id = equals < 0 ? "" : text.substring(0, equals).strip();
        ToldVerdict verdict =
                equals < 0 ? null : verdict(text.substring(equals + 1).strip());
        return id.isEmpty() || verdict == null
                ? wrong("it must be of the form REQUEST-ID=ok, =blocked or =captcha")
                : new Telling(id, "", "", verdict, 0, "");
    }

    private static Telling of(JsonNode node) {
        if (!node.isObject()) {
            return wrong("it is no object; write " + FORM);
        }
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            if (!FIELDS.contains(names.next())) {
                return wrong("it has a field that is none of requestId, session, host, verdict, status");
            }
        }
        String requestId = text(node, "requestId");
        String session = text(node, "session");
        String host = text(node, "host");
        ToldVerdict verdict = verdict(text(node, "verdict"));
        JsonNode status = node.path("status");
        if (requestId.isEmpty() == session.isEmpty()) {
            return wrong("it must name a requestId or a session, and not both");
        }
        if (verdict == null) {
            return wrong("verdict must be ok, blocked or captcha");
        }
        if (!status.isMissingNode() && (!status.isInt() || status.intValue() < 100 || status.intValue() > 599)) {
            return wrong("status must be a number from 100 to 599, or be left out");
        }
        return new Telling(requestId, session, host.toLowerCase(Locale.ROOT), verdict, status.asInt(0), "");
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        return value.isTextual() ? value.textValue() : "";
    }

    private static @Nullable ToldVerdict verdict(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "ok" -> ToldVerdict.OK;
            case "blocked" -> ToldVerdict.BLOCKED;
            case "captcha" -> ToldVerdict.CAPTCHA;
            default -> null;
        };
    }

    private static Telling wrong(String error) {
        return new Telling("", "", "", ToldVerdict.UNKNOWN, 0, error);
    }
}
