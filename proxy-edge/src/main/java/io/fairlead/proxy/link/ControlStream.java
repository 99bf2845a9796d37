package io.fairlead.proxy.link;

import io.fairlead.proxy.link.ControlLines.RubbishException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * The supernode's end of the control stream: asks for it, and reads the agent's lines. A line over {@link
 * ControlLines#LONGEST_LINE_BYTES} is refused before it is held whole.
 */
final class ControlStream extends ChannelInboundHandlerAdapter {

    /** Streams that are open on an idle link. */
    static final int PER_LINK = 1;

    /** Told on the event loop. */
    interface Listener {

        void hello(Hello hello);

        void load(LoadLine load);

        /** Tunnels that have ended, with what the agent has counted. */
        void settled(SettledLine line);

        /** What came is none of it, or the stream ended, which it never should. */
        void rubbish(String detail);
    }

    /** Asks the agent for lines of what tunnels have moved. */
    static final String SETTLE_FIELD = "fairlead-settle";

    /** An agent that has more to tell than this is broken. */
    static final int MOST_LINES_A_HEARTBEAT = 200;

    private final Listener listener;
    private boolean heardHello;

    ControlStream(Listener listener) {
        this.listener = listener;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.pipeline().addLast(new LineBasedFrameDecoder(ControlLines.LONGEST_LINE_BYTES, true, true), new Lines());
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(
                        new DefaultHttp2Headers()
                                .method("GET")
                                .scheme("https")
                                .authority(LinkAuthority.EDGE_NAME)
                                .path(ControlLines.PATH)
                                .set(SETTLE_FIELD, "1"),
                        true))
                .addListener(sent -> {
                    if (!sent.isSuccess()) {
                        listener.rubbish("the control stream can't be opened");
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        if (frame instanceof Http2DataFrame data) {
            boolean last = data.isEndStream();
            ctx.fireChannelRead(data.content());
            if (last) {
                listener.rubbish("the agent ended the control stream");
            }
            return;
        }
        if (frame instanceof Http2HeadersFrame headers
                && (headers.isEndStream()
                        || !"200".contentEquals(String.valueOf(headers.headers().status())))) {
            listener.rubbish("the agent answered the control stream with status "
                    + String.valueOf(headers.headers().status()).replaceAll("[^0-9]", "?"));
        }
        ReferenceCountUtil.release(frame);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (ctx.channel().parent().isActive()) {
            listener.rubbish("the agent ended the control stream");
        }
        ctx.fireChannelInactive();
    }

    private final class Lines extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf line = (ByteBuf) message;
            try {
                if (heardHello && ControlLines.isSettled(line)) {
                    listener.settled(ControlLines.settled(line));
                } else if (heardHello) {
                    listener.load(ControlLines.load(line));
                } else {
                    heardHello = true;
                    listener.hello(ControlLines.hello(line));
                }
            } catch (RubbishException e) {
                listener.rubbish(String.valueOf(e.getMessage()));
            } finally {
                line.release();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof TooLongFrameException) {
                listener.rubbish("a control line is longer than " + ControlLines.LONGEST_LINE_BYTES + " bytes");
            } else {
                ctx.close(); // the connection broke; the link tells of it
            }
        }
    }
}
