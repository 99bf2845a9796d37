package io.fairlead.proxy.agent;

import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.link.AgentEnd;
import io.fairlead.proxy.link.ControlLines;
import io.fairlead.proxy.link.Refusal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the head of a stream that the supernode has opened: GET of {@link ControlLines#PATH} is the control stream, PUT of {@link
 * AgentEnd#termsPath} tells the operator's terms, CONNECT asks for a tunnel; anything else is refused, what is malformed
 * reset. Gives way to what serves it.
 */
final class ServedStream extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ServedStream.class);

    private final ExitAgent agent;
    private final AgentLink.Session session;

    ServedStream(ExitAgent agent, AgentLink.Session session) {
        this.agent = agent;
        this.session = session;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) throws Exception {
        if (!(frame instanceof Http2HeadersFrame head)) {
            ReferenceCountUtil.release(frame);
            return;
        }
        Http2Headers fields = head.headers();
        if (malformed(fields)) {
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR))
                    .addListener(ChannelFutureListener.CLOSE);
        } else if ("CONNECT".contentEquals(text(fields.method()))) {
            connect(ctx, fields);
        } else if ("GET".contentEquals(text(fields.method())) && ControlLines.PATH.contentEquals(text(fields.path()))) {
            if (!session.control(ctx)) {
                refuse(ctx, Refusal.BAD_REQUEST, "the link has its control stream already");
            } else if (fields.contains(AgentEnd.settleField())) {
                session.end().settleOn(ctx.channel());
            }
        } else if ("PUT".contentEquals(text(fields.method()))
                && AgentEnd.termsPath().contentEquals(text(fields.path()))) {
            takeTerms(ctx, fields);
        } else {
            refuse(ctx, Refusal.BAD_REQUEST, "a link carries CONNECT, its control stream and terms, nothing else");
        }
    }

    private void takeTerms(ChannelHandlerContext ctx, Http2Headers fields) {
        try {
            session.operatorTerms(AgentEnd.terms(fields));
            ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("204"), true))
                    .addListener(ChannelFutureListener.CLOSE);
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "exit {}: the operator's terms can't be taken, the former ones go on: {}",
                    agent.settings().exitId(),
                    e.getMessage());
            refuse(ctx, Refusal.BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    /** RFC 9113 §8.3.1 and §8.5, as far as the codec has not looked. */
    private static boolean malformed(Http2Headers fields) {
        boolean connect = "CONNECT".contentEquals(text(fields.method()));
        return text(fields.method()).isEmpty()
                || connect == (fields.scheme() != null)
                || connect == !text(fields.path()).isEmpty();
    }

    private void connect(ChannelHandlerContext ctx, Http2Headers fields) {
        Target target = target(text(fields.authority()));
        if (target == null) {
            refuse(ctx, Refusal.BAD_REQUEST, "a CONNECT has an authority of the form host:port");
            return;
        }
        AgentLoad load = agent.load();
        Refusal.Told no = load.enter(target.host(), session.supernode(), session.operatorTerms());
        if (no != null) {
            refuse(ctx, no.refusal(), no.detail());
            return;
        }
        Channel stream = ctx.channel();
        agent.sharesChanged();
        stream.closeFuture().addListener(closed -> {
            load.leave(target.host(), session.supernode());
            agent.sharesChanged();
        });
        load.opened(stream);
        session.end().wake();
        Promise<SocketChannel> dialled = stream.eventLoop().newPromise();
        stream.closeFuture().addListener(closed -> dialled.cancel(false));
        dialled.addListener(done -> {
            if (done.isSuccess()) {
                connected(ctx, dialled.getNow());
            } else if (done.cause() instanceof TargetDial.RefusedException refused) {
                refuse(ctx, refused.told().refusal(), refused.told().detail());
            } else if (stream.isActive()) {
                refuse(ctx, Refusal.INTERNAL, "dialling " + target + " failed");
            }
        });
        agent.dial().connect(target, timeoutMs(fields), stream.eventLoop(), dialled);
    }

    private void connected(ChannelHandlerContext ctx, SocketChannel socket) {
        if (!ctx.channel().isActive()) {
            socket.close();
            return;
        }
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().status("200")));
        session.end().toBytes(ctx);
        int idleMs = agent.settings().idleTimeoutMs();
        socket.pipeline().addLast(new IdleStateHandler(0, 0, idleMs, TimeUnit.MILLISECONDS));
        Relay.join(ctx.channel(), socket, agent.load());
    }

    private int timeoutMs(Http2Headers fields) {
        int most = agent.settings().connectTimeoutMs();
        String asked = text(fields.get(AgentEnd.timeoutField()));
        boolean number =
                !asked.isEmpty() && asked.length() <= 9 && asked.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? Math.max(1, Math.min(most, Integer.parseInt(asked))) : most;
    }

    private static void refuse(ChannelHandlerContext ctx, Refusal refusal, String detail) {
        Http2Headers head = new DefaultHttp2Headers()
                .status(Integer.toString(refusal.status()))
                .set("proxy-status", refusal.field(detail));
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(head, true)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == AgentLoad.OwnerEnds.INSTANCE) {
            ctx.close(); // not connected yet: nobody has anything to lose
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (Http2CodecUtil.getEmbeddedHttp2Exception(cause) == null) {
            ctx.close(); // else the stream is reset next, with the code of the error
        }
    }

    private static String text(@Nullable CharSequence value) {
        return value == null ? "" : value.toString();
    }

    private static @Nullable Target target(String authority) {
        int colon = authority.lastIndexOf(':');
        if (colon < 1) {
            return null;
        }
        String host = authority.substring(0, colon);
        String port = authority.substring(colon + 1);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        boolean number = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || (!bracketed && host.indexOf(':') >= 0)) {
            return null;
        }
        try {
            return new Target(bracketed ? host.substring(1, host.length() - 1) : host, Integer.parseInt(port));
        } catch (IllegalArgumentException e) {
            return null; // a malformed host is the answer to the supernode, not an error of ours
        }
    }
}
