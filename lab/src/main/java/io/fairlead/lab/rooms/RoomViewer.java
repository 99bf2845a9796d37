package io.fairlead.lab.rooms;

import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.ts.EitherReader;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One who watches a room over HTTP, by FLV or as a transport stream, and looks at every frame that comes: whether its time goes on by one
 * frame, and when it came. Asks again where it is not let in; when it is cut off it says so, and comes back. On one event loop; what it has
 * seen may be asked on any thread.
 */
final class RoomViewer implements AutoCloseable {

    private static final int MAX_TAG_BYTES = 1 << 20;
    private static final int AGAIN_MS = 500;
    private static final long NANOS_PER_MS = 1_000_000;

    /** From one frame to the next a transport stream's clock and FLV's may differ by a millisecond. */
    private static final int ROUNDING_MS = 2;

    private final String name;
    private final InetSocketAddress relay;
    private final String path;
    private final int frameMs;
    private final EventLoop loop;
    private @Nullable Channel channel;
    private boolean closed;

    // What was seen, guarded by this.
    private boolean watching;
    private long askedNs;
    private long startMs = -1;
    private long bytes;
    private long frames;
    private long lost;
    private long repeated;
    private int cutOff;
    private long lastFrameMs = -1;
    private long lastNs;
    private long longestPauseNs;

    /**
     * What a viewer has seen so far.
     *
     * @param startMs from its request to its first key frame, ms; −1: it has none yet
     * @param lost frames that did not come, by their times
     * @param repeated frames that came again, or whose time went back
     * @param cutOff times that it was ended without having gone
     * @param pauseMs longest time without a frame since the last {@link #mark}, ms
     */
    record Sight(
            boolean watching,
            long startMs,
            long bytes,
            long frames,
            long lost,
            long repeated,
            int cutOff,
            long pauseMs) {}

    /**
     * Begins to watch.
     *
     * @param room its name
     * @param suffix {@code .flv} or {@code .ts}
     * @param frameMs from one frame to the next
     */
    RoomViewer(String name, InetSocketAddress relay, String room, String suffix, int frameMs, EventLoop loop) {
        this.name = name;
        this.relay = relay;
        this.path = "/" + room + suffix + "?viewer=" + name;
        this.frameMs = frameMs;
        this.loop = loop;
        ask();
    }

    String name() {
        return name;
    }

    private void ask() {
        synchronized (this) {
            askedNs = System.nanoTime();
        }
        new Bootstrap()
                .group(loop)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        fresh.pipeline().addLast(new HttpClientCodec(), new Watching());
                    }
                })
                .connect(relay)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        again();
                    }
                });
    }

    private void again() {
        if (!closed) {
            loop.schedule(this::askUnlessClosed, AGAIN_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void askUnlessClosed() {
        if (!closed) {
            ask();
        }
    }

    private synchronized void seen(Tag tag) {
        try {
            if (tag.part() != Part.KEY_FRAME && tag.part() != Part.FRAME) {
                return;
            }
            long now = System.nanoTime();
            long timeMs = tag.timeMs();
            if (startMs < 0 && tag.part() == Part.KEY_FRAME) {
                startMs = (now - askedNs) / NANOS_PER_MS;
            }
            if (lastFrameMs >= 0) {
                long stepMs = timeMs - lastFrameMs;
                if (stepMs < frameMs - ROUNDING_MS) {
                    repeated++;
                } else if (stepMs > frameMs + ROUNDING_MS) {
                    lost += Math.round((double) stepMs / frameMs) - 1;
                }
                longestPauseNs = Math.max(longestPauseNs, now - lastNs);
            }
            frames++;
            lastFrameMs = timeMs;
            lastNs = now;
        } finally {
            tag.release();
        }
    }

    /** Pauses count from now on. */
    synchronized void mark() {
        longestPauseNs = 0;
    }

    synchronized Sight sight() {
        long pauseNs =
                watching && lastFrameMs >= 0 ? Math.max(longestPauseNs, System.nanoTime() - lastNs) : longestPauseNs;
        return new Sight(watching, startMs, bytes, frames, lost, repeated, cutOff, pauseNs / NANOS_PER_MS);
    }

    /** Goes, as one who closes the page. */
    @Override
    public void close() {
        loop.execute(() -> {
            closed = true;
            Channel open = channel;
            if (open != null) {
                open.close();
            }
        });
    }

    /** One answer. Consumes all of it. */
    private final class Watching extends SimpleChannelInboundHandler<HttpObject> {

        private final EitherReader reader =
                new EitherReader(UnpooledByteBufAllocator.DEFAULT, MAX_TAG_BYTES, RoomViewer.this::seen);
        private boolean admitted;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            channel = ctx.channel();
            if (closed) {
                ctx.close();
                return;
            }
            DefaultFullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path, Unpooled.EMPTY_BUFFER);
            request.headers().set(HttpHeaderNames.HOST, relay.getHostString() + ":" + relay.getPort());
            ctx.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
            if (message instanceof HttpResponse response) {
                admitted = response.status().equals(HttpResponseStatus.OK);
                watching(admitted);
            }
            if (admitted && message instanceof HttpContent content) {
                count(content.content().readableBytes());
                reader.read(content.content());
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            channel = null;
            watching(false);
            reader.close();
            if (!closed) {
                if (admitted) {
                    cut();
                }
                again();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close(); // counted as the end that it is
        }
    }

    private synchronized void watching(boolean now) {
        watching = now;
    }

    private synchronized void count(int more) {
        bytes += more;
    }

    private synchronized void cut() {
        cutOff++;
        lastFrameMs = -1;
    }
}
