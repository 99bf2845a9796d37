package io.fairlead.proxy.h2;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A client of HTTP/2 that sends exactly the frames it is told to, right or wrong, and shows those that come back. */
public final class FrameClient implements AutoCloseable {

    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 0x1;
    public static final int ACK = 0x1;
    public static final int END_HEADERS = 0x4;
    public static final int PADDED = 0x8;
    public static final int WITH_PRIORITY = 0x20;

    public static final int NO_ERROR = 0;
    public static final int PROTOCOL_ERROR = 1;
    public static final int FLOW_CONTROL_ERROR = 3;
    public static final int STREAM_CLOSED = 5;
    public static final int FRAME_SIZE_ERROR = 6;
    public static final int REFUSED_STREAM = 7;
    public static final int CANCEL = 8;
    public static final int COMPRESSION_ERROR = 9;
    public static final int ENHANCE_YOUR_CALM = 11;

    public static final int MAX_CONCURRENT_STREAMS = 3;
    public static final int INITIAL_WINDOW_SIZE = 4;
    public static final int MAX_FRAME_SIZE = 5;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MS = 20_000;

    /** One frame. Of type -1: the connection was closed. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Frame(int type, int flags, int stream, byte[] payload) {

        public static final Frame CLOSED = new Frame(-1, 0, 0, new byte[0]);

        public boolean is(int wanted) {
            return type == wanted;
        }

        public boolean has(int flag) {
            return (flags & flag) != 0;
        }

        public boolean endsStream() {
            return (type == DATA || type == HEADERS) && has(END_STREAM);
        }

        /** Error code of RST_STREAM or GOAWAY. */
        public int code() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }

        @Override
        public String toString() {
            return type < 0
                    ? "connection closed"
                    : "type " + type + " flags " + flags + " stream " + stream + " length " + payload.length
                            + (type == RST_STREAM || type == GOAWAY ? " code " + code() : "");
        }
    }

    /** A field of a head, as it is sent. */
    public record Field(String name, String value) {}

    private final Socket socket;
    private final DataInputStream in;
    private final Map<Integer, Long> settings = new HashMap<>();
    private final List<Frame> seen = new ArrayList<>();

    private final int streamsBefore;

    public FrameClient(Socket connected) throws IOException {
        this(connected, 1);
    }

    /** @param firstStream number that stream 1 goes by on the wire; those after it follow */
    public FrameClient(Socket connected, int firstStream) throws IOException {
        streamsBefore = firstStream - 1;
        socket = connected;
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    public Socket socket() {
        return socket;
    }

    // ---- sending

    /** Says the preface with no settings, and waits for those of the server. */
    public FrameClient handshake() throws IOException {
        raw(PREFACE);
        frame(SETTINGS, 0, 0);
        await(frame -> frame.is(SETTINGS) && !frame.has(ACK), "SETTINGS");
        frame(SETTINGS, ACK, 0);
        await(frame -> frame.is(SETTINGS) && frame.has(ACK), "an acknowledgement of SETTINGS");
        return this;
    }

    /** The same at the other end: waits for the preface of who has dialled or been dialled as a client, and answers. */
    public FrameClient serverHandshake() throws IOException {
        byte[] said = in.readNBytes(PREFACE.length);
        if (!Arrays.equals(said, PREFACE)) {
            throw new AssertionError("the preface is " + new String(said, StandardCharsets.ISO_8859_1));
        }
        frame(SETTINGS, 0, 0);
        await(frame -> frame.is(SETTINGS) && !frame.has(ACK), "SETTINGS");
        frame(SETTINGS, ACK, 0);
        return this;
    }

    /** What the server said in its first SETTINGS. */
    public long said(int id, long otherwise) {
        return settings.getOrDefault(id, otherwise);
    }

    /** Bytes as they are. A connection that the server has closed is found out about by reading. */
    public FrameClient raw(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException closed) {
            seen.add(Frame.CLOSED);
        }
        return this;
    }

    public FrameClient frame(int type, int flags, int stream, byte[]... payload) {
        int onWire = (stream & Integer.MAX_VALUE) == 0 ? stream : stream + streamsBefore;
        return raw(bytesOf(type, flags, onWire, payload));
    }

    public static byte[] bytesOf(int type, int flags, int stream, byte[]... payload) {
        byte[] body = join(payload);
        ByteBuffer frame = ByteBuffer.allocate(9 + body.length);
        frame.put((byte) (body.length >> 16)).put((byte) (body.length >> 8)).put((byte) body.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(body);
        return frame.array();
    }

    public FrameClient data(int stream, boolean end, String text) {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A whole head. */
    public FrameClient headers(int stream, boolean end, List<Field> fields) {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    public FrameClient setting(int id, int value) {
        return frame(SETTINGS, 0, 0, new byte[] {0, (byte) id}, int4(value));
    }

    public FrameClient windowUpdate(int stream, int increment) {
        return frame(WINDOW_UPDATE, 0, stream, int4(increment));
    }

    public FrameClient reset(int stream, int code) {
        return frame(RST_STREAM, 0, stream, int4(code));
    }

    // ---- bytes

    public static byte[] int4(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    public static byte[] bytes(int... octets) {
        byte[] bytes = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            bytes[i] = (byte) octets[i];
        }
        return bytes;
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    /** A header block of literals without indexing (RFC 7541 §6.2.2), without Huffman. */
    public static byte[] block(List<Field> fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (Field field : fields) {
            block.write(0);
            string(block, field.name());
            string(block, field.value());
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream to, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
            to.write(length);
        } else {
            to.write(127);
            for (length -= 127; length >= 128; length >>= 7) {
                to.write((length & 0x7f) | 0x80);
            }
            to.write(length);
        }
        to.writeBytes(bytes);
    }

    // ---- what comes back

    /** The next frame; {@link Frame#CLOSED} at the end of the connection, clean or not. */
    public Frame next() {
        Frame frame = read();
        seen.add(frame);
        return frame;
    }

    private Frame read() {
        try {
            byte[] head = in.readNBytes(9);
            if (head.length < 9) {
                return Frame.CLOSED;
            }
            ByteBuffer header = ByteBuffer.wrap(head);
            int length = ((header.get() & 0xff) << 16) | ((header.get() & 0xff) << 8) | (header.get() & 0xff);
            int type = header.get();
            int flags = header.get() & 0xff;
            int stream = header.getInt() & 0x7fffffff;
            stream = stream == 0 ? 0 : stream - streamsBefore;
            byte[] payload = new byte[length];
            in.readFully(payload);
            if (type == SETTINGS && (flags & ACK) == 0 && settings.isEmpty()) {
                ByteBuffer each = ByteBuffer.wrap(payload);
                while (each.hasRemaining()) {
                    settings.put((int) each.getShort(), each.getInt() & 0xffffffffL);
                }
            }
            return new Frame(type, flags, stream, payload);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came for " + TIMEOUT_MS + " ms; before that: " + seen, e);
        } catch (EOFException e) {
            return Frame.CLOSED;
        } catch (IOException reset) {
            return Frame.CLOSED;
        }
    }

    /** Reads on to the first frame that fits. */
    public Frame await(Predicate<Frame> wanted, String what) {
        while (true) {
            Frame frame = next();
            if (wanted.test(frame)) {
                return frame;
            }
            if (frame.is(-1)) {
                throw new AssertionError("the connection was closed before " + what + " came; seen: " + seen);
            }
        }
    }

    public Frame awaitHead(int stream) {
        return await(frame -> frame.is(HEADERS) && frame.stream() == stream, "an answer on stream " + stream);
    }

    /** Reads on until a stream is over, and gives the bytes of its answer. */
    public byte[] awaitEnd(int stream) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        await(
                frame -> {
                    if (frame.stream() != stream) {
                        return false;
                    }
                    if (frame.is(DATA)) {
                        body.writeBytes(frame.payload());
                    }
                    return frame.endsStream() || frame.is(RST_STREAM);
                },
                "the end of stream " + stream);
        return body.toByteArray();
    }

    /** The connection still works: a PING is answered. */
    public void awaitPong() {
        byte[] payload = "pingpong".getBytes(StandardCharsets.US_ASCII);
        frame(PING, 0, 0, payload);
        await(
                frame -> frame.is(PING) && frame.has(ACK) && Arrays.equals(frame.payload(), payload),
                "an answer to PING");
    }

    /** A GOAWAY with one of these codes, or the end of the connection (RFC 9113 §5.4.1: the GOAWAY may be lost). */
    public void awaitConnectionError(int... codes) {
        Frame frame = await(each -> each.is(GOAWAY) || each.is(-1), "GOAWAY");
        check(frame, codes);
    }

    /** A RST_STREAM of this stream with one of these codes, or a connection error with one (RFC 9113 §5.4.2). */
    public void awaitStreamError(int stream, int... codes) {
        Frame frame = await(
                each -> (each.is(RST_STREAM) && each.stream() == stream) || each.is(GOAWAY) || each.is(-1),
                "RST_STREAM");
        check(frame, codes);
    }

    /**
     * A dependency of a stream on itself was an error of RFC 7540 §5.3.1; RFC 9113 §5.3.2 has no dependencies any more, and whoever
     * ignores them answers.
     */
    public void awaitStreamErrorOrAnswer(int stream) {
        Frame frame = await(
                each -> each.is(-1) || each.is(GOAWAY) || (each.stream() == stream && !each.is(WINDOW_UPDATE)),
                "an error or an answer");
        if (frame.is(GOAWAY) || frame.is(RST_STREAM)) {
            check(frame, PROTOCOL_ERROR);
        }
    }

    private void check(Frame frame, int... codes) {
        boolean right = frame.is(-1) || Arrays.stream(codes).anyMatch(code -> code == frame.code());
        if (!right) {
            throw new AssertionError("got " + frame + ", not one of codes " + Arrays.toString(codes));
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
