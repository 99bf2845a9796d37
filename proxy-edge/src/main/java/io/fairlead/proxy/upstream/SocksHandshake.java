package io.fairlead.proxy.upstream;

import io.fairlead.proxy.destination.Addresses;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** CONNECT to a SOCKS5 proxy (RFC 1928), with user and password where it wants them (RFC 1929). */
final class SocksHandshake implements Handshake {

    private enum State {
        METHOD,
        VERDICT,
        REPLY
    }

    private static final int VERSION = 5;
    private static final int VERSION_OF_LOGIN = 1;
    private static final int NO_LOGIN = 0;
    private static final int USER_AND_PASSWORD = 2;
    private static final int CONNECT = 1;
    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int MOST_TEXT_BYTES = 255;
    private static final Step MORE = new Step.More();
    private static final Step OPENED = new Step.Opened();

    private final Target target;
    private final Login login;
    private State state = State.METHOD;

    SocksHandshake(Target target, Login login) {
        this.target = target;
        this.login = login;
    }

    @Override
    public byte[] open() {
        return login.isNone()
                ? new byte[] {VERSION, 1, NO_LOGIN}
                : new byte[] {VERSION, 2, NO_LOGIN, USER_AND_PASSWORD};
    }

    @Override
    public Step read(ByteBuf said) {
        return switch (state) {
            case METHOD -> method(said);
            case VERDICT -> verdict(said);
            case REPLY -> reply(said);
        };
    }

    private Step method(ByteBuf said) {
        if (said.readableBytes() < 2) {
            return MORE;
        }
        int version = said.readUnsignedByte();
        int method = said.readUnsignedByte();
        if (version != VERSION) {
            return strange("it answers with version " + version);
        }
        if (method == NO_LOGIN) {
            state = State.REPLY;
            return new Step.Say(request());
        }
        if (method != USER_AND_PASSWORD || login.isNone()) {
            return failed(
                    login.isNone()
                            ? "the upstream wants a log-in, and none is configured"
                            : "the upstream takes no user and password");
        }
        byte[] user = login.userName().getBytes(StandardCharsets.UTF_8);
        byte[] password = login.password().getBytes(StandardCharsets.UTF_8);
        if (password.length > MOST_TEXT_BYTES) {
            return failed("the password for the upstream is longer than SOCKS5 can carry");
        }
        state = State.VERDICT;
        ByteArrayOutputStream words = new ByteArrayOutputStream(3 + user.length + password.length);
        words.write(VERSION_OF_LOGIN);
        words.write(user.length);
        words.writeBytes(user);
        words.write(password.length);
        words.writeBytes(password);
        return new Step.Say(words.toByteArray());
    }

    private Step verdict(ByteBuf said) {
        if (said.readableBytes() < 2) {
            return MORE;
        }
        said.skipBytes(1); // version of the log-in; some proxies send 5
        if (said.readUnsignedByte() != 0) {
            return failed("the upstream did not take this edge's log-in");
        }
        state = State.REPLY;
        return new Step.Say(request());
    }

    private byte[] request() {
        ByteArrayOutputStream words = new ByteArrayOutputStream(32);
        words.writeBytes(new byte[] {VERSION, CONNECT, 0});
        InetAddress address = Addresses.literal(target.host());
        if (address == null) {
            byte[] name = target.host().getBytes(StandardCharsets.US_ASCII);
            words.write(NAME);
            words.write(name.length);
            words.writeBytes(name);
        } else {
            words.write(address.getAddress().length == 4 ? IPV4 : IPV6);
            words.writeBytes(address.getAddress());
        }
        words.write(target.port() >>> 8);
        words.write(target.port());
        return words.toByteArray();
    }

    private Step reply(ByteBuf said) {
        int from = said.readerIndex();
        if (said.readableBytes() < 2) {
            return MORE;
        }
        if (said.getUnsignedByte(from) != VERSION) {
            return strange("it replies with version " + said.getUnsignedByte(from));
        }
        int code = said.getUnsignedByte(from + 1);
        if (code != 0) {
            return new Step.Refused(refusal(code)); // some proxies send no address with it
        }
        if (said.readableBytes() < 5) {
            return MORE;
        }
        int addressBytes =
                switch (said.getUnsignedByte(from + 3)) {
                    case IPV4 -> 4;
                    case IPV6 -> 16;
                    case NAME -> 1 + said.getUnsignedByte(from + 4);
                    default -> -1;
                };
        if (addressBytes < 0) {
            return strange("its reply holds an address of type " + said.getUnsignedByte(from + 3));
        }
        int length = 4 + addressBytes + 2;
        if (said.readableBytes() < length) {
            return MORE;
        }
        said.skipBytes(length);
        return OPENED;
    }

    /** What a reply code (RFC 1928 §6) means. What may lie at the target or at the proxy is ambiguous until others have been heard. */
    private TunnelException refusal(int code) {
        return switch (code) {
            case 1 -> ambiguous(Outcome.EXIT_ERROR, "failed to connect to");
            case 2 -> ambiguous(Outcome.EXIT_STREAM_REFUSED, "does not allow");
            case 3 -> ambiguous(Outcome.DESTINATION_UNREACHABLE, "has no route to");
            case 4 ->
                Addresses.literal(target.host()) == null
                        ? ambiguous(Outcome.DNS_ERROR, "can't resolve or reach")
                        : ambiguous(Outcome.DESTINATION_UNREACHABLE, "can't reach");
            case 5 -> ambiguous(Outcome.CONNECTION_REFUSED, "was refused by");
            case 6 -> ambiguous(Outcome.CONNECTION_TIMEOUT, "had no answer from");
            default ->
                new TunnelException(
                        Outcome.EXIT_ERROR,
                        FaultLayer.EXIT,
                        "the upstream did not understand the request for a tunnel (reply " + code + ")");
        };
    }

    private TunnelException ambiguous(Outcome outcome, String did) {
        return new TunnelException(outcome, FaultLayer.AMBIGUOUS, "the upstream " + did + " " + target);
    }

    private static Step.Refused failed(String why) {
        return new Step.Refused(new TunnelException(Outcome.EXIT_ERROR, FaultLayer.EXIT, why));
    }

    private static Step.Refused strange(String what) {
        return failed("the upstream is no SOCKS5 proxy: " + what);
    }
}
