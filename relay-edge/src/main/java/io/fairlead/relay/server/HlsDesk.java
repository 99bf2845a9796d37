package io.fairlead.relay.server;

import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.Segments;
import io.fairlead.relay.room.Segments.Standing;
import io.fairlead.relay.room.ViewerEnd;
import io.fairlead.relay.server.ServerCounters.Turned;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Viewers of HLS at one port. Each is let in once, as all viewers are, and gets a multivariant playlist whose one address names it; by that
 * address it fetches the room's playlist, segments and parts, which are the same for all. Whoever knows the address is that viewer: it is as
 * good as a key, and ends when nobody has used it for a while.
 */
final class HlsDesk {

    private static final String PLAYLIST = "application/vnd.apple.mpegurl";
    private static final int KEY_BYTES = 16;

    private final RoomDirectory rooms;
    private final Entrance entrance;
    private final ServerSettings settings;
    private final ServerCounters counters;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, HlsViewer> viewers = new ConcurrentHashMap<>();

    HlsDesk(RoomDirectory rooms, Entrance entrance, ServerSettings settings, ServerCounters counters) {
        this.rooms = rooms;
        this.entrance = entrance;
        this.settings = settings;
        this.counters = counters;
    }

    /** Ends a request. */
    interface Turn {

        /** The answer is written; the connection may bring another request. */
        void answered();

        void turned(HttpResponseStatus status, Turned why, String sentence);
    }

    /** Somebody asks to watch. On its connection's loop, as all here but what is said otherwise. */
    void enter(ChannelHandlerContext ctx, RoomPath path, String address, Turn turn) {
        if (viewers.size() >= settings.maxHlsViewers()) {
            turn.turned(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    Turned.FULL,
                    "this relay takes no further viewers by HLS; try another or later");
            return;
        }
        HlsViewer viewer =
                new HlsViewer(path.room(), ctx.channel().eventLoop(), rooms.nanoClock(), settings.hlsIdleMs());
        WatchRequest watching = new WatchRequest(
                path.room(), path.query(), address, viewer, rooms.desk().account());
        entrance.enter(
                watching,
                room -> entered(ctx, watching, viewer, room, turn),
                (status, sentence) -> onLoop(ctx, () -> {
                    viewer.end(ViewerEnd.LEFT);
                    turn.turned(status, RequestHandler.why(status), sentence);
                }));
    }

    /** On the room's loop. */
    private void entered(ChannelHandlerContext ctx, WatchRequest watching, HlsViewer viewer, Room room, Turn turn) {
        String objection = room.objection(Container.TS);
        if (objection != null || room.full() || room.closed()) {
            onLoop(ctx, () -> {
                viewer.end(objection == null ? ViewerEnd.ROOM_FULL : ViewerEnd.NOT_CARRIED);
                if (objection != null) {
                    turn.turned(HttpResponseStatus.NOT_ACCEPTABLE, Turned.NOT_CARRIED, objection);
                } else {
                    turn.turned(
                            HttpResponseStatus.SERVICE_UNAVAILABLE,
                            Turned.FULL,
                            "the room " + room.name() + " has no place left at this relay; try another or later");
                }
            });
            return;
        }
        long bandwidthBps = viewer.enter(room).segments().bandwidthBps();
        onLoop(ctx, () -> welcome(ctx, watching, viewer, room, bandwidthBps, turn));
    }

    private void welcome(
            ChannelHandlerContext ctx,
            WatchRequest watching,
            HlsViewer viewer,
            Room room,
            long bandwidthBps,
            Turn turn) {
        if (viewer.ended() != null) {
            turn.turned(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    Turned.UPSTREAM,
                    "the room " + room.name() + " has ended meanwhile; try again");
            return;
        }
        byte[] key = new byte[KEY_BYTES];
        random.nextBytes(key);
        String name = HexFormat.of().formatHex(key);
        viewers.put(name, viewer);
        viewer.welcomed();
        rooms.desk().watch(watching, ViewerProtocol.HLS, viewer, room);
        counters.hlsViewers.incrementAndGet();
        viewer.whenGone(() -> {
            viewers.remove(name, viewer);
            counters.hlsViewers.decrementAndGet();
        });
        String last = viewer.room().substring(viewer.room().lastIndexOf('/') + 1);
        playlist(
                ctx,
                "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-STREAM-INF:BANDWIDTH=" + bandwidthBps
                        + "\n" + last + ".m3u8/" + name + "/index.m3u8\n",
                "no-store",
                turn);
    }

    /** One who was let in asks for something. */
    void fetch(ChannelHandlerContext ctx, HlsPath path, Turn turn) {
        HlsViewer viewer = viewers.get(path.viewer());
        HlsViewer.Entered place = viewer == null || !viewer.room().equals(path.room()) ? null : viewer.entered();
        if (viewer == null || place == null) {
            turn.turned(
                    HttpResponseStatus.NOT_FOUND,
                    Turned.NOT_FOUND,
                    "nobody watches by this address now; begin again at /" + path.room() + ".m3u8");
            return;
        }
        viewer.asked();
        place.room().loop().execute(() -> await(ctx, path, viewer, place.segments(), turn));
    }

    // ---- on the room's loop

    private void await(ChannelHandlerContext ctx, HlsPath path, HlsViewer viewer, Segments segments, Turn turn) {
        long sequence = path.playlist() && path.sequence() < 0 ? Math.max(0, segments.newest()) : path.sequence();
        if (path.playlist() && path.sequence() >= 0 && segments.standing(sequence, path.part()) == Standing.UNKNOWN) {
            onLoop(
                    ctx,
                    () -> turn.turned(
                            HttpResponseStatus.BAD_REQUEST,
                            Turned.MALFORMED,
                            "segment " + path.sequence() + " is too far ahead to wait for"));
            return;
        }
        if (path.playlist() && path.sequence() < 0 && segments.playlist() != null) {
            give(ctx, path, viewer, segments, turn);
            return;
        }
        new Waiting(ctx, path, viewer, segments, turn).begin(sequence);
    }

    /** What was asked for is there, or will not be. */
    private void give(ChannelHandlerContext ctx, HlsPath path, HlsViewer viewer, Segments segments, Turn turn) {
        if (path.playlist()) {
            String playlist = segments.playlist();
            onLoop(ctx, () -> {
                if (playlist == null) {
                    turn.turned(
                            HttpResponseStatus.SERVICE_UNAVAILABLE,
                            Turned.UPSTREAM,
                            "the room has nothing to show yet");
                } else {
                    playlist(ctx, playlist, "max-age=1", turn);
                }
            });
            return;
        }
        Standing standing = segments.standing(path.sequence(), path.part());
        if (standing == Standing.THERE) {
            List<ByteBuf> media = segments.bytes(path.sequence(), path.part());
            long behindMs = segments.behindMs(path.sequence());
            onLoop(ctx, () -> media(ctx, media, path.sequence(), behindMs, viewer, turn));
        } else {
            boolean gone = standing == Standing.GONE;
            onLoop(
                    ctx,
                    () -> turn.turned(
                            gone ? HttpResponseStatus.GONE : HttpResponseStatus.NOT_FOUND,
                            Turned.NOT_FOUND,
                            "segment " + path.sequence() + (gone ? " is not kept any more" : " is not there")));
        }
    }

    /** A request for what is to come. */
    private final class Waiting {

        private final ChannelHandlerContext ctx;
        private final HlsPath path;
        private final HlsViewer viewer;
        private final Segments segments;
        private final Turn turn;
        private final Runnable told = this::over;
        private @Nullable Future<?> deadline;
        private boolean over;

        private Waiting(ChannelHandlerContext ctx, HlsPath path, HlsViewer viewer, Segments segments, Turn turn) {
            this.ctx = ctx;
            this.path = path;
            this.viewer = viewer;
            this.segments = segments;
            this.turn = turn;
        }

        private void begin(long sequence) {
            HlsViewer.Entered place = viewer.entered();
            if (place != null) {
                deadline = place.room().loop().schedule(told, settings.hlsWaitMs(), TimeUnit.MILLISECONDS);
            }
            segments.await(sequence, path.part(), told);
        }

        private void over() {
            if (over) {
                return;
            }
            over = true;
            segments.forget(told);
            Future<?> waiting = deadline;
            if (waiting != null) {
                waiting.cancel(false);
            }
            give(ctx, path, viewer, segments, turn);
        }
    }

    // ---- on the connection's loop

    private static void playlist(ChannelHandlerContext ctx, String text, String caching, Turn turn) {
        ByteBuf body = ByteBufUtil.writeAscii(ctx.alloc(), text);
        ctx.write(head(PLAYLIST, body.readableBytes(), caching));
        ctx.write(new DefaultHttpContent(body));
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        turn.answered();
    }

    private void media(
            ChannelHandlerContext ctx, List<ByteBuf> media, long sequence, long behindMs, HlsViewer viewer, Turn turn) {
        long size = media.stream().mapToLong(ByteBuf::readableBytes).sum();
        long begunNs = rooms.nanoClock().getAsLong();
        ctx.write(head("video/mp2t", size, "max-age=60"));
        media.forEach(each -> ctx.write(new DefaultHttpContent(each)));
        Future<?> stalled =
                ctx.executor().schedule(() -> stalled(ctx), rooms.settings().stallMs(), TimeUnit.MILLISECONDS);
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(done -> {
            stalled.cancel(false);
            if (done.isSuccess()) {
                viewer.got(size, rooms.nanoClock().getAsLong() - begunNs, sequence, behindMs);
                turn.answered();
            }
        });
    }

    private void stalled(ChannelHandlerContext ctx) {
        counters.count(Turned.LATE);
        ctx.close();
    }

    private static HttpResponse head(String type, long bytes, String caching) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .set(HttpHeaderNames.CONTENT_LENGTH, bytes)
                .set(HttpHeaderNames.CACHE_CONTROL, caching)
                .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        return response;
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable what) {
        if (ctx.executor().inEventLoop()) {
            what.run();
        } else {
            ctx.executor().execute(what);
        }
    }

    /** Ends all. */
    void close() {
        for (HlsViewer each : viewers.values()) {
            each.loop().execute(() -> each.end(ViewerEnd.EDGE_STOPPED));
        }
    }
}
