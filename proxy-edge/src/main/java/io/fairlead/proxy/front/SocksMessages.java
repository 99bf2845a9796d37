package io.fairlead.proxy.front;

import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.status.ErrorAnswer;
import io.fairlead.proxy.tenant.Credentials;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.NetUtil;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is said in SOCKS5 (RFC 1928) with user name and password (RFC 1929). Each reader takes a message off the bytes when
 * all of it is there, and takes nothing and returns null before; none waits for more than 515 bytes.
 */
final class SocksMessages {

    static final int NO_METHOD = 0xff;
    static final int USER_AND_PASSWORD = 2;
    static final int NO_AUTHENTICATION = 0;

    static final int SUCCEEDED = 0;
    static final int GENERAL_FAILURE = 1;
    static final int COMMAND_NOT_SUPPORTED = 7;
    static final int ADDRESS_TYPE_NOT_SUPPORTED = 8;

    private static final int SOCKS4 = 4;
    private static final int SOCKS5 = 5;
    private static final int SECRET_VERSION = 1;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;

    private SocksMessages() {}

    /** Whether a connection that begins with this byte speaks SOCKS; SOCKS4 counts, so that it is told that it is not served. */
    static boolean isVersion(int firstByte) {
        return firstByte == SOCKS5 || firstByte == SOCKS4;
    }

    /** What a user is told who speaks SOCKS4: rejected. */
    static byte[] socks4Rejected() {
        return new byte[] {0, 91, 0, 0, 0, 0, 0, 0};
    }

    static boolean isSocks4(ByteBuf bytes) {
        return bytes.getUnsignedByte(bytes.readerIndex()) == SOCKS4;
    }

    /**
     * Reads the greeting.
     *
     * @param knownSource the user's address is enough to be let in
     * @return method to go on with: user and password where it is offered, none where that will do; {@link #NO_METHOD}
     */
    static @Nullable Integer greeting(ByteBuf bytes, boolean knownSource) {
        int at = bytes.readerIndex();
        if (bytes.readableBytes() < 2 || bytes.readableBytes() < 2 + bytes.getUnsignedByte(at + 1)) {
            return null;
        }
        int methods = bytes.getUnsignedByte(at + 1);
        boolean password = bytes.indexOf(at + 2, at + 2 + methods, (byte) USER_AND_PASSWORD) >= 0;
        boolean nothing = bytes.indexOf(at + 2, at + 2 + methods, (byte) NO_AUTHENTICATION) >= 0;
        bytes.skipBytes(2 + methods);
        if (password) {
            return USER_AND_PASSWORD;
        }
        return nothing && knownSource ? NO_AUTHENTICATION : NO_METHOD;
    }

    static byte[] method(int method) {
        return new byte[] {SOCKS5, (byte) method};
    }

    /**
     * What was read of a user name and a password.
     *
     * @param credentials null: they are not well-formed
     */
    record Secret(@Nullable Credentials credentials) {}

    /** Reads user name and password; once its version is wrong, at once. */
    static @Nullable Secret secret(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int there = bytes.readableBytes();
        if (there >= 1 && bytes.getUnsignedByte(at) != SECRET_VERSION) {
            return new Secret(null);
        }
        if (there < 2) {
            return null;
        }
        int userLength = bytes.getUnsignedByte(at + 1);
        if (there < 3 + userLength) {
            return null;
        }
        int secretLength = bytes.getUnsignedByte(at + 2 + userLength);
        if (there < 3 + userLength + secretLength) {
            return null;
        }
        String user = bytes.toString(at + 2, userLength, StandardCharsets.UTF_8);
        String secret = bytes.toString(at + 3 + userLength, secretLength, StandardCharsets.UTF_8);
        bytes.skipBytes(3 + userLength + secretLength);
        return new Secret(Credentials.of(user, secret));
    }

    static byte[] secretVerdict(boolean right) {
        return new byte[] {SECRET_VERSION, (byte) (right ? 0 : 1)};
    }

    /** What is asked for. */
    sealed interface Request {

        /** A tunnel. */
        record Connect(Target target) implements Request {}

        /** Something that is not done, or can't be understood. */
        record Unusable(int reply) implements Request {}
    }

    /** Reads a request. One that is unusable may be taken in part only: nothing that follows it can be trusted. */
    static @Nullable Request request(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int there = bytes.readableBytes();
        if (there >= 1 && bytes.getUnsignedByte(at) != SOCKS5) {
            return new Request.Unusable(GENERAL_FAILURE);
        }
        if (there < 5) {
            return null;
        }
        if (bytes.getUnsignedByte(at + 1) != CONNECT) {
            return new Request.Unusable(COMMAND_NOT_SUPPORTED);
        }
        int type = bytes.getUnsignedByte(at + 3);
        int host = type == NAME ? at + 5 : at + 4;
        int length =
                switch (type) {
                    case IPV4 -> 4;
                    case IPV6 -> 16;
                    case NAME -> bytes.getUnsignedByte(at + 4);
                    default -> -1;
                };
        if (length < 0) {
            return new Request.Unusable(ADDRESS_TYPE_NOT_SUPPORTED);
        }
        int whole = host + length + 2 - at;
        if (there < whole) {
            return null;
        }
        String name = type == NAME
                ? bytes.toString(host, length, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)
                : NetUtil.bytesToIpAddress(ByteBufUtil.getBytes(bytes, host, length));
        int port = bytes.getUnsignedShort(host + length);
        bytes.skipBytes(whole);
        boolean wellFormed = port > 0 && (type != NAME || RequestForm.isName(name));
        return wellFormed ? new Request.Connect(new Target(name, port)) : new Request.Unusable(GENERAL_FAILURE);
    }

    /** A reply without an address: from where an exit connects is not for the user to know. */
    static byte[] reply(int code) {
        return new byte[] {SOCKS5, (byte) code, 0, IPV4, 0, 0, 0, 0, 0, 0};
    }

    static byte[] failure(Outcome outcome) {
        return reply(ErrorAnswer.of(outcome).socksReply());
    }
}
