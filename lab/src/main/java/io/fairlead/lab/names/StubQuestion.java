package io.fairlead.lab.names;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Questions for A records as a resolver sends them, with a cookie and a client's subnet, and what of the answers it looks at. */
final class StubQuestion {

    private static final int TYPE_A = 1;
    private static final int TYPE_OPT = 41;
    private static final int CLASS_IN = 1;
    private static final int UDP_BYTES = 1_232;
    private static final int OPTION_SUBNET = 8;
    private static final int OPTION_COOKIE = 10;
    private static final int HEADER_BYTES = 12;
    private static final int FLAG_ANSWER = 0x8000;
    private static final int SUBNET_BITS = 24;

    /** An answer. */
    static final class Answer {
        final int id;

        /** The first A record as a number; 0: it has none. */
        final int address;

        /** To be shown next time; null: none came. */
        final byte @Nullable [] cookie;

        Answer(int id, int address, byte @Nullable [] cookie) {
            this.id = id;
            this.address = address;
            this.cookie = cookie;
        }
    }

    private StubQuestion() {}

    /**
     * Writes one.
     *
     * @param cookie the client's 8 bytes, and the server's if they are known
     * @param subnet first three bytes of the client's /24; null: it is not told
     */
    static void write(ByteBuffer to, int id, String name, byte[] cookie, byte @Nullable [] subnet) {
        to.clear();
        to.putShort((short) id).putShort((short) 0);
        to.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 1);
        for (String label : name.split("\\.")) {
            to.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
        }
        to.put((byte) 0).putShort((short) TYPE_A).putShort((short) CLASS_IN);
        to.put((byte) 0).putShort((short) TYPE_OPT).putShort((short) UDP_BYTES).putInt(0);
        to.putShort((short) (4 + cookie.length + (subnet == null ? 0 : 11)));
        to.putShort((short) OPTION_COOKIE).putShort((short) cookie.length).put(cookie);
        if (subnet != null) {
            to.putShort((short) OPTION_SUBNET).putShort((short) 7);
            to.putShort((short) 1).put((byte) SUBNET_BITS).put((byte) 0).put(subnet, 0, 3);
        }
        to.flip();
    }

    /** Reads an answer; null: it is none. */
    static @Nullable Answer read(ByteBuffer from) {
        if (from.remaining() < HEADER_BYTES) {
            return null;
        }
        int id = from.getShort() & 0xFFFF;
        if ((from.getShort() & FLAG_ANSWER) == 0) {
            return null;
        }
        int questions = from.getShort();
        int records = from.getShort() + from.getShort() + from.getShort();
        int address = 0;
        byte[] cookie = null;
        for (int i = 0; i < questions; i++) {
            skipName(from);
            from.getInt();
        }
        for (int i = 0; i < records; i++) {
            skipName(from);
            int type = from.getShort();
            from.getShort();
            from.getInt();
            int end = (from.getShort() & 0xFFFF) + from.position();
            if (type == TYPE_A && address == 0) {
                address = from.getInt();
            } else if (type == TYPE_OPT) {
                cookie = cookie(from, end);
            }
            from.position(end);
        }
        return new Answer(id, address, cookie);
    }

    private static byte @Nullable [] cookie(ByteBuffer from, int end) {
        byte[] cookie = null;
        while (from.position() < end) {
            int option = from.getShort();
            int length = from.getShort() & 0xFFFF;
            if (option == OPTION_COOKIE) {
                cookie = new byte[length];
                from.get(cookie);
            } else {
                from.position(from.position() + length);
            }
        }
        return cookie;
    }

    private static void skipName(ByteBuffer from) {
        for (int length = from.get() & 0xFF; length != 0; length = from.get() & 0xFF) {
            if (length >= 0xC0) {
                from.get();
                return;
            }
            from.position(from.position() + length);
        }
    }
}
