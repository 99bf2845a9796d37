package io.fairlead.proxy.front;

import io.fairlead.edge.link.LingeringClose;
import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.proxy.exit.EndOfOutput;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * A channel that bytes of a user come from, and how it is ended: a socket by FIN or RST, TLS by close_notify before a FIN but
 * not before an RST, a stream of HTTP/2 by END_STREAM or RST_STREAM. On its event loop.
 */
sealed interface UserChannel {

    Channel channel();

    /**
     * Ends our direction, after all that was written.
     *
     * @param inputEnded the user's has ended: with ours the connection closes, and a FIN of its own would be a system call for nothing
     */
    void endOutput(boolean inputEnded);

    /** Both directions have ended: closes when all is out. */
    void finish();

    /** Ends both directions in a way that can't pass for a whole answer. */
    void reset();

    /** Closes as after a long silence: nothing was wrong with what came before. */
    default void close() {
        channel().close();
    }

    /** Ends a connection whose last answer has been written, as {@link LingeringClose} does. */
    static void linger(Channel channel, FrontSettings settings, PhaseTimer timer, boolean inputEnded) {
        LingeringClose.of(
                channel,
                new LingeringClose.Waits(settings.responseIdleMs(), settings.lingerMs()),
                timer,
                inputEnded,
                () -> of(channel).endOutput(false));
    }

    static UserChannel of(Channel channel) {
        if (channel instanceof Http2StreamChannel stream) {
            return new Stream(stream);
        }
        ChannelHandlerContext ssl = channel.pipeline().context(SslHandler.class);
        return ssl == null ? new Socket(channel) : new Secured(channel, ssl);
    }

    /** A socket. */
    record Socket(Channel channel) implements UserChannel {

        @Override
        public void endOutput(boolean inputEnded) {
            if (inputEnded) {
                finish();
            } else {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                        .addListener(written -> ((DuplexChannel) channel).shutdownOutput());
            }
        }

        @Override
        public void finish() {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void reset() {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            channel.close();
        }
    }

    /** TLS upon a socket. */
    record Secured(Channel channel, ChannelHandlerContext ssl) implements UserChannel {

        @Override
        public void endOutput(boolean inputEnded) {
            if (inputEnded) {
                finish();
            } else {
                channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> closeOutbound());
            }
        }

        /** Not before all is encrypted: the engine drops what comes after. */
        private void closeOutbound() {
            ((SslHandler) ssl.handler()).closeOutbound().addListener(written -> ((DuplexChannel) channel)
                    .shutdownOutput());
        }

        @Override
        public void finish() {
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        /** From below TLS, which would say close_notify: that is how whole answers end. */
        @Override
        public void reset() {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
            ssl.close();
        }
    }

    /** A stream of HTTP/2 behind {@link StreamBytes}. It closes by itself when both sides have ended it. */
    record Stream(Http2StreamChannel channel) implements UserChannel {

        @Override
        public void endOutput(boolean inputEnded) {
            channel.writeAndFlush(EndOfOutput.INSTANCE);
        }

        @Override
        public void finish() {}

        @Override
        public void reset() {
            channel.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.CONNECT_ERROR)); // RFC 9113 §8.5
            channel.close();
        }
    }
}
