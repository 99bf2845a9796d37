package io.fairlead.proxy.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lines of JSON on the control stream: the hello first, loads after it. Fields we don't know are left for newer versions. */
public final class ControlLines {

    /** Path of the control stream, which the supernode opens with GET. */
    public static final String PATH = "/fairlead/control";

    /** Longest line, bytes. */
    public static final int LONGEST_LINE_BYTES = 8 << 10;

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(4)
                        .maxStringLength(LONGEST_LINE_BYTES)
                        .maxNumberLength(20)
                        .build());
    }

    private static final byte[] SETTLED = "{\"settled\"".getBytes(StandardCharsets.US_ASCII);

    private ControlLines() {}

    /** A line cannot be read; the message says why, and holds nothing of the line. */
    static final class RubbishException extends Exception {
        RubbishException(String message) {
            super(message, null, false, false);
        }
    }

    static Hello hello(ByteBuf line) throws RubbishException {
        Hello hello = read(line, Hello.class);
        refuse("hello", hello.violations());
        return hello;
    }

    static LoadLine load(ByteBuf line) throws RubbishException {
        LoadLine load = read(line, LoadLine.class);
        refuse("load", load.violations());
        return load;
    }

    /** Whether a line begins as a {@link SettledLine} does; else it is a load. */
    static boolean isSettled(ByteBuf line) {
        return line.readableBytes() >= SETTLED.length
                && ByteBufUtil.equals(line, line.readerIndex(), Unpooled.wrappedBuffer(SETTLED), 0, SETTLED.length);
    }

    static SettledLine settled(ByteBuf line) throws RubbishException {
        SettledLine settled = read(line, SettledLine.class);
        refuse("settled", settled.violations());
        return settled;
    }

    static TermsLine terms(String text) throws RubbishException {
        return read(text, TermsLine.class);
    }

    /** A {@link Hello}, {@link LoadLine} or {@link SettledLine} with its line end. */
    public static ByteBuf write(ByteBufAllocator alloc, Record record) {
        byte[] json = text(record).getBytes(StandardCharsets.UTF_8);
        ByteBuf line = alloc.buffer(json.length + 1);
        return line.writeBytes(json).writeByte('\n');
    }

    static String text(Record record) {
        try {
            return JSON.writeValueAsString(record);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(record.getClass().getSimpleName() + " has no JSON form", e);
        }
    }

    private static <T> T read(ByteBuf line, Class<T> type) throws RubbishException {
        return read(new String(ByteBufUtil.getBytes(line), StandardCharsets.UTF_8), type);
    }

    private static <T> T read(String text, Class<T> type) throws RubbishException {
        try {
            T value = JSON.readValue(text, type);
            if (value == null) {
                throw new RubbishException("control line is null");
            }
            return value;
        } catch (JsonProcessingException e) {
            throw new RubbishException(
                    "control line of " + text.length() + " characters is no " + type.getSimpleName() + " in JSON");
        }
    }

    private static void refuse(String what, List<String> violations) throws RubbishException {
        if (!violations.isEmpty()) {
            throw new RubbishException(what + ": " + String.join("; ", violations));
        }
    }
}
