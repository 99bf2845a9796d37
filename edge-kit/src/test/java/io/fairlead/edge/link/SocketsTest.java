package io.fairlead.edge.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fairlead.edge.link.Sockets.Transport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class SocketsTest {

    private static final byte[] ANSWER = new byte[8 << 20];

    static {
        new Random(8).nextBytes(ANSWER);
    }

    /** Reads when it wants to, and answers when the other side has sent all and the loop has nothing more to wait for. */
    private static final class AnswersAtTheEnd extends ChannelInboundHandlerAdapter {
        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            ctx.read();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (!((DuplexChannel) ctx.channel()).isInputShutdown()) {
                ctx.read();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                ctx.executor()
                        .schedule(
                                () -> ctx.writeAndFlush(Unpooled.wrappedBuffer(ANSWER))
                                        .addListener(ChannelFutureListener.CLOSE),
                                50,
                                TimeUnit.MILLISECONDS);
            }
        }
    }

    /** More than the kernel takes at once, to somebody who has sent all and reads slowly. */
    @ParameterizedTest
    @EnumSource(names = {"NIO", "EPOLL"})
    void whoeverHasSentAllIsAnsweredInFull(Transport transport) throws Exception {
        assumeTrue(transport != Transport.EPOLL || Epoll.isAvailable(), "epoll is not there");
        EventLoopGroup loops = Sockets.loops(1, "sockets-test", transport);
        try {
            Channel server = new ServerBootstrap()
                    .group(loops)
                    .channel(Sockets.listening(loops))
                    .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                    .childOption(ChannelOption.AUTO_READ, false)
                    .childHandler(new AnswersAtTheEnd())
                    .bind("127.0.0.1", 0)
                    .sync()
                    .channel();
            try (Socket client = new Socket()) {
                client.connect(server.localAddress() instanceof InetSocketAddress address ? address : null);
                client.getOutputStream().write(1);
                client.shutdownOutput();
                byte[] first = client.getInputStream().readNBytes(1 << 20);
                assertThat(first).isEqualTo(Arrays.copyOf(ANSWER, 1 << 20));
                byte[] rest = client.getInputStream().readAllBytes();
                assertThat(rest).isEqualTo(Arrays.copyOfRange(ANSWER, 1 << 20, ANSWER.length));
            }
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }
}
