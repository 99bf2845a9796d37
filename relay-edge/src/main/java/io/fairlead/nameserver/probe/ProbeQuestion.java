package io.fairlead.nameserver.probe;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/** The question that a resolver is asked, TXT of {@code DIGITS.SOURCENAME} without recursion, and which answers are to it. Any answer will do, a refusal as well as any. */
final class ProbeQuestion {

    private static final int HEADER_BYTES = 12;
    private static final int QUESTIONS_AT = 4;
    private static final int ANSWER_FLAG = 0x8000;
    private static final int TYPE_TXT = 16;
    private static final int CLASS_IN = 1;
    private static final int DIGITS = 8;

    private ProbeQuestion() {}

    /**
     * Writes one.
     *
     * @param token drawn anew for each, so that nobody who does not see it can answer
     */
    static void write(ByteBuf out, int id, int token, String sourceName) {
        out.writeShort(id).writeShort(0);
        out.writeShort(1).writeShort(0).writeShort(0).writeShort(0);
        label(out, digits(token));
        for (String label : sourceName.split("\\.")) {
            label(out, label);
        }
        out.writeByte(0).writeShort(TYPE_TXT).writeShort(CLASS_IN);
    }

    private static void label(ByteBuf out, String label) {
        out.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
    }

    private static String digits(int token) {
        return String.format("%0" + DIGITS + "x", token);
    }

    /** Id of an answer; −1: it is none. */
    static int id(ByteBuf answer) {
        boolean one = answer.readableBytes() >= HEADER_BYTES
                && (answer.getUnsignedShort(answer.readerIndex() + 2) & ANSWER_FLAG) != 0;
        return one ? answer.getUnsignedShort(answer.readerIndex()) : -1;
    }

    /** Whether it repeats the question, or none at all, as Unbound does when it refuses. */
    static boolean repeats(ByteBuf answer, int token) {
        if (answer.readableBytes() == HEADER_BYTES) {
            return answer.getUnsignedShort(answer.readerIndex() + QUESTIONS_AT) == 0;
        }
        int at = answer.readerIndex() + HEADER_BYTES;
        return answer.readableBytes() > HEADER_BYTES + DIGITS
                && answer.getByte(at) == DIGITS
                && answer.toString(at + 1, DIGITS, StandardCharsets.US_ASCII).equalsIgnoreCase(digits(token));
    }
}
