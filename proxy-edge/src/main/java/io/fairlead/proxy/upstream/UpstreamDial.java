package io.fairlead.proxy.upstream;

import io.fairlead.proxy.destination.Addresses;
import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.destination.NameLookup;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One tunnel through an upstream, from the call to the open tunnel or the reason why there is none, within one deadline: resolves the target's name
 * and judges each address by the tenant's rules, connects to the proxy, and has it connect to the first address that is allowed. That address
 * itself is sent, so that a name that changes its mind gains nothing. An upstream that is trusted with names is sent the name.
 *
 * <p>Lives on the event loop of the tunnel.
 */
final class UpstreamDial {

    private enum Stage {
        RESOLVING,
        REACHING,
        OPENING
    }

    private final UpstreamExit exit;
    private final Upstreams shared;
    private final UpstreamTerms terms;
    private final Login login;
    private final Target target;
    private final TunnelOptions options;
    private final EventLoop loop;
    private final Promise<Channel> promise;
    private Stage stage = Stage.RESOLVING;

    UpstreamDial(
            UpstreamExit exit,
            Upstreams shared,
            UpstreamTerms terms,
            Login login,
            Target target,
            TunnelOptions options,
            EventLoop loop,
            Promise<Channel> promise) {
        this.exit = exit;
        this.shared = shared;
        this.terms = terms;
        this.login = login;
        this.target = target;
        this.options = options;
        this.loop = loop;
        this.promise = promise;
    }

    void begin() {
        DestinationRules.Verdict verdict = options.destinations().checkName(target.host(), target.port());
        if (!verdict.allowed()) {
            fail(Outcome.DESTINATION_FORBIDDEN, FaultLayer.CLIENT, verdict.reason());
            return;
        }
        var overdue = loop.schedule(this::overdue, options.connectTimeoutMs(), TimeUnit.MILLISECONDS);
        promise.addListener(done -> overdue.cancel(false));
        if (terms.trustedWithNames() && Addresses.literal(target.host()) == null) {
            reach(target);
        } else {
            shared.names().all(target.host(), loop).addListener((Future<List<InetAddress>> found) -> {
                if (promise.isDone()) {
                    return;
                }
                if (found.isSuccess()) {
                    choose(found.getNow());
                } else {
                    unresolved(found.cause());
                }
            });
        }
    }

    private void choose(List<InetAddress> addresses) {
        String why = "the name has no address";
        for (InetAddress address : addresses) {
            DestinationRules.Verdict verdict =
                    options.destinations().checkAddress(target.host(), address, target.port());
            if (verdict.allowed()) {
                reach(new Target(NetUtil.toAddressString(address), target.port()));
                return;
            }
            why = verdict.reason();
        }
        fail(Outcome.DESTINATION_FORBIDDEN, FaultLayer.CLIENT, why);
    }

    /** The name servers are this edge's: what they say is nothing against the exit. */
    private void unresolved(Throwable cause) {
        if (NameLookup.timedOut(cause)) {
            fail(Outcome.DNS_TIMEOUT, FaultLayer.EDGE, "the name servers did not answer for " + target.host());
        } else {
            fail(Outcome.DNS_ERROR, FaultLayer.TARGET, "host " + target.host() + " has no address");
        }
    }

    private void reach(Target sent) {
        stage = Stage.REACHING;
        exit.address(terms, loop).addListener((Future<InetSocketAddress> found) -> {
            if (promise.isDone()) {
                return;
            }
            if (!found.isSuccess()) {
                notReached("its name can't be resolved");
                return;
            }
            connect(found.getNow(), sent);
        });
    }

    private void connect(InetSocketAddress proxy, Target sent) {
        long begun = shared.nanoClock().getAsLong();
        UpstreamOpening opening =
                new UpstreamOpening(UpstreamExit.handshake(terms, login, sent), promise, this::opened);
        ChannelFuture connecting = shared.connect(proxy, loop, options.connectTimeoutMs(), opening);
        Channel socket = connecting.channel();
        promise.addListener(done -> {
            if (!done.isSuccess()) {
                socket.close();
            }
        });
        connecting.addListener(done -> {
            if (done.isSuccess()) {
                stage = Stage.OPENING;
                exit.reached(shared.nanoClock().getAsLong() - begun);
            } else if (!promise.isDone()) {
                notReached("it does not take connections");
            }
        });
    }

    private void opened(SocketTunnel tunnel, Channel socket) {
        exit.opened(tunnel, socket, terms);
    }

    private void notReached(String why) {
        exit.notReached();
        fail(Outcome.EXIT_LINK_LOST, FaultLayer.EXIT, "the upstream of exit " + terms.exitId() + " is away: " + why);
    }

    private void overdue() {
        String after = " after " + options.connectTimeoutMs() + " ms";
        switch (stage) {
            case RESOLVING -> fail(Outcome.DNS_TIMEOUT, FaultLayer.EDGE, "no address of " + target.host() + after);
            case REACHING -> notReached("no connection" + after);
            case OPENING ->
                fail(
                        Outcome.CONNECTION_TIMEOUT,
                        FaultLayer.AMBIGUOUS,
                        "the upstream had not connected to " + target + after);
        }
    }

    private void fail(Outcome outcome, FaultLayer layer, String detail) {
        promise.tryFailure(new TunnelException(outcome, layer, detail));
    }
}
