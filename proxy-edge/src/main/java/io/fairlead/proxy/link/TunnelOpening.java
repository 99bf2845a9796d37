package io.fairlead.proxy.link;

import io.fairlead.edge.link.LinkVitals;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The supernode's end of a tunnel until the exit has answered the CONNECT: sends it, waits, and either gives way to {@link
 * TunnelBytes} and fulfils the promise, or fails it and closes the stream.
 */
final class TunnelOpening extends ChannelInboundHandlerAdapter {

    /** Tells the agent how long it may take: a tenth less than we wait, so that its more precise answer comes first. */
    static final String TIMEOUT_FIELD = "fairlead-timeout-ms";

    static final String REQUEST_FIELD = "fairlead-request";

    private final Target target;
    private final TunnelOptions options;
    private final Promise<Channel> promise;
    private final LinkVitals vitals;
    private final TunnelEnds ends;
    private @Nullable ScheduledFuture<?> deadline;

    TunnelOpening(Target target, TunnelOptions options, Promise<Channel> promise, LinkVitals vitals, TunnelEnds ends) {
        this.target = target;
        this.options = options;
        this.promise = promise;
        this.vitals = vitals;
        this.ends = ends;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        promise.addListener(done -> {
            if (done.isCancelled()) {
                ctx.close();
            }
        });
        deadline = ctx.executor()
                .schedule(
                        () -> fail(
                                ctx,
                                Outcome.CONNECTION_TIMEOUT,
                                FaultLayer.AMBIGUOUS,
                                "the exit had not connected to " + target + " after " + options.connectTimeoutMs()
                                        + " ms"),
                        options.connectTimeoutMs(),
                        TimeUnit.MILLISECONDS);
        int agentTimeoutMs = Math.max(1, options.connectTimeoutMs() - Math.max(1, options.connectTimeoutMs() / 10));
        Http2Headers head = new DefaultHttp2Headers()
                .method("CONNECT")
                .authority(target.authority())
                .set(TIMEOUT_FIELD, Integer.toString(agentTimeoutMs));
        if (!options.requestId().isEmpty()) {
            head.set(REQUEST_FIELD, options.requestId());
        }
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(head)).addListener(sent -> {
            if (!sent.isSuccess() && !promise.isDone()) {
                fail(ctx, Outcome.EXIT_BUSY, FaultLayer.CAPACITY, "the link takes no more streams: " + sent.cause());
            }
        });
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (!(frame instanceof Http2HeadersFrame head)) {
            ReferenceCountUtil.release(frame);
            fail(ctx, Outcome.EXIT_ERROR, FaultLayer.EXIT, "the exit sent data before it answered the CONNECT");
            return;
        }
        String status = String.valueOf(head.headers().status());
        if (status.equals("200") && !head.isEndStream()) {
            succeed(ctx);
        } else if (status.startsWith("1")) {
            ctx.read();
        } else {
            refused(ctx, head.headers());
        }
    }

    private void succeed(ChannelHandlerContext ctx) {
        cancelDeadline();
        Channel channel = ctx.channel();
        ctx.pipeline().replace(this, null, new TunnelBytes(vitals, ends));
        if (!promise.trySuccess(channel)) {
            channel.close();
        }
    }

    private void refused(ChannelHandlerContext ctx, Http2Headers head) {
        CharSequence field = head.get("proxy-status");
        Refusal.Told told = Refusal.parse(field == null ? "" : field);
        fail(ctx, told.refusal().outcome(), told.refusal().layer(), told.detail());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame reset) {
            if (reset.errorCode() == Http2Error.REFUSED_STREAM.code()) {
                fail(ctx, Outcome.EXIT_BUSY, FaultLayer.CAPACITY, "the exit runs as many requests as it can");
            } else {
                fail(
                        ctx,
                        Outcome.EXIT_ERROR,
                        FaultLayer.EXIT,
                        "the exit reset the CONNECT with code " + reset.errorCode());
            }
        } else if (event instanceof Http2GoAwayFrame goAway) {
            goAway.release();
            fail(
                    ctx,
                    Outcome.EXIT_STREAM_REFUSED,
                    FaultLayer.CAPACITY,
                    "the exit is leaving and did not take the tunnel");
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(
                ctx,
                Outcome.EXIT_LINK_LOST,
                FaultLayer.EXIT,
                "the link to the exit was lost before it had connected to " + target);
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, Outcome.EXIT_ERROR, FaultLayer.EXIT, "the stream to the exit failed: " + cause.getMessage());
    }

    private void fail(ChannelHandlerContext ctx, Outcome outcome, FaultLayer layer, String detail) {
        cancelDeadline();
        promise.tryFailure(new TunnelException(outcome, layer, detail));
        ctx.close();
    }

    private void cancelDeadline() {
        ScheduledFuture<?> timer = deadline;
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
