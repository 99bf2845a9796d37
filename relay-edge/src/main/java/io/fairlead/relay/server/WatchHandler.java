package io.fairlead.relay.server;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.Viewer;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a connection that watches. Drops what the viewer sends, but answers pings of WebSockets and ends on its close; tells
 * the room when the connection is gone.
 */
final class WatchHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(WatchHandler.class);

    private final RoomDirectory rooms;
    private final Room room;
    private final Framing framing;
    private final Container container;
    private final WatchRequest request;
    private final @Nullable KeyFrameMark had;
    private @Nullable Viewer viewer;

    /** @param had key frame from which on it wants everything, for it has had that elsewhere; null: it begins as all do */
    WatchHandler(
            RoomDirectory rooms,
            Room room,
            Framing framing,
            Container container,
            WatchRequest request,
            @Nullable KeyFrameMark had) {
        this.rooms = rooms;
        this.room = room;
        this.framing = framing;
        this.container = container;
        this.request = request;
        this.had = had;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        Viewer entering =
                new Viewer(ctx.channel(), framing, container, rooms.settings(), rooms.counters(), rooms.nanoClock());
        entering.beginAt(had);
        viewer = entering;
        rooms.desk().watch(request, protocol(), entering, room);
        room.loop().execute(() -> {
            if (room.closed()) {
                ctx.executor().execute(() -> entering.end(ViewerEnd.ROOM_ENDED));
            } else {
                room.join(entering);
            }
        });
    }

    private ViewerProtocol protocol() {
        boolean webSocket = framing == Framing.WEBSOCKET;
        return switch (container) {
            case FLV -> webSocket ? ViewerProtocol.WEBSOCKET_FLV : ViewerProtocol.HTTP_FLV;
            case TS -> webSocket ? ViewerProtocol.WEBSOCKET_TS : ViewerProtocol.HTTP_TS;
        };
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof PingWebSocketFrame ping) {
                ctx.writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
            } else if (message instanceof CloseWebSocketFrame) {
                leave();
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        leave();
        super.channelInactive(ctx);
    }

    private void leave() {
        Viewer leaving = viewer;
        if (leaving != null) {
            leaving.end(ViewerEnd.LEFT);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException || cause.getCause() instanceof SSLException)) {
            LOG.warn("a viewer of the room {} is ended by a failure", room.name(), cause);
        }
        leave();
    }
}
