package io.fairlead.lab.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A user of the proxy who asks for many things at once, over connections that are kept open. */
final class ProxyUser {

    /** An answer that takes longer is given up, ms. */
    static final int TIMEOUT_MS = 30_000;

    private static final String EXIT = "x-fairlead-exit";

    private final EventLoopGroup loops;
    private final InetSocketAddress proxy;
    private final String authorization;
    private final Map<EventLoop, Deque<Channel>> idle = new HashMap<>();

    /** Told on an event loop when a request is over. */
    interface Told {

        /**
         * @param status of the answer; 0: none came
         * @param exitId that the answer names; empty: none
         * @param nanos from asking to the last byte
         */
        void over(int status, String exitId, long nanos);
    }

    ProxyUser(EventLoopGroup loops, InetSocketAddress proxy, String user, String secret) {
        this.loops = loops;
        this.proxy = proxy;
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
        loops.forEach(loop -> idle.put((EventLoop) loop, new ArrayDeque<>()));
    }

    /** Asks for one thing through the proxy. */
    void get(String url, Told told) {
        EventLoop loop = loops.next();
        loop.execute(() -> get(loop, new Asked(url, told, System.nanoTime())));
    }

    private void get(EventLoop loop, Asked asked) {
        Channel kept = kept(loop);
        if (kept != null) {
            kept.pipeline().get(Exchange.class).ask(kept, asked);
            return;
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(new HttpClientCodec(), new Exchange());
                    }
                })
                .connect(proxy)
                .addListener((io.netty.channel.ChannelFutureListener) dialled -> {
                    if (dialled.isSuccess()) {
                        dialled.channel().pipeline().get(Exchange.class).ask(dialled.channel(), asked);
                    } else {
                        asked.over(0, "");
                    }
                });
    }

    private @Nullable Channel kept(EventLoop loop) {
        Deque<Channel> waiting = idleOf(loop);
        for (Channel channel = waiting.pollLast(); channel != null; channel = waiting.pollLast()) {
            if (channel.isActive()) {
                return channel;
            }
        }
        return null;
    }

    private Deque<Channel> idleOf(EventLoop loop) {
        Deque<Channel> waiting = idle.get(loop);
        if (waiting == null) {
            throw new IllegalStateException("an event loop that is not one of ours");
        }
        return waiting;
    }

    private record Asked(String url, Told told, long askedNanos) {
        void over(int status, String exitId) {
            told.over(status, exitId, System.nanoTime() - askedNanos);
        }
    }

    /** One connection, one request at a time. */
    private final class Exchange extends SimpleChannelInboundHandler<HttpObject> {

        private @Nullable Asked now;
        private @Nullable ScheduledFuture<?> deadline;
        private int status;
        private String exitId = "";
        private boolean stays;

        void ask(Channel channel, Asked asked) {
            now = asked;
            status = 0;
            exitId = "";
            DefaultFullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, asked.url, Unpooled.EMPTY_BUFFER);
            request.headers()
                    .set(
                            HttpHeaderNames.HOST,
                            asked.url.substring("http://".length()).replaceFirst("/.*", ""))
                    .set(HttpHeaderNames.PROXY_AUTHORIZATION, authorization);
            deadline = channel.eventLoop().schedule(() -> channel.close(), TIMEOUT_MS, TimeUnit.MILLISECONDS);
            channel.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject part) {
            if (part instanceof HttpResponse response) {
                status = response.status().code();
                exitId = response.headers().get(EXIT, "");
                stays = HttpUtil.isKeepAlive(response);
            }
            if (part instanceof LastHttpContent) {
                over(part.decoderResult().isSuccess() ? status : 0);
                if (stays) {
                    idleOf((EventLoop) ctx.executor()).addLast(ctx.channel());
                } else {
                    ctx.close();
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            over(0);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }

        private void over(int told) {
            ScheduledFuture<?> timer = deadline;
            if (timer != null) {
                timer.cancel(false);
                deadline = null;
            }
            Asked asked = now;
            now = null;
            if (asked != null) {
                asked.over(told, exitId);
            }
        }
    }
}
