package io.fairlead.proxy.agent;

import io.fairlead.edge.link.Sockets;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.link.Refusal;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.NoopAddressResolverGroup;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Resolves a target once, judges each address by the rules, and dials those that are allowed, one after the other, within
 * one deadline. The addresses that were judged are the ones that are dialled.
 */
final class TargetDial {

    private static final int MOST_ADDRESSES = 4;

    private final EventLoopGroup loops;
    private final NameLookup names;
    private final DestinationRules rules;
    private final DialPath path;
    private final LongSupplier nanoClock;

    TargetDial(EventLoopGroup loops, NameLookup names, DestinationRules rules, DialPath path, LongSupplier nanoClock) {
        this.loops = loops;
        this.names = names;
        this.rules = rules;
        this.path = path;
        this.nanoClock = nanoClock;
    }

    /** A target could not be reached; carries what to tell the supernode. */
    static final class RefusedException extends Exception {

        private final transient Refusal.Told told;

        RefusedException(Refusal refusal, String detail) {
            super(detail, null, false, false);
            this.told = new Refusal.Told(refusal, detail);
        }

        Refusal.Told told() {
            return told;
        }
    }

    /**
     * Connects. The promise succeeds with a socket that reads nothing yet, or fails with {@link RefusedException}; a promise
     * that was cancelled meanwhile closes the socket.
     */
    void connect(Target target, int timeoutMs, EventLoop loop, Promise<SocketChannel> promise) {
        DestinationRules.Verdict verdict = rules.checkName(target.host(), target.port());
        if (!verdict.allowed()) {
            promise.tryFailure(new RefusedException(Refusal.DESTINATION_FORBIDDEN, verdict.reason()));
            return;
        }
        long deadlineNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        boolean[] resolved = {false};
        var overdue = loop.schedule(
                () -> promise.tryFailure(new RefusedException(
                        resolved[0] ? Refusal.CONNECTION_TIMEOUT : Refusal.DNS_TIMEOUT,
                        (resolved[0] ? "no connection to " : "no address of ") + target + " within " + timeoutMs
                                + " ms")),
                timeoutMs,
                TimeUnit.MILLISECONDS);
        promise.addListener(done -> overdue.cancel(false));
        names.all(target.host(), loop).addListener(answered -> {
            resolved[0] = true;
            if (promise.isDone()) {
                return;
            }
            if (!answered.isSuccess()) {
                promise.tryFailure(unresolved(target, answered.cause()));
                return;
            }
            @SuppressWarnings("unchecked")
            List<InetAddress> addresses = (List<InetAddress>) answered.getNow();
            choose(target, addresses, loop, deadlineNanos, promise);
        });
    }

    private void choose(
            Target target,
            List<InetAddress> addresses,
            EventLoop loop,
            long deadlineNanos,
            Promise<SocketChannel> promise) {
        List<InetSocketAddress> allowed = new ArrayList<>();
        String why = "name has no address";
        for (InetAddress address : addresses) {
            DestinationRules.Verdict verdict = rules.checkAddress(target.host(), address, target.port());
            if (!verdict.allowed()) {
                why = verdict.reason();
            } else if (allowed.size() < MOST_ADDRESSES) {
                allowed.add(new InetSocketAddress(address, target.port()));
            }
        }
        if (allowed.isEmpty()) {
            promise.tryFailure(new RefusedException(Refusal.DESTINATION_FORBIDDEN, why));
            return;
        }
        dial(target, allowed, 0, loop, deadlineNanos, promise);
    }

    private void dial(
            Target target,
            List<InetSocketAddress> addresses,
            int index,
            EventLoop loop,
            long deadlineNanos,
            Promise<SocketChannel> promise) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - nanoClock.getAsLong());
        int left = addresses.size() - index;
        // The last address may use all that is left; the others leave some for those behind them.
        int timeoutMs = (int) Math.max(1, left == 1 ? leftMs + 1 : leftMs / 2);
        ChannelFuture dialled = new Bootstrap()
                .group(loop)
                .channel(Sockets.dialling(loops))
                .resolver(NoopAddressResolverGroup.INSTANCE)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(path.via(addresses.get(index)));
        Channel socket = dialled.channel();
        promise.addListener(done -> {
            if (!done.isSuccess() || done.getNow() != socket) {
                socket.close();
            }
        });
        dialled.addListener(done -> {
            if (done.isSuccess()) {
                if (!promise.trySuccess((SocketChannel) socket)) {
                    socket.close();
                }
            } else if (promise.isDone()) {
                socket.close();
            } else if (left > 1) {
                dial(target, addresses, index + 1, loop, deadlineNanos, promise);
            } else {
                promise.tryFailure(unconnected(target, done.cause()));
            }
        });
    }

    private static RefusedException unresolved(Target target, Throwable cause) {
        if (NameLookup.timedOut(cause)) {
            return new RefusedException(Refusal.DNS_TIMEOUT, "the name servers did not answer for " + target.host());
        }
        if (cause instanceof UnknownHostException) {
            return new RefusedException(Refusal.DNS_ERROR, "host " + target.host() + " has no address");
        }
        return new RefusedException(Refusal.DNS_ERROR, "host " + target.host() + " can't be resolved");
    }

    private static RefusedException unconnected(Target target, Throwable cause) {
        String words = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (cause instanceof ConnectTimeoutException || words.contains("timed out")) {
            return new RefusedException(Refusal.CONNECTION_TIMEOUT, target + " did not answer");
        }
        if (cause instanceof NoRouteToHostException || words.contains("unreachable") || words.contains("no route")) {
            return new RefusedException(Refusal.UNREACHABLE, "no route to " + target);
        }
        if (words.contains("refused")) {
            return new RefusedException(Refusal.CONNECTION_REFUSED, target + " refused the connection");
        }
        if (words.contains("reset")) {
            return new RefusedException(Refusal.CONNECTION_RESET, target + " reset the connection");
        }
        if (words.contains("too many open files")
                || words.contains("cannot assign")
                || words.contains("no buffer space")) {
            return new RefusedException(Refusal.CAPACITY, "the exit has no socket left");
        }
        return cause instanceof IOException
                ? new RefusedException(Refusal.UNREACHABLE, target + " can't be connected")
                : new RefusedException(Refusal.INTERNAL, "dialling " + target + " failed");
    }
}
