package io.fairlead.proxy.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/** A stream of bytes that both ends can compute: what was sent, moved or doubled is seen at once. */
public final class Bytes {

    private Bytes() {}

    static byte at(long position) {
        long x = position * 0x9e37_79b9_7f4a_7c15L;
        return (byte) (x >>> 56);
    }

    public static byte[] from(long position, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = at(position + i);
        }
        return bytes;
    }

    /** Position of the first byte that is wrong; -1: none. */
    static long firstWrong(long position, ByteBuf bytes) {
        // At once: with paranoid leak detection every access by byte costs a stack trace.
        return firstWrong(position, ByteBufUtil.getBytes(bytes), bytes.readableBytes());
    }

    static long firstWrong(long position, byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] != at(position + i)) {
                return position + i;
            }
        }
        return -1;
    }
}
