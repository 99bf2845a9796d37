package io.fairlead.proxy.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The end of a direction inside TLS, told in the same turn as the last bytes, which are not flushed yet. */
@Timeout(60)
class EndOfTlsTest {

    private static final int BYTES = 300_000;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void comesAfterAllThatWasWritten(boolean inputEnded) throws Exception {
        UserCertificateFiles files = UserKeys.write(directory, UserKeys.make());
        SslContext tls = SslContextBuilder.forServer(
                        files.chain().toFile(), files.key().toFile())
                .build();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new SaysAllAtOnce(inputEnded));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        try (SSLSocket user = UserKeys.connect((InetSocketAddress) server.localAddress())) {
            assertThat(user.getInputStream().readAllBytes()).hasSize(BYTES);
        } finally {
            server.close();
            loops.shutdownGracefully();
        }
    }

    private static final class SaysAllAtOnce extends ChannelInboundHandlerAdapter {

        private final boolean inputEnded;

        SaysAllAtOnce(boolean inputEnded) {
            this.inputEnded = inputEnded;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == SslHandshakeCompletionEvent.SUCCESS) {
                ctx.write(ctx.alloc().buffer(BYTES).writeZero(BYTES));
                UserChannel.of(ctx.channel()).endOutput(inputEnded);
            }
        }
    }
}
