package io.fairlead.proxy.front;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Heads of HTTP/2 as heads of HTTP/1.1, and back (RFC 9113 §8). What is passed on to an origin that speaks HTTP/1.1 must not hold
 * anything that it would read in another way, so every name and value is looked at, whatever the codec has checked before.
 */
final class StreamHeads {

    private static final DefaultHttpHeadersFactory HEADERS =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    /** RFC 9113 §8.2.2. */
    private static final Set<String> CONNECTION_SPECIFIC =
            Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");

    private static final Set<String> PSEUDO = Set.of(":method", ":scheme", ":authority", ":path");
    private static final AsciiString HOST = AsciiString.cached("Host");
    private static final AsciiString COOKIE = AsciiString.cached("Cookie");
    private static final AsciiString TRANSFER_ENCODING = AsciiString.cached("Transfer-Encoding");
    private static final int MOST_LENGTH_DIGITS = 18;

    private StreamHeads() {}

    /**
     * Reads the head of a request.
     *
     * @return {@link RequestHead} with an absolute target, or {@link MalformedRequest}
     */
    static Object request(Http2HeadersFrame frame, int maxFields) {
        Http2Headers from = frame.headers();
        if (from.size() > maxFields) {
            return new MalformedRequest(431, "the head has more than " + maxFields + " fields");
        }
        String problem = pseudoFields(from);
        List<CharSequence> hosts = from.getAll(HttpHeaderNames.HOST);
        CharSequence authority = from.authority() != null ? from.authority() : hosts.isEmpty() ? "" : hosts.get(0);
        if (problem == null && hosts.size() > 1) {
            problem = "there are " + hosts.size() + " host fields; send one";
        }
        if (problem == null && hosts.size() == 1 && !AsciiString.contentEqualsIgnoreCase(hosts.get(0), authority)) {
            problem = "host '" + hosts.get(0) + "' is not :authority '" + authority + "'";
        }
        HttpHeaders headers = HEADERS.newHeaders();
        headers.add(HOST, authority.toString());
        if (problem == null) {
            problem = fields(from, headers);
        }
        if (problem != null) {
            return new MalformedRequest(problem);
        }
        return framed(from, frame.isEndStream(), authority.toString(), headers);
    }

    /** RFC 9113 §8.3.1, and §8.5 for CONNECT. */
    private static @Nullable String pseudoFields(Http2Headers from) {
        for (String name : PSEUDO) {
            int count = from.getAll(name).size();
            if (count > 1) {
                return "there are " + count + " fields " + name + "; send one";
            }
        }
        CharSequence method = from.method();
        if (method == null || !isToken(method)) {
            return "there is no :method, or it is no token";
        }
        if (HttpMethod.CONNECT.asciiName().contentEquals(method)) {
            return from.scheme() != null || from.path() != null
                    ? "a CONNECT has neither :scheme nor :path"
                    : from.authority() == null ? "a CONNECT needs :authority" : null;
        }
        CharSequence path = from.path();
        if (from.scheme() == null || path == null || path.length() == 0) {
            return "a request needs :scheme and :path";
        }
        boolean rooted = path.charAt(0) == '/'
                || (path.length() == 1
                        && path.charAt(0) == '*'
                        && HttpMethod.OPTIONS.asciiName().contentEquals(method));
        return rooted ? null : ":path begins with '/', or is '*' for OPTIONS";
    }

    private static @Nullable String fields(Http2Headers from, HttpHeaders to) {
        boolean cookies = false;
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            String name = field.getKey().toString();
            CharSequence value = field.getValue();
            boolean pseudo = name.startsWith(":");
            String problem = pseudo ? pseudoProblem(name, value) : problem(name, value);
            if (problem != null) {
                return problem;
            }
            if (name.equals("cookie")) { // may come in crumbs: RFC 9113 §8.2.3
                if (!cookies) {
                    to.add(COOKIE, String.join("; ", from.getAll(HttpHeaderNames.COOKIE)));
                }
                cookies = true;
            } else if (!pseudo && !name.equals("host")) {
                to.add(FieldNames.spelt(name), value.toString());
            }
        }
        return null;
    }

    private static @Nullable String pseudoProblem(String name, CharSequence value) {
        if (!PSEUDO.contains(name)) {
            return "there is no pseudo-header field " + name;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) <= ' ' || value.charAt(i) >= 0x7f) {
                return name + " holds a blank, a control character or a byte outside ASCII";
            }
        }
        return null;
    }

    /** RFC 9113 §8.2.1 and §8.2.2. */
    private static @Nullable String problem(String name, CharSequence value) {
        if (!isToken(name) || !name.equals(name.toLowerCase(Locale.ROOT))) {
            return "a field's name is no token in lower case";
        }
        if (CONNECTION_SPECIFIC.contains(name)) {
            return "field '" + name + "' is of HTTP/1.1 connections; HTTP/2 has none";
        }
        if (name.equals("te") && !HttpHeaderValues.TRAILERS.contentEqualsIgnoreCase(value)) {
            return "te may only be 'trailers'";
        }
        int length = value.length();
        if (length > 0 && (isBlank(value.charAt(0)) || isBlank(value.charAt(length - 1)))) {
            return "field '" + name + "' has a value that begins or ends in a blank";
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f) {
                return "field '" + name + "' has a control character in its value";
            }
        }
        return null;
    }

    /** As HTTP/1.1 spells it. A path of the edge itself is asked for as https, which is never forwarded. */
    private static String target(Http2Headers from, String authority) {
        String path = String.valueOf(from.path());
        boolean own = "https".contentEquals(from.scheme()) && path.startsWith(RequestForm.OWN);
        return own ? path : from.scheme() + "://" + authority + (path.equals("*") ? "" : path);
    }

    private static Object framed(Http2Headers from, boolean ended, String authority, HttpHeaders headers) {
        String method = String.valueOf(from.method());
        boolean connect = method.equals("CONNECT");
        String target = connect ? authority : target(from, authority);
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        long bodyBytes = ended ? 0 : RequestHead.CHUNKED;
        if (!lengths.isEmpty()) {
            String length = lengths.get(0);
            boolean number = !length.isEmpty()
                    && length.length() <= MOST_LENGTH_DIGITS
                    && length.chars().allMatch(c -> c >= '0' && c <= '9');
            if (connect) {
                return new MalformedRequest("a CONNECT has no content-length");
            }
            if (lengths.size() > 1 || !number || (ended && Long.parseLong(length) != 0)) {
                return new MalformedRequest("content-length is '" + String.join(", ", lengths)
                        + "'; it must be one number, that of the bytes of DATA");
            }
            bodyBytes = Long.parseLong(length);
        } else if (!ended && !connect) {
            headers.set(TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return new RequestHead(
                new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target, headers), bodyBytes);
    }

    /**
     * Reads the trailers of a request.
     *
     * @return what is wrong with them; null: nothing
     */
    static @Nullable String trailers(Http2Headers from, HttpHeaders to) {
        for (Map.Entry<CharSequence, CharSequence> field : from) {
            String name = field.getKey().toString();
            String problem = problem(name, field.getValue());
            if (problem != null) {
                return problem;
            }
            to.add(FieldNames.spelt(name), field.getValue().toString());
        }
        RequestDecoder.NO_TRAILERS.forEach(to::remove);
        return null;
    }

    /** The head of an answer. */
    static Http2Headers response(HttpResponse response) {
        Http2Headers to = new DefaultHttp2Headers(false, response.headers().size() + 1);
        to.status(response.status().codeAsText());
        copy(response.headers(), to);
        return to;
    }

    /** Trailers of an answer. */
    static Http2Headers trailers(HttpHeaders trailers) {
        Http2Headers to = new DefaultHttp2Headers(false, trailers.size());
        copy(trailers, to);
        return to;
    }

    private static void copy(HttpHeaders from, Http2Headers to) {
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            if (!CONNECTION_SPECIFIC.contains(name.toString())) {
                to.add(name, field.getValue());
            }
        }
    }

    private static boolean isToken(CharSequence text) {
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        return bytes.length == text.length() && FieldLines.isToken(bytes, 0, bytes.length);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
