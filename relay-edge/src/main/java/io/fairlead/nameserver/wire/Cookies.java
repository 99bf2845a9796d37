package io.fairlead.nameserver.wire;

import io.netty.buffer.ByteBuf;

/**
 * Server cookies that can be shown to any name server with the same secret (RFC 9018): version, time, and SipHash-2-4 over them, the client's
 * cookie and its address. A question with a good one comes from where it says.
 */
public final class Cookies {

    /** Bytes of a secret. */
    public static final int SECRET_BYTES = 16;

    /** Bytes of a whole cookie, the client's and ours. */
    public static final int BYTES = 24;

    private static final int OURS = 16;
    private static final int VERSION = 1;
    private static final long OLDEST_S = 3_600;
    private static final long AHEAD_S = 300;

    private final long key0;
    private final long key1;

    /** @param secret of 16 bytes, shared by name servers behind one address */
    public Cookies(byte[] secret) {
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("the secret of cookies has " + secret.length + " bytes but must have "
                    + SECRET_BYTES + ": 32 hexadecimal digits");
        }
        key0 = littleEndian(secret, 0);
        key1 = littleEndian(secret, 8);
    }

    private static long littleEndian(byte[] bytes, int from) {
        long value = 0;
        for (int i = 7; i >= 0; i--) {
            value = value << 8 | (bytes[from + i] & 0xFF);
        }
        return value;
    }

    /** Whether the cookie of a question is one that this server, or one with its secret, gave to that address within the last hour. */
    public boolean proves(ByteBuf packet, int at, int length, Source source, long nowS) {
        if (length != BYTES || packet.getByte(at + 8) != VERSION) {
            return false;
        }
        long ageS = (int) (nowS - packet.getUnsignedInt(at + 12)); // serial arithmetic, as RFC 9018 §4.3 says
        return ageS <= OLDEST_S
                && ageS >= -AHEAD_S
                && hash(packet.getLongLE(at), packet.getLongLE(at + 8), source) == packet.getLongLE(at + 16);
    }

    /** Writes the client's cookie and a new one of ours: {@value #BYTES} bytes. */
    public void write(ByteBuf out, ByteBuf packet, int at, Source source, long nowS) {
        int from = out.writerIndex();
        out.writeBytes(packet, at, BYTES - OURS);
        out.writeInt(VERSION << 24);
        out.writeInt((int) nowS);
        out.writeLongLE(hash(out.getLongLE(from), out.getLongLE(from + 8), source));
    }

    /** SipHash-2-4 (Aumasson, Bernstein) of client cookie, version, time and address. */
    private long hash(long clientCookie, long head, Source source) {
        SipHash sip = new SipHash(key0, key1);
        sip.add(clientCookie);
        sip.add(head);
        if (source.ipv6()) {
            sip.add(Long.reverseBytes(source.high()));
            sip.add(Long.reverseBytes(source.low()));
            return sip.end(32L << 56);
        }
        return sip.end(20L << 56 | (Integer.reverseBytes((int) (source.high() >>> 32)) & 0xFFFF_FFFFL));
    }

    /** Does not leave its method, so the virtual machine makes no object of it. */
    private static final class SipHash {
        private long v0;
        private long v1;
        private long v2;
        private long v3;

        SipHash(long key0, long key1) {
            v0 = key0 ^ 0x736f6d6570736575L;
            v1 = key1 ^ 0x646f72616e646f6dL;
            v2 = key0 ^ 0x6c7967656e657261L;
            v3 = key1 ^ 0x7465646279746573L;
        }

        void add(long word) {
            v3 ^= word;
            round();
            round();
            v0 ^= word;
        }

        long end(long last) {
            add(last);
            v2 ^= 0xFF;
            round();
            round();
            round();
            round();
            return v0 ^ v1 ^ v2 ^ v3;
        }

        private void round() {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
    }
}
