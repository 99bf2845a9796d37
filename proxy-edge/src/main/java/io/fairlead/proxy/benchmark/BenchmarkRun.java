package io.fairlead.proxy.benchmark;

import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.ExitTunnels;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One benchmark: a GET through a tunnel, with TLS from end to end for https, as a browser would send it. Ends on the
 * tunnel's event loop, always: with a result that says where it failed, if it did.
 */
final class BenchmarkRun extends ChannelInboundHandlerAdapter {

    private final BenchmarkPlan.Goal goal;
    private final BenchmarkPlan plan;
    private final LongSupplier nanoClock;
    private final Promise<BenchmarkResult> promise;
    private final long startedNanos;
    private long connectedNanos;
    private long bytes;
    private int status;
    private @Nullable ScheduledFuture<?> deadline;

    private BenchmarkRun(
            BenchmarkPlan.Goal goal, BenchmarkPlan plan, LongSupplier nanoClock, Promise<BenchmarkResult> promise) {
        this.goal = goal;
        this.plan = plan;
        this.nanoClock = nanoClock;
        this.promise = promise;
        this.startedNanos = nanoClock.getAsLong();
    }

    /** Starts it; the promise always succeeds. */
    static void start(
            String exitId,
            BenchmarkPlan.Goal goal,
            BenchmarkPlan plan,
            ExitTunnels tunnels,
            DestinationRules destinations,
            SslContext tls,
            LongSupplier nanoClock,
            Promise<BenchmarkResult> promise) {
        BenchmarkRun run = new BenchmarkRun(goal, plan, nanoClock, promise);
        Future<Channel> opening = tunnels.open(
                exitId,
                new Target(goal.host(), goal.port()),
                new TunnelOptions(plan.timeoutMs(), "benchmark", destinations),
                null);
        opening.addListener(done -> {
            if (done.isSuccess()) {
                run.fetch(opening.getNow(), tls);
            } else if (done.cause() instanceof TunnelException refused) {
                run.end(refused.outcome(), refused.layer());
            } else {
                run.end(Outcome.EDGE_ERROR, FaultLayer.EDGE);
            }
        });
    }

    private void fetch(Channel tunnel, SslContext tls) {
        connectedNanos = nanoClock.getAsLong();
        long leftMs = Math.max(1, plan.timeoutMs() - TimeUnit.NANOSECONDS.toMillis(connectedNanos - startedNanos));
        deadline = tunnel.eventLoop()
                .schedule(
                        () -> {
                            end(Outcome.RESPONSE_TIMEOUT, FaultLayer.AMBIGUOUS);
                            tunnel.close();
                        },
                        leftMs,
                        TimeUnit.MILLISECONDS);
        promise.addListener(done -> {
            ScheduledFuture<?> timer = deadline;
            if (timer != null) {
                timer.cancel(false);
            }
        });
        if (goal.tls()) {
            tunnel.pipeline().addLast(tls.newHandler(tunnel.alloc(), goal.host(), goal.port()));
        }
        tunnel.pipeline().addLast(new HttpClientCodec(), this);
        tunnel.writeAndFlush(request()).addListener(sent -> {
            if (!sent.isSuccess()) {
                failed(sent.cause());
                tunnel.close();
            }
        });
        tunnel.config().setAutoRead(true);
    }

    private FullHttpRequest request() {
        FullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, goal.pathAndQuery());
        boolean usualPort = goal.port() == (goal.tls() ? 443 : 80);
        String host = new Target(goal.host(), goal.port()).authority();
        request.headers()
                .set(HttpHeaderNames.HOST, usualPort ? host.substring(0, host.lastIndexOf(':')) : host)
                .set(
                        HttpHeaderNames.USER_AGENT,
                        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
                .set(HttpHeaderNames.ACCEPT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .set(HttpHeaderNames.CONNECTION, "close");
        return request;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response) {
                if (response.decoderResult().isFailure()) {
                    end(Outcome.RESPONSE_INVALID, FaultLayer.TARGET);
                    ctx.close();
                    return;
                }
                status = response.status().code();
            }
            if (message instanceof HttpContent content) {
                bytes += content.content().readableBytes();
                if (message instanceof LastHttpContent || bytes >= plan.maxResponseBytes()) {
                    endByStatus();
                    ctx.close();
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void endByStatus() {
        if (status == 403 || status == 429) {
            end(Outcome.BLOCKED, FaultLayer.AMBIGUOUS);
        } else if (status >= 500) {
            end(Outcome.RESPONSE_INVALID, FaultLayer.TARGET);
        } else {
            end(Outcome.OK, FaultLayer.NONE);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof TunnelAborted aborted) {
            end(aborted.outcome(), aborted.layer());
        } else if (event == ChannelInputShutdownEvent.INSTANCE) {
            // The codec has had its chance to end a body that is delimited by the close.
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(Outcome.RESPONSE_INCOMPLETE, FaultLayer.AMBIGUOUS);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause);
        ctx.close();
    }

    private void failed(Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        boolean tls = cause instanceof SSLException || root instanceof SSLException;
        end(tls ? Outcome.TLS_ERROR : Outcome.RESPONSE_INVALID, FaultLayer.AMBIGUOUS);
    }

    private void end(Outcome outcome, FaultLayer layer) {
        long now = nanoClock.getAsLong();
        long connectUs = connectedNanos == 0 ? 0 : Math.max(1, (connectedNanos - startedNanos) / 1000);
        promise.trySuccess(
                new BenchmarkResult(outcome, layer, connectUs, Math.max(1, (now - startedNanos) / 1000), status));
    }
}
