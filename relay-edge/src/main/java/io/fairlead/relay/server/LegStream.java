package io.fairlead.relay.server;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.leg.Seat;
import io.fairlead.relay.link.LinkFields;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.link.StreamOutput;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.Viewer;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.server.Admission.Verdict;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One viewer's request on a long link. Consumes its head; answers 200 with role and leg once the viewer is admitted, and sends nothing more
 * unless its leg says that it carries; else answers with status and sentence, and ends. A reset, or the end of the link, is the viewer's
 * leaving. So is the end of the request's body, after which what was on its way is still sent, so that no frame falls between two carriers.
 */
final class LegStream extends ChannelInboundHandlerAdapter implements Seat {

    private static final Logger LOG = LoggerFactory.getLogger(LegStream.class);

    private final String serverId;
    private final String client;
    private final Legs legs;
    private final RoomDirectory rooms;
    private final Admission admission;
    private final LongLinkCounters counters;
    private @Nullable ChannelHandlerContext context;
    private volatile @Nullable Viewer viewer;
    private @Nullable EventLoop legLoop;
    private @Nullable Runnable leave;
    private volatile @Nullable KeyFrameMark had;
    private boolean asked;
    private boolean gone;

    /** @param serverId edge id of this relay server */
    LegStream(
            String serverId,
            String client,
            Legs legs,
            RoomDirectory rooms,
            Admission admission,
            LongLinkCounters counters) {
        this.serverId = serverId;
        this.client = client;
        this.legs = legs;
        this.rooms = rooms;
        this.admission = admission;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("the stream has no channel yet");
        }
        return current;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        try {
            if (frame instanceof Http2HeadersFrame head && !asked) {
                asked = true;
                ask(head.headers());
            } else if (frame instanceof Http2DataFrame data && data.isEndStream()) {
                handOver();
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void ask(Http2Headers head) {
        RoomPath path = RoomPath.of(String.valueOf(head.path()));
        CharSequence relay = head.get(LinkFields.RELAY);
        if (!"GET".contentEquals(String.valueOf(head.method()))) {
            refuse(HttpResponseStatus.METHOD_NOT_ALLOWED, "long links know GET alone");
        } else if (relay == null || !client.contentEquals(relay)) {
            counters.forge();
            LOG.warn("relay client {} says that it is {}", client, relay);
            refuse(
                    HttpResponseStatus.FORBIDDEN,
                    "the request is of the relay client " + relay + ", the certificate of " + client);
        } else if (path == null || path.form() != RoomPath.Form.FLV) {
            refuse(HttpResponseStatus.NOT_FOUND, "no such path; ask for /APP/ROOM.flv");
        } else {
            CharSequence address = head.get(LinkFields.VIEWER_ADDRESS);
            had = KeyFrameMark.parse(head.get(LinkFields.AFTER));
            WatchRequest request = new WatchRequest(
                    path.room(),
                    path.query(),
                    address == null ? "" : address.toString(),
                    context().channel());
            admission
                    .judge(request)
                    .whenComplete((verdict, failure) -> context().executor().execute(() -> {
                        if (failure != null) {
                            LOG.warn("the admission to the room {} has failed", request.room(), failure);
                            refuse(HttpResponseStatus.SERVICE_UNAVAILABLE, "nobody can say now who may watch");
                        } else {
                            judged(request, verdict);
                        }
                    }));
        }
    }

    private void judged(WatchRequest request, Verdict verdict) {
        if (gone) {
            return;
        }
        if (verdict.admitted()) {
            legs.enter(client, request, this, this::entered);
        } else {
            refuse(HttpResponseStatus.valueOf(verdict.status()), verdict.sentence());
        }
    }

    // ---- on the loop of the leg

    private void entered(EventLoop loop, Runnable leaving) {
        context().executor().execute(() -> {
            if (gone) {
                loop.execute(leaving);
            } else {
                legLoop = loop;
                leave = leaving;
            }
        });
    }

    @Override
    public void admitted(Role role, String leg) {
        context().executor().execute(() -> {
            Http2Headers head = new DefaultHttp2Headers()
                    .status("200")
                    .set("content-type", "video/x-flv")
                    .set(LinkFields.ROLE, role.field())
                    .set(LinkFields.SERVER, serverId)
                    .set(LinkFields.LEG, leg);
            context().writeAndFlush(new DefaultHttp2HeadersFrame(head));
        });
    }

    @Override
    public void refused(HttpResponseStatus status, String sentence) {
        context().executor().execute(() -> refuse(status, sentence));
    }

    @Override
    public void carry(Room room, long after) {
        context().executor().execute(() -> {
            if (gone) {
                return;
            }
            ChannelHandlerContext ctx = context();
            ctx.pipeline().addBefore(ctx.name(), null, new StreamOutput());
            Viewer carrying = new Viewer(
                    ctx.channel(),
                    Framing.STREAM,
                    Container.FLV,
                    rooms.settings(),
                    rooms.counters(),
                    rooms.nanoClock());
            carrying.succeed(after);
            carrying.beginAt(had);
            viewer = carrying;
            room.loop().execute(() -> {
                if (room.closed()) {
                    ctx.executor().execute(() -> carrying.end(ViewerEnd.ROOM_ENDED));
                } else {
                    room.join(carrying);
                }
            });
        });
    }

    @Override
    public @Nullable KeyFrameMark had() {
        return had;
    }

    @Override
    public long carriedTo() {
        Viewer carrying = viewer;
        return carrying == null ? -1 : carrying.writtenTo();
    }

    @Override
    public long carriedBytes() {
        Viewer carrying = viewer;
        return carrying == null ? 0 : carrying.bytes();
    }

    @Override
    public LinkPath path() {
        return LinkPath.of(context().channel().parent());
    }

    @Override
    public void over() {
        context().executor().execute(() -> {
            if (viewer == null && !gone) {
                context().writeAndFlush(new DefaultHttp2DataFrame(true)).addListener(ChannelFutureListener.CLOSE);
            } // a viewer is ended by its room
        });
    }

    // ---- on the loop of the link

    /** The viewer has gone, and its relay client goes on reading until another stream carries. */
    private void handOver() {
        EventLoop loop = legLoop;
        Runnable leaving = leave;
        leave = null;
        if (loop == null || leaving == null) {
            context().close();
            return;
        }
        loop.execute(() -> {
            leaving.run();
            context().executor().execute(() -> {
                Viewer carrying = viewer;
                if (carrying == null) {
                    context().close();
                } else {
                    carrying.end(ViewerEnd.HANDED_OVER);
                }
            });
        });
    }

    private void refuse(HttpResponseStatus status, String sentence) {
        ChannelHandlerContext ctx = context();
        Http2Headers head =
                new DefaultHttp2Headers().status(status.codeAsText()).set("content-type", "text/plain; charset=utf-8");
        ctx.write(new DefaultHttp2HeadersFrame(head));
        ctx.writeAndFlush(new DefaultHttp2DataFrame(ByteBufUtil.writeUtf8(ctx.alloc(), sentence), true))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        gone = true;
        Viewer carrying = viewer;
        if (carrying != null) {
            carrying.end(ViewerEnd.LEFT);
        }
        EventLoop loop = legLoop;
        Runnable leaving = leave;
        if (loop != null && leaving != null) {
            loop.execute(leaving);
        }
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("a stream of the relay client {} is ended by a failure", client, cause);
        }
        ctx.close();
    }
}
