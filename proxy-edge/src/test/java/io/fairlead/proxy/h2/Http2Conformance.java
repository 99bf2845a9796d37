package io.fairlead.proxy.h2;

import static io.fairlead.proxy.h2.FrameClient.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.h2.FrameClient.Field;
import io.fairlead.proxy.h2.FrameClient.Frame;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whether a port that speaks HTTP/2 as a server does so as it is specified: the cases of h2spec 2.6 (generic, http2 §3–8, hpack; numbered
 * as there, by sections of RFC 7540 and 7541), written anew over {@link FrameClient}. Each case has a connection of its own.
 */
public abstract class Http2Conformance {

    /** What one case does on a fresh connection. */
    private interface Check {
        void on(FrameClient client) throws Exception;
    }

    private record Case(String id, String what, boolean greeted, Check check) {}

    private final List<Case> cases = new ArrayList<>();

    /** A connection on which the preface is still to be said, with TLS already done if there is any. */
    protected abstract Socket connect() throws Exception;

    /** Fields of a request with this method that is answered, with a body of at least one byte if the method is not HEAD. */
    protected abstract List<Field> request(String method);

    /** Lowest stream that this server takes. */
    protected int firstStream() {
        return 1;
    }

    /** Fields of a request whose answer ends by itself. */
    protected List<Field> ended() {
        return request("GET");
    }

    /** Ids of cases that can't be asked of this server; each with its reason beside it in the code. */
    protected Set<String> notApplicable() {
        return Set.of();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        cases.clear();
        generic();
        hpackRepresentations();
        framing();
        streamStates();
        streams();
        frameDefinitions();
        settingsAndWindows();
        continuations();
        messages();
        hpackErrors();
        return cases.stream()
                .filter(each -> !notApplicable().contains(each.id))
                .map(each -> DynamicTest.dynamicTest(each.id + ": " + each.what, () -> {
                    try (FrameClient client = new FrameClient(connect(), firstStream())) {
                        each.check.on(each.greeted ? client.handshake() : client);
                    }
                }));
    }

    private void add(String id, String what, Check check) {
        cases.add(new Case(id, what, true, check));
    }

    private List<Field> get() {
        return request("GET");
    }

    private List<Field> post() {
        return request("POST");
    }

    private List<Field> getWith(String name, String value) {
        return with(get(), name, value);
    }

    protected static List<Field> with(List<Field> fields, String name, String value) {
        List<Field> more = new ArrayList<>(fields);
        more.add(field(name, value));
        return more;
    }

    protected static List<Field> without(List<Field> fields, String name) {
        return fields.stream().filter(each -> !each.name().equals(name)).toList();
    }

    private static List<Field> changed(List<Field> fields, String name, String value) {
        return fields.stream()
                .map(each -> each.name().equals(name) ? field(name, value) : each)
                .toList();
    }

    private static List<Field> twice(List<Field> fields, String name) {
        List<Field> more = new ArrayList<>();
        for (Field each : fields) {
            more.add(each);
            if (each.name().equals(name)) {
                more.add(each);
            }
        }
        return more;
    }

    protected static Field field(String name, String value) {
        return new Field(name, value);
    }

    private static byte[] priority(int on, int weight) {
        return join(int4(on), bytes(weight));
    }

    // ---- generic: what must be taken

    private void generic() {
        add("generic/1", "the preface is taken", client -> client.awaitPong());
        add("generic/2.1", "PRIORITY on an idle stream", client -> {
            client.frame(PRIORITY, 0, 1, priority(0, 255));
            client.awaitPong();
        });
        add("generic/2.2", "WINDOW_UPDATE on a half-closed stream", client -> {
            client.setting(INITIAL_WINDOW_SIZE, 0).headers(1, true, get()).windowUpdate(1, 1);
            client.await(frame -> frame.is(DATA), "DATA");
        });
        add("generic/2.3", "PRIORITY on a half-closed stream", client -> {
            client.setting(INITIAL_WINDOW_SIZE, 0)
                    .headers(1, true, get())
                    .frame(PRIORITY, 0, 1, priority(0, 255))
                    .windowUpdate(1, 1);
            client.await(frame -> frame.is(DATA), "DATA");
        });
        add("generic/2.4", "RST_STREAM on a half-closed stream", client -> {
            client.headers(1, true, get()).reset(1, CANCEL);
            client.awaitPong();
        });
        add("generic/2.5", "PRIORITY on a closed stream", client -> {
            client.headers(1, true, ended()).awaitEnd(1);
            client.frame(PRIORITY, 0, 1, priority(0, 255));
            client.awaitPong();
        });
        add("generic/3.1.1", "DATA", client -> client.headers(1, false, post())
                .data(1, true, "test")
                .awaitHead(1));
        add("generic/3.1.2", "several DATA", client -> client.headers(1, false, post())
                .data(1, false, "test")
                .data(1, true, "test")
                .awaitHead(1));
        add("generic/3.1.3", "padded DATA", client -> client.headers(1, false, post())
                .frame(DATA, PADDED | END_STREAM, 1, bytes(6), "test".getBytes(StandardCharsets.UTF_8), new byte[6])
                .awaitHead(1));
        add("generic/3.2.1", "HEADERS", client -> client.headers(1, true, get()).awaitHead(1));
        add("generic/3.2.2", "padded HEADERS", client -> client.frame(
                        HEADERS, PADDED | END_HEADERS | END_STREAM, 1, bytes(6), block(get()), new byte[6])
                .awaitHead(1));
        add("generic/3.2.3", "HEADERS with a priority", client -> client.frame(
                        HEADERS, WITH_PRIORITY | END_HEADERS | END_STREAM, 1, priority(0, 255), block(get()))
                .awaitHead(1));
        priorities();
        add("generic/3.4", "RST_STREAM", client -> {
            client.headers(1, false, post()).reset(1, CANCEL);
            client.awaitPong();
        });
        add("generic/3.5", "SETTINGS", client -> {
            client.setting(MAX_CONCURRENT_STREAMS, 100);
            client.await(frame -> frame.is(SETTINGS) && frame.has(ACK), "an acknowledgement");
        });
        add("generic/3.7", "PING", FrameClient::awaitPong);
        add("generic/3.8", "GOAWAY", client -> {
            client.frame(GOAWAY, 0, 0, int4(0), int4(NO_ERROR));
            client.frame(PING, 0, 0, new byte[8]);
            client.await(frame -> frame.is(PING) || frame.is(-1), "PING or the end");
        });
        add("generic/3.9.1", "WINDOW_UPDATE of the connection", client -> {
            client.windowUpdate(0, 1);
            client.awaitPong();
        });
        add("generic/3.9.2", "WINDOW_UPDATE of a stream", client -> {
            client.headers(1, false, post()).windowUpdate(1, 1).data(1, true, "test");
            client.awaitHead(1);
        });
        add("generic/3.10.1", "one CONTINUATION", client -> client.frame(HEADERS, END_STREAM, 1, block(get()))
                .frame(CONTINUATION, END_HEADERS, 1, block(List.of(field("x-test", "1"))))
                .awaitHead(1));
        add("generic/3.10.2", "several CONTINUATION", client -> client.frame(HEADERS, END_STREAM, 1, block(get()))
                .frame(CONTINUATION, 0, 1, block(List.of(field("x-test", "1"))))
                .frame(CONTINUATION, END_HEADERS, 1, block(List.of(field("x-test", "2"))))
                .awaitHead(1));
        add("generic/4.1", "GET", client -> client.headers(1, true, get()).awaitHead(1));
        add("generic/4.2", "HEAD", client -> client.headers(1, true, request("HEAD"))
                .awaitHead(1));
        add("generic/4.3", "POST", client -> client.headers(1, false, post())
                .data(1, true, "test")
                .awaitHead(1));
        add("generic/4.4", "POST with trailers", client -> client.headers(1, false, with(post(), "trailer", "x-test"))
                .data(1, false, "test")
                .headers(1, true, List.of(field("x-test", "ok")))
                .awaitHead(1));
    }

    private void priorities() {
        int[][] said = {{0, 0}, {0, 255}, {1, 255}, {0x80000001, 255}};
        for (int i = 0; i < said.length; i++) {
            byte[] priority = priority(said[i][0], said[i][1]);
            add("generic/3.3." + (i + 1), "PRIORITY on " + said[i][0] + " of weight " + said[i][1], client -> {
                client.frame(PRIORITY, 0, 3, priority);
                client.awaitPong();
            });
        }
        add("generic/3.3.5", "PRIORITY of an idle stream, then a lower stream", client -> client.frame(
                        PRIORITY, 0, 5, priority(0, 255))
                .headers(3, true, get())
                .awaitHead(3));
    }

    private void hpackRepresentations() {
        byte[] userAgent = plain("user-agent");
        byte[] test = plain("x-test");
        byte[] value = plain("h2spec");
        byte[] testHuffman = bytes(0x85, 0xf2, 0xb2, 0x4a, 0x84, 0xff);
        byte[] valueHuffman = bytes(0x84, 0x9c, 0x48, 0xac, 0xa4);
        represented("1", "an indexed field", bytes(0x80 | 51)); // static 51: referer
        for (int kind : new int[] {0x40, 0x00, 0x10}) {
            String base = kind == 0x40 ? "incremental" : kind == 0 ? "without indexing" : "never indexed";
            byte[] begin = bytes(kind);
            byte[] indexedName = kind == 0x40 ? bytes(0x40 | 58) : bytes(kind | 15, 58 - 15); // static 58: user-agent
            represented(base + "/1", "indexed name", join(indexedName, value));
            represented(base + "/2", "indexed name, Huffman", join(indexedName, valueHuffman));
            represented(base + "/3", "new name", join(begin, test, value));
            represented(base + "/4", "new name, Huffman", join(begin, testHuffman, valueHuffman));
            represented(base + "/5", "known name written out", join(begin, userAgent, value));
        }
        add("generic/5 size/1", "a size update", client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, bytes(0x20), block(get()))
                .awaitHead(1));
        add("generic/5 size/2", "two size updates", client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, bytes(0x20, 0x30), block(get()))
                .awaitHead(1));
    }

    private void represented(String id, String what, byte[] representation) {
        add("generic/5 " + id, what, client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, block(get()), representation)
                .awaitHead(1));
    }

    private static byte[] plain(String text) {
        return join(bytes(text.length()), text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- §3, §4

    private void framing() {
        add("http2/3.5.1", "the preface is answered by SETTINGS first", client -> assertThat(
                        client.said(INITIAL_WINDOW_SIZE, 65_535))
                .isPositive());
        cases.add(new Case("http2/3.5.2", "a preface that is none", false, client -> {
            client.raw("INVALID CONNECTION PREFACE\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            client.raw(bytesOf(SETTINGS, 0, 0));
            Frame frame = client.next();
            while (!frame.is(-1) && !frame.is(GOAWAY)) {
                frame = client.next();
            }
        }));
        add("http2/4.1.1", "a frame of unknown type", client -> {
            client.frame(0xff, 0, 0, new byte[8]);
            client.awaitPong();
        });
        add("http2/4.1.2", "an undefined flag", client -> {
            client.frame(PING, 0x16, 0, "pingping".getBytes(StandardCharsets.UTF_8));
            client.await(frame -> frame.is(PING) && frame.has(ACK), "an answer to PING");
        });
        add("http2/4.1.3", "the reserved bit", client -> {
            client.frame(PING, 0, 0x80000000, "pingping".getBytes(StandardCharsets.UTF_8));
            client.await(frame -> frame.is(PING) && frame.has(ACK), "an answer to PING");
        });
        add("http2/4.2.1", "DATA of 2^14 bytes", client -> client.headers(1, false, post())
                .frame(DATA, END_STREAM, 1, new byte[16_384])
                .awaitHead(1));
        add("http2/4.2.2", "DATA larger than the greatest frame", client -> client.headers(1, false, post())
                .frame(DATA, END_STREAM, 1, new byte[16_385])
                .awaitStreamError(1, FRAME_SIZE_ERROR));
        add("http2/4.2.3", "HEADERS larger than the greatest frame", client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, block(getWith("x-dummy", "x".repeat(16_384))))
                .awaitConnectionError(FRAME_SIZE_ERROR));
        add("http2/4.3.1", "a header block that is none", client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, bytes(0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
                .awaitConnectionError(COMPRESSION_ERROR));
        add("http2/4.3.2", "PRIORITY within a header block", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .frame(PRIORITY, 0, 1, priority(0, 255))
                .frame(CONTINUATION, END_HEADERS, 1, block(List.of(field("x-test", "1"))))
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/4.3.3", "HEADERS of another stream within a header block", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .headers(3, true, get())
                .awaitConnectionError(PROTOCOL_ERROR));
    }

    // ---- §5

    private void streamStates() {
        byte[] more = block(List.of(field("x-test", "1")));
        add("http2/5.1.1", "idle: DATA", client -> client.data(1, true, "test").awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.2", "idle: RST_STREAM", client -> client.reset(1, CANCEL).awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.3", "idle: WINDOW_UPDATE", client -> client.windowUpdate(1, 100)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.4", "idle: CONTINUATION", client -> client.frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.5", "half-closed: DATA", client -> client.headers(1, true, get())
                .data(1, true, "test")
                .awaitStreamError(1, STREAM_CLOSED));
        add("http2/5.1.6", "half-closed: HEADERS", client -> client.headers(1, true, get())
                .headers(1, true, get())
                .awaitStreamError(1, STREAM_CLOSED));
        add("http2/5.1.7", "half-closed: CONTINUATION", client -> client.headers(1, true, get())
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitStreamError(1, STREAM_CLOSED, PROTOCOL_ERROR));
        add("http2/5.1.8", "reset: DATA", client -> client.headers(1, false, post())
                .reset(1, CANCEL)
                .data(1, true, "test")
                .awaitStreamError(1, STREAM_CLOSED));
        add("http2/5.1.9", "reset: HEADERS", client -> client.headers(1, false, post())
                .reset(1, CANCEL)
                .headers(1, true, get())
                .awaitStreamError(1, STREAM_CLOSED));
        add("http2/5.1.10", "reset: CONTINUATION", client -> client.headers(1, false, post())
                .reset(1, CANCEL)
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitStreamError(1, STREAM_CLOSED, PROTOCOL_ERROR));
        add("http2/5.1.11", "closed: DATA", client -> {
            client.headers(1, true, ended()).awaitEnd(1);
            client.data(1, true, "test").awaitStreamError(1, STREAM_CLOSED);
        });
        add("http2/5.1.12", "closed: HEADERS", client -> {
            client.headers(1, true, ended()).awaitEnd(1);
            client.headers(1, true, get()).awaitConnectionError(STREAM_CLOSED);
        });
        add("http2/5.1.13", "closed: CONTINUATION", client -> {
            client.headers(1, true, ended()).awaitEnd(1);
            client.frame(CONTINUATION, END_HEADERS, 1, more).awaitConnectionError(STREAM_CLOSED, PROTOCOL_ERROR);
        });
    }

    private void streams() {
        add("http2/5.1.1.1", "an even stream", client -> client.headers(2, true, get())
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.1.2", "a stream lower than one before", client -> client.headers(5, true, get())
                .headers(3, true, get())
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.1.2.1", "more streams than allowed", client -> {
            long most = client.said(MAX_CONCURRENT_STREAMS, -1);
            assertThat(most).as("MAX_CONCURRENT_STREAMS").isBetween(1L, 4_096L);
            int stream = 1;
            for (long i = 0; i < most; i++) {
                client.headers(stream, false, post());
                stream += 2;
            }
            client.headers(stream, false, post()).awaitStreamError(stream, REFUSED_STREAM, PROTOCOL_ERROR);
        });
        add("http2/5.3.1.1", "HEADERS that depend on themselves", client -> client.frame(
                        HEADERS, WITH_PRIORITY | END_HEADERS | END_STREAM, 1, priority(1, 255), block(get()))
                .awaitStreamErrorOrAnswer(1));
        add("http2/5.3.1.2", "PRIORITY that depends on itself", client -> {
            client.frame(PRIORITY, 0, 3, priority(3, 255));
            client.headers(3, true, get()).awaitStreamErrorOrAnswer(3);
        });
        add("http2/5.4.1.1", "a connection error closes the connection", client -> {
            client.frame(PING, 0, 3, new byte[8]);
            client.await(frame -> frame.is(-1), "the end");
        });
        add("http2/5.4.1.2", "a connection error is told by GOAWAY", client -> client.frame(PING, 0, 3, new byte[8])
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/5.5.1", "an extension", client -> {
            client.frame(0x16, 0, 0, new byte[8]);
            client.awaitPong();
        });
        add("http2/5.5.2", "an extension within a header block", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .frame(0x16, 0, 0, new byte[8])
                .frame(CONTINUATION, END_HEADERS, 1, block(List.of(field("x-test", "1"))))
                .awaitConnectionError(PROTOCOL_ERROR));
    }

    // ---- §6

    private void frameDefinitions() {
        add("http2/6.1.1", "DATA on stream 0", client -> client.data(0, true, "test")
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.1.2", "DATA on a stream that is not open", client -> {
            client.headers(1, true, get()).data(1, true, "test").awaitStreamError(1, STREAM_CLOSED);
        });
        add("http2/6.1.3", "DATA with more padding than payload", client -> client.headers(1, false, post())
                .frame(DATA, PADDED | END_STREAM, 1, bytes(5), "Test".getBytes(StandardCharsets.UTF_8))
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.2.1", "PRIORITY instead of CONTINUATION", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .frame(PRIORITY, 0, 1, priority(0, 255))
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.2.2", "HEADERS of another stream instead of CONTINUATION", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .headers(3, true, get())
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.2.3", "HEADERS on stream 0", client -> client.headers(0, true, get())
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.2.4", "HEADERS with more padding than payload", client -> {
            byte[] block = block(get());
            client.frame(HEADERS, PADDED | END_HEADERS | END_STREAM, 1, bytes(255), new byte[] {block[0], block[1]})
                    .awaitConnectionError(PROTOCOL_ERROR);
        });
        add("http2/6.3.1", "PRIORITY on stream 0", client -> client.frame(PRIORITY, 0, 0, priority(0, 255))
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.3.2", "PRIORITY of 4 bytes", client -> client.headers(1, false, post())
                .frame(PRIORITY, 0, 1, int4(0))
                .awaitStreamError(1, FRAME_SIZE_ERROR));
        add("http2/6.4.1", "RST_STREAM on stream 0", client -> client.reset(0, CANCEL)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.4.2", "RST_STREAM of an idle stream", client -> client.reset(1, CANCEL)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.4.3", "RST_STREAM of 3 bytes", client -> client.headers(1, false, post())
                .frame(RST_STREAM, 0, 1, new byte[3])
                .awaitStreamError(1, FRAME_SIZE_ERROR));
        add("http2/6.7.1", "PING", FrameClient::awaitPong);
        add("http2/6.7.2", "PING that answers nothing", client -> {
            client.frame(PING, ACK, 0, "unasked.".getBytes(StandardCharsets.UTF_8));
            client.frame(PING, 0, 0, "pingpong".getBytes(StandardCharsets.UTF_8));
            Frame pong = client.await(frame -> frame.is(PING), "an answer to PING");
            assertThat(new String(pong.payload(), StandardCharsets.UTF_8)).isEqualTo("pingpong");
        });
        add("http2/6.7.3", "PING on a stream", client -> client.frame(PING, 0, 1, new byte[8])
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.7.4", "PING of 6 bytes", client -> client.frame(PING, 0, 0, new byte[6])
                .awaitConnectionError(FRAME_SIZE_ERROR));
        add("http2/6.8.1", "GOAWAY on a stream", client -> client.frame(GOAWAY, 0, 1, int4(0), int4(0))
                .awaitConnectionError(PROTOCOL_ERROR));
    }

    private void settingsAndWindows() {
        add("http2/6.5.1", "acknowledgement with a payload", client -> client.frame(
                        SETTINGS, ACK, 0, new byte[] {0, 1}, int4(0))
                .awaitConnectionError(FRAME_SIZE_ERROR));
        add("http2/6.5.2", "SETTINGS on a stream", client -> client.frame(SETTINGS, 0, 1, new byte[] {0, 3}, int4(1))
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.5.3", "SETTINGS of 3 bytes", client -> client.frame(SETTINGS, 0, 0, new byte[3])
                .awaitConnectionError(FRAME_SIZE_ERROR));
        add("http2/6.5.2.1", "ENABLE_PUSH of 2", client -> client.setting(2, 2).awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.5.2.2", "INITIAL_WINDOW_SIZE of 2^31", client -> client.setting(INITIAL_WINDOW_SIZE, 1 << 31)
                .awaitConnectionError(FLOW_CONTROL_ERROR));
        add("http2/6.5.2.3", "MAX_FRAME_SIZE below 2^14", client -> client.setting(MAX_FRAME_SIZE, 16_383)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.5.2.4", "MAX_FRAME_SIZE of 2^24", client -> client.setting(MAX_FRAME_SIZE, 1 << 24)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.5.2.5", "an unknown setting", client -> {
            client.setting(0xff, 1);
            client.awaitPong();
        });
        add("http2/6.5.3.1", "the last of two values counts", client -> {
            client.frame(
                    SETTINGS,
                    0,
                    0,
                    new byte[] {0, INITIAL_WINDOW_SIZE},
                    int4(100),
                    new byte[] {0, INITIAL_WINDOW_SIZE},
                    int4(1));
            Frame data = client.headers(1, true, get()).await(frame -> frame.is(DATA), "DATA");
            assertThat(data.payload()).hasSize(1);
        });
        add("http2/6.5.3.2", "SETTINGS are acknowledged", client -> {
            client.frame(SETTINGS, 0, 0);
            client.await(frame -> frame.is(SETTINGS) && frame.has(ACK), "an acknowledgement");
        });
        add("http2/6.9.1", "WINDOW_UPDATE of 0", client -> client.windowUpdate(0, 0)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.9.2", "WINDOW_UPDATE of 0 on a stream", client -> client.headers(1, false, post())
                .windowUpdate(1, 0)
                .awaitStreamError(1, PROTOCOL_ERROR));
        add("http2/6.9.3", "WINDOW_UPDATE of 3 bytes", client -> client.frame(WINDOW_UPDATE, 0, 0, new byte[3])
                .awaitConnectionError(FRAME_SIZE_ERROR));
        add("http2/6.9.1.1", "no more than the window is sent", client -> {
            client.setting(INITIAL_WINDOW_SIZE, 1);
            client.await(frame -> frame.is(SETTINGS) && frame.has(ACK), "an acknowledgement");
            Frame data = client.headers(1, true, get()).await(frame -> frame.is(DATA), "DATA");
            assertThat(data.payload()).hasSize(1);
        });
        add("http2/6.9.1.2", "the window of the connection over 2^31-1", client -> client.windowUpdate(
                        0, Integer.MAX_VALUE)
                .windowUpdate(0, Integer.MAX_VALUE)
                .awaitConnectionError(FLOW_CONTROL_ERROR));
        add("http2/6.9.1.3", "the window of a stream over 2^31-1", client -> client.headers(1, false, post())
                .windowUpdate(1, Integer.MAX_VALUE)
                .windowUpdate(1, Integer.MAX_VALUE)
                .awaitStreamError(1, FLOW_CONTROL_ERROR));
        add("http2/6.9.2.1", "a change of the initial window counts for open streams", client -> {
            client.setting(INITIAL_WINDOW_SIZE, 0).headers(1, true, get()).setting(INITIAL_WINDOW_SIZE, 1);
            Frame data = client.await(frame -> frame.is(DATA), "DATA");
            assertThat(data.payload()).hasSize(1);
        });
        add("http2/6.9.2.2", "a window may be negative", client -> {
            client.setting(INITIAL_WINDOW_SIZE, 3).headers(1, true, get());
            assertThat(client.await(frame -> frame.is(DATA), "DATA").payload()).hasSize(3);
            client.setting(INITIAL_WINDOW_SIZE, 2);
            client.windowUpdate(1, 2);
            Frame data = client.await(frame -> frame.is(DATA), "DATA");
            assertThat(data.payload()).hasSize(1);
        });
        add("http2/6.9.2.3", "an initial window over 2^31-1", client -> client.setting(
                        INITIAL_WINDOW_SIZE, Integer.MIN_VALUE)
                .awaitConnectionError(FLOW_CONTROL_ERROR));
    }

    private void continuations() {
        byte[] more = block(List.of(field("x-test", "1")));
        add("http2/6.10.1", "several CONTINUATION after HEADERS", client -> client.frame(
                        HEADERS, END_STREAM, 1, block(get()))
                .frame(CONTINUATION, 0, 1, more)
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitHead(1));
        add("http2/6.10.2", "CONTINUATION followed by DATA", client -> client.frame(HEADERS, 0, 1, block(post()))
                .frame(CONTINUATION, 0, 1, more)
                .data(1, true, "test")
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.10.3", "CONTINUATION on stream 0", client -> client.frame(HEADERS, END_STREAM, 1, block(get()))
                .frame(CONTINUATION, END_HEADERS, 0, more)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.10.4", "CONTINUATION after a whole HEADERS", client -> client.headers(1, false, post())
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.10.5", "CONTINUATION after the last CONTINUATION", client -> client.frame(
                        HEADERS, 0, 1, block(post()))
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitConnectionError(PROTOCOL_ERROR));
        add("http2/6.10.6", "CONTINUATION after DATA", client -> client.headers(1, false, post())
                .data(1, false, "test")
                .frame(CONTINUATION, END_HEADERS, 1, more)
                .awaitConnectionError(PROTOCOL_ERROR));
    }

    // ---- §7, §8

    private void messages() {
        add("http2/7.1", "GOAWAY of an unknown code", client -> {
            client.frame(GOAWAY, 0, 0, int4(0), int4(0xff));
            client.frame(PING, 0, 0, new byte[8]);
            client.await(frame -> frame.is(PING) || frame.is(-1), "PING or the end");
        });
        add("http2/7.2", "RST_STREAM of an unknown code", client -> {
            client.headers(1, false, post()).reset(1, 0xff);
            client.awaitPong();
        });
        add("http2/8.1.1", "a second HEADERS that does not end the stream", client -> client.headers(1, false, post())
                .headers(1, false, List.of(field("x-test", "1")))
                .awaitStreamError(1, PROTOCOL_ERROR));
        malformed("http2/8.1.2.1", "an upper-case name", getWith("X-TEST", "test"));
        malformed("http2/8.1.2.1.1", "an unknown pseudo-header field", getWith(":test", "test"));
        malformed("http2/8.1.2.1.2", "a pseudo-header field of responses", getWith(":status", "200"));
        add("http2/8.1.2.1.3", "a pseudo-header field among trailers", client -> client.headers(1, false, post())
                .data(1, false, "test")
                .headers(1, true, List.of(field(":method", "GET")))
                .awaitStreamError(1, PROTOCOL_ERROR));
        List<Field> late = new ArrayList<>(without(get(), ":path"));
        String path = get().stream()
                .filter(each -> each.name().equals(":path"))
                .map(Field::value)
                .findFirst()
                .orElse("/");
        late.add(field("x-test", "1"));
        late.add(field(":path", path));
        malformed("http2/8.1.2.1.4", "a pseudo-header field after a regular one", late);
        malformed("http2/8.1.2.2.1", "a connection-specific field", getWith("connection", "keep-alive"));
        malformed("http2/8.1.2.2.2", "TE other than trailers", getWith("te", "trailers, deflate"));
        malformed("http2/8.1.2.3.1", "an empty :path", changed(get(), ":path", ""));
        for (String name : List.of(":method", ":scheme", ":path")) {
            malformed("http2/8.1.2.3 no " + name, "no " + name, without(get(), name));
            malformed("http2/8.1.2.3 two " + name, "two " + name, twice(get(), name));
        }
        add("http2/8.1.2.6.1", "content-length other than that of DATA", client -> client.headers(
                        1, false, with(post(), "content-length", "1"))
                .data(1, true, "test")
                .awaitStreamError(1, PROTOCOL_ERROR));
        add("http2/8.1.2.6.2", "content-length other than that of several DATA", client -> client.headers(
                        1, false, with(post(), "content-length", "1"))
                .data(1, false, "test")
                .data(1, true, "test")
                .awaitStreamError(1, PROTOCOL_ERROR));
        add("http2/8.2.1", "PUSH_PROMISE", client -> client.frame(PUSH_PROMISE, END_HEADERS, 1, int4(3), block(get()))
                .awaitConnectionError(PROTOCOL_ERROR));
    }

    private void malformed(String id, String what, List<Field> fields) {
        add(id, what, client -> client.headers(1, true, fields).awaitStreamError(1, PROTOCOL_ERROR));
    }

    // ---- RFC 7541

    private void hpackErrors() {
        undecodable("hpack/2.3.3.1", "an index outside both tables", bytes(0xff, 0x2f));
        undecodable(
                "hpack/2.3.3.2", "a literal whose name is outside both tables", join(bytes(0x7f, 0x2f), plain("x")));
        undecodable("hpack/4.2.1", "a size update at the end of a block", bytes(0x3f, 0x01));
        byte[] value = plain("x");
        undecodable(
                "hpack/5.2.1",
                "a string padded by more than 7 bits",
                join(bytes(0x00, 0x86, 0xf2, 0xb2, 0x4a, 0x84, 0xff, 0xff), value));
        undecodable(
                "hpack/5.2.2",
                "a string padded by zeros",
                join(bytes(0x00, 0x85, 0xf2, 0xb2, 0x4a, 0x84, 0x80), value));
        undecodable("hpack/5.2.3", "a string with EOS", join(bytes(0x00, 0x84, 0xff, 0xff, 0xff, 0xff), value));
        undecodable("hpack/6.1.1", "index 0", bytes(0x80));
        add("hpack/6.3.1", "a size update over the limit", client -> client.frame(
                        HEADERS, END_HEADERS | END_STREAM, 1, bytes(0x3f, 0xe1, 0xff, 0x03), block(get()))
                .awaitConnectionError(COMPRESSION_ERROR));
    }

    private void undecodable(String id, String what, byte[] representation) {
        add(id, what, client -> client.frame(HEADERS, END_HEADERS | END_STREAM, 1, block(get()), representation)
                .awaitConnectionError(COMPRESSION_ERROR));
    }
}
