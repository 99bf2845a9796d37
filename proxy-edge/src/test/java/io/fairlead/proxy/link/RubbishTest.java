package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.edge.link.PulseSettings;
import io.fairlead.edge.link.Sockets;
import io.fairlead.edge.link.WindowBudget;
import io.fairlead.edge.link.WindowSettings;
import io.fairlead.proxy.link.LinkCounters.Rejection;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Agents with a good certificate and nothing sensible to say. */
class RubbishTest {

    private static final String GOOD =
            "{\"protocol\":1,\"exitId\":\"exit-1\",\"agentVersion\":\"x\",\"agentEpochMs\":5,"
                    + "\"link\":1,\"links\":1,\"poolType\":\"ISP\",\"country\":\"us\",\"region\":\"\",\"city\":\"\",\"asn\":1,"
                    + "\"os\":\"\",\"connectionType\":\"\",\"consent\":true,\"capacityRequests\":3,\"pools\":[]}\n";

    private LinkRig rig;

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}\n",
                "null\n",
                "[1,2]\n",
                "\n",
                "hello\n",
                "{\"protocol\":1,\"exitId\":\"../../etc\"}\n",
                "{\"protocol\":99999999999999999999}\n",
                "LONG",
                "DEEP"
            })
    void helloThatIsNone(String said) throws Exception {
        String hello =
                switch (said) {
                    case "LONG" -> "x".repeat(200_000);
                    case "DEEP" -> "[".repeat(4_000) + "\n";
                    default -> said;
                };
        Channel agent = dial(new Says(hello));
        await().until(() -> rig.listener.counters().rejections(Rejection.RUBBISH) == 1);
        assertThat(agent.closeFuture().await(5_000)).isTrue();
        assertThat(rig.registry.exitCount()).isZero();
        assertThat(rig.listener.counters().unproven()).isZero();
    }

    @Test
    void noHelloAtAll() throws Exception {
        Channel agent = dial(new Says(""));
        await().until(() -> rig.listener.counters().rejections(Rejection.HELLO_TIMEOUT) == 1);
        assertThat(agent.closeFuture().await(5_000)).isTrue();
    }

    @Test
    void bytesThatAreNoHttp2() throws Exception {
        Channel agent = dial(null);
        byte[] noise = new byte[20_000];
        new Random(7).nextBytes(noise);
        agent.writeAndFlush(Unpooled.wrappedBuffer(noise));
        await().until(() -> rig.listener.counters().rejections(Rejection.RUBBISH) == 1);
        assertThat(agent.closeFuture().await(5_000)).isTrue();
    }

    @Test
    void rubbishAfterAGoodHelloEndsTheLink() throws Exception {
        Channel agent = dial(new Says(GOOD + "{\"runningRequests\":-5}\n"));
        await().until(() -> rig.listener.counters().disconnects(DisconnectReason.PROTOCOL_ERROR) == 1);
        assertThat(agent.closeFuture().await(5_000)).isTrue();
        assertThat(rig.registry.exitCount()).isZero();
    }

    @Test
    void floodOfLoadLinesEndsTheLink() throws Exception {
        String line =
                "{\"heartbeat\":0,\"runningRequests\":1,\"capacityRequests\":3,\"consent\":true,\"ownerActive\":false,\"batteryPercent\":-1}\n";
        Channel agent = dial(new Says(GOOD + line.repeat(5_000)));
        await().until(() -> rig.listener.counters().disconnects(DisconnectReason.PROTOCOL_ERROR) == 1);
        assertThat(agent.closeFuture().await(5_000)).isTrue();
    }

    /** Dials with the certificate of exit-1; null: no HTTP/2 is put on the connection. */
    private Channel dial(Says says) throws Exception {
        var tls = rig.agentTls("exit-1");
        java.util.concurrent.CountDownLatch ready = new java.util.concurrent.CountDownLatch(1);
        Channel channel = new Bootstrap()
                .group(rig.agentLoops())
                .channel(Sockets.dialling(rig.agentLoops()))
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel socket) {
                        SslHandler ssl = tls.newHandler(socket.alloc());
                        socket.pipeline().addLast(ssl, new ChannelInboundHandlerAdapter() {
                            @Override
                            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                                if (event instanceof SslHandshakeCompletionEvent) {
                                    if (says != null) {
                                        says.install(ctx);
                                    }
                                    ready.countDown();
                                }
                            }

                            @Override
                            public void channelRead(ChannelHandlerContext ctx, Object message) {
                                if (says == null) {
                                    ReferenceCountUtil.release(message);
                                } else {
                                    ctx.fireChannelRead(message);
                                }
                            }

                            @Override
                            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                                ctx.close();
                            }
                        });
                    }
                })
                .connect(rig.listener.address())
                .sync()
                .channel();
        assertThat(ready.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
        return channel;
    }

    /** Speaks HTTP/2 as an agent does, and says this on the control stream. */
    private static final class Says {
        private final String text;

        Says(String text) {
            this.text = text;
        }

        void install(ChannelHandlerContext ctx) {
            AgentEnd.install(
                    ctx.pipeline(),
                    WindowSettings.DEFAULTS,
                    new WindowBudget(0),
                    PulseSettings.DEFAULTS,
                    System::nanoTime,
                    new Random(),
                    new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel stream) {
                            stream.pipeline().addLast(new Answer(text));
                        }
                    },
                    new AgentEnd.Listener() {
                        @Override
                        public void asked(long payload) {}

                        @Override
                        public void silent(long quietMs) {}

                        @Override
                        public void violated(Http2Error code, String detail) {}
                    });
            ctx.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext last, Object message) {
                    ReferenceCountUtil.release(message);
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext last, Throwable cause) {
                    last.close();
                }
            });
        }
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {
        private final String text;

        Answer(String text) {
            this.text = text;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof Http2HeadersFrame) {
                ctx.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
                ctx.writeAndFlush(new DefaultHttp2DataFrame(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)));
            }
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
