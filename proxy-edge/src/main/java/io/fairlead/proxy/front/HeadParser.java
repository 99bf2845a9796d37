package io.fairlead.proxy.front;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request head (RFC 9112 §3–6), and refuses whatever an origin behind us might read in another way: both lengths at
 * once, a repeated length, a coding other than chunked, bare line ends, folded lines.
 */
final class HeadParser {

    private static final DefaultHttpHeadersFactory HEADERS =
            DefaultHttpHeadersFactory.headersFactory().withValidation(false);
    private static final int MOST_LENGTH_DIGITS = 18;
    private static final int VERSION_LENGTH = "HTTP/1.1".length();

    private HeadParser() {}

    /**
     * @param head from the first byte of the request line to the empty line's LF
     * @return {@link RequestHead} or {@link MalformedRequest}
     */
    static Object parse(byte[] head, int maxFields) {
        int lineEnd = FieldLines.lineEnd(head, 0);
        if (lineEnd < 0) {
            return new MalformedRequest("the request line holds a bare CR or LF");
        }
        int firstSpace = indexOf(head, ' ', 0, lineEnd);
        int lastSpace = lastIndexOf(head, ' ', lineEnd);
        if (firstSpace < 0 || lastSpace == firstSpace || !FieldLines.isToken(head, 0, firstSpace)) {
            return new MalformedRequest("the request line is not 'METHOD target HTTP/1.1'");
        }
        for (int i = firstSpace + 1; i < lastSpace; i++) {
            if (head[i] <= ' ' || head[i] == 0x7f) {
                return new MalformedRequest(
                        "the request target holds a blank, a control character or a byte outside ASCII; percent-encode it");
            }
        }
        if (lastSpace == firstSpace + 1) {
            return new MalformedRequest("the request line has no target");
        }
        HttpVersion version = version(head, lastSpace + 1, lineEnd);
        if (version == null) {
            boolean otherVersion = new String(head, lastSpace + 1, lineEnd - lastSpace - 1, StandardCharsets.ISO_8859_1)
                    .matches("HTTP/[0-9]\\.[0-9]");
            return otherVersion
                    ? new MalformedRequest(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
                    : new MalformedRequest("the request line does not end in 'HTTP/1.1'");
        }
        HttpHeaders headers = HEADERS.newHeaders();
        String problem = fields(head, lineEnd + 2, maxFields, headers);
        if (problem == null) {
            problem = hosts(headers, version);
        }
        if (problem != null) {
            return new MalformedRequest(problem);
        }
        DefaultHttpRequest request = new DefaultHttpRequest(
                version,
                HttpMethod.valueOf(new String(head, 0, firstSpace, StandardCharsets.US_ASCII)),
                new String(head, firstSpace + 1, lastSpace - firstSpace - 1, StandardCharsets.US_ASCII),
                headers);
        return framed(request);
    }

    private static @Nullable String fields(byte[] head, int from, int maxFields, HttpHeaders headers) {
        int at = from;
        for (int count = 0; ; count++) {
            int end = FieldLines.lineEnd(head, at);
            if (end < 0) {
                return "the head holds a bare CR or LF";
            }
            if (end == at) {
                return end + 2 == head.length ? null : "the head does not end where it should";
            }
            if (count == maxFields) {
                return "the head has more than " + maxFields + " fields";
            }
            String problem = FieldLines.read(head, at, end, headers);
            if (problem != null) {
                return problem;
            }
            at = end + 2;
        }
    }

    private static @Nullable String hosts(HttpHeaders headers, HttpVersion version) {
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1) {
            return "there are " + hosts.size() + " Host fields; send one";
        }
        if (hosts.isEmpty() && version.minorVersion() >= 1) {
            return "there is no Host field";
        }
        return null;
    }

    /** How long the body is (RFC 9112 §6.3), or why nobody can know. */
    private static Object framed(DefaultHttpRequest request) {
        HttpHeaders headers = request.headers();
        List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()) {
            if (!lengths.isEmpty()) {
                return new MalformedRequest("there are both Content-Length and Transfer-Encoding; send one of them");
            }
            if (codings.size() > 1 || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0))) {
                return new MalformedRequest("Transfer-Encoding is '" + String.join(", ", codings)
                        + "'; only a single 'chunked' is understood");
            }
            if (request.protocolVersion().minorVersion() == 0) {
                return new MalformedRequest("Transfer-Encoding in a request of HTTP/1.0");
            }
            return new RequestHead(request, RequestHead.CHUNKED);
        }
        if (lengths.isEmpty()) {
            return new RequestHead(request, 0);
        }
        String length = lengths.get(0);
        boolean number = !length.isEmpty()
                && length.length() <= MOST_LENGTH_DIGITS
                && length.chars().allMatch(c -> c >= '0' && c <= '9');
        if (lengths.size() > 1 || !number) {
            return new MalformedRequest(
                    "Content-Length is '" + String.join(", ", lengths) + "'; it must be one number");
        }
        return new RequestHead(request, Long.parseLong(length));
    }

    private static @Nullable HttpVersion version(byte[] head, int from, int to) {
        boolean http1 = to - from == VERSION_LENGTH
                && head[from] == 'H'
                && head[from + 1] == 'T'
                && head[from + 2] == 'T'
                && head[from + 3] == 'P'
                && head[from + 4] == '/'
                && head[from + 5] == '1'
                && head[from + 6] == '.';
        if (http1 && head[from + 7] == '1') {
            return HttpVersion.HTTP_1_1;
        }
        return http1 && head[from + 7] == '0' ? HttpVersion.HTTP_1_0 : null;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static int lastIndexOf(byte[] bytes, char wanted, int to) {
        for (int i = to - 1; i >= 0; i--) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
