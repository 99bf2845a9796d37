package io.fairlead.relay.server;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.link.LinkFields;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.server.ServerCounters.Turned;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first request of a connection, which is its only one; but one who watches by HLS may send one after the other.
 *
 * <p>Consumes the head; then gives its place to a {@link PublishHandler} (POST, PUT), a {@link WatchHandler} (GET), or answers and closes: a beacon and its script;
 * 400 and 431 to heads that can't be read, 404, 405, 401 and 409 to publishers, 503 when a bound is reached. Closes connections whose head
 * does not come in time.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final int MOST_WEBSOCKET_BYTES = 1_024;
    private static final String BEARER = "Bearer ";

    private final RoomDirectory rooms;
    private final Entrance entrance;
    private final @Nullable RoomAccess access;
    private final ServerSettings settings;
    private final ServerCounters counters;
    private final HlsDesk hls;
    private final @Nullable Beacons beacons;
    private @Nullable Future<?> deadline;
    private boolean taken;

    /** Another request has come while one was answered. */
    private boolean hasMore;

    /**
     * For one connection.
     *
     * @param access null: nobody publishes here
     * @param beacons null: none are fetched here
     */
    RequestHandler(
            RoomDirectory rooms,
            Entrance entrance,
            @Nullable RoomAccess access,
            ServerSettings settings,
            ServerCounters counters,
            HlsDesk hls,
            @Nullable Beacons beacons) {
        this.hls = hls;
        this.beacons = beacons;
        this.rooms = rooms;
        this.entrance = entrance;
        this.access = access;
        this.settings = settings;
        this.counters = counters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        expect(ctx);
    }

    private void expect(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            counters.count(Turned.LATE);
                            ctx.close();
                        },
                        settings.headTimeoutMs(),
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Future<?> current = deadline;
        if (current != null) {
            current.cancel(false);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        handlerRemoved(ctx);
        super.channelInactive(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (taken || !(message instanceof HttpRequest request)) {
            hasMore |= message instanceof HttpRequest;
            ReferenceCountUtil.release(message);
            return;
        }
        taken = true;
        handlerRemoved(ctx);
        if (request.decoderResult().isFailure()) {
            boolean large = request.decoderResult().cause() instanceof TooLongFrameException;
            turn(
                    ctx,
                    large ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE : HttpResponseStatus.BAD_REQUEST,
                    Turned.MALFORMED,
                    "the request can't be read: "
                            + request.decoderResult().cause().getMessage());
            return;
        }
        answer(ctx, request);
    }

    private void answer(ChannelHandlerContext ctx, HttpRequest request) {
        if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            turn(
                    ctx,
                    HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED,
                    Turned.MALFORMED,
                    "the request is " + request.protocolVersion() + "; speak HTTP/1.1");
            return;
        }
        if (beacons != null && request.method().equals(HttpMethod.GET) && beacon(ctx, beacons, request)) {
            return;
        }
        HlsPath fetched = request.method().equals(HttpMethod.GET) ? HlsPath.of(request.uri()) : null;
        if (fetched != null) {
            hls.fetch(ctx, fetched, turn(ctx));
            return;
        }
        RoomPath path = RoomPath.of(request.uri());
        HttpMethod method = request.method();
        boolean publishes = method.equals(HttpMethod.POST) || method.equals(HttpMethod.PUT);
        if (path == null || (path.form() == RoomPath.Form.NONE && !publishes)) {
            turn(
                    ctx,
                    HttpResponseStatus.NOT_FOUND,
                    Turned.NOT_FOUND,
                    "no such path; ask for /APP/ROOM.flv, .ts or .m3u8");
        } else if (publishes) {
            publish(ctx, request, path);
        } else if (method.equals(HttpMethod.GET) && path.form() == RoomPath.Form.HLS) {
            hls.enter(ctx, path, address(ctx), turn(ctx));
        } else if (method.equals(HttpMethod.GET)) {
            WatchRequest watching = new WatchRequest(
                    path.room(),
                    path.query(),
                    address(ctx),
                    Presence.of(ctx.channel()),
                    rooms.desk().account());
            entrance.enter(
                    watching,
                    room -> {
                        boolean full = room.full();
                        String objection = room.objection(container(path));
                        ctx.executor().execute(() -> watch(ctx, request, path, watching, room, full, objection));
                    },
                    (status, sentence) -> onLoop(ctx, () -> turn(ctx, status, why(status), sentence)));
        } else if (method.equals(HttpMethod.HEAD)) {
            rooms.enter(
                    path.room(),
                    room -> ctx.executor().execute(() -> Answers.head(ctx.channel(), path.form())),
                    () -> onLoop(ctx, () -> noRoom(ctx, path)));
        } else if (method.equals(HttpMethod.OPTIONS)) {
            Answers.preflight(ctx.channel());
        } else {
            turn(
                    ctx,
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    Turned.MALFORMED,
                    method + " is not for rooms; GET watches, POST and PUT publish");
        }
    }

    /** Whether it asked for a beacon, or for the script that fetches them. */
    private static boolean beacon(ChannelHandlerContext ctx, Beacons desk, HttpRequest request) {
        if (request.uri().equals(Beacons.PATH)) {
            desk.fetched(ctx.channel(), request.headers().get(HttpHeaderNames.HOST));
            Answers.beacon(ctx.channel());
            return true;
        }
        boolean script = request.uri().equals(Beacons.SCRIPT_PATH);
        if (script) {
            Answers.script(ctx.channel(), desk.script());
        }
        return script;
    }

    // ---- watching

    private static String address(ChannelHandlerContext ctx) {
        return ctx.channel().remoteAddress() instanceof InetSocketAddress from && from.getAddress() != null
                ? from.getAddress().getHostAddress()
                : "";
    }

    private static Container container(RoomPath path) {
        return path.form() == RoomPath.Form.TS ? Container.TS : Container.FLV;
    }

    private void watch(
            ChannelHandlerContext ctx,
            HttpRequest request,
            RoomPath path,
            WatchRequest watching,
            Room room,
            boolean full,
            @Nullable String objection) {
        if (!ctx.channel().isActive()) {
            return;
        }
        if (full) {
            turn(
                    ctx,
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    Turned.FULL,
                    "the room " + room.name() + " has no place left at this relay; try another or later");
            return;
        }
        if (objection != null) {
            turn(ctx, HttpResponseStatus.NOT_ACCEPTABLE, Turned.NOT_CARRIED, objection);
            return;
        }
        Container container = container(path);
        KeyFrameMark had = KeyFrameMark.parse(request.headers().get(LinkFields.AFTER));
        boolean webSocket = request.headers().contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
        if (webSocket) {
            watchByWebSocket(ctx, request, watching, room, container);
            return;
        }
        ChannelPipeline pipeline = ctx.pipeline();
        ctx.writeAndFlush(Answers.stream(container));
        pipeline.remove(HttpResponseEncoder.class);
        pipeline.replace(this, "watch", new WatchHandler(rooms, room, Framing.CHUNKED, container, watching, had));
        pipeline.remove(HttpRequestDecoder.class);
    }

    private void watchByWebSocket(
            ChannelHandlerContext ctx, HttpRequest request, WatchRequest watching, Room room, Container container) {
        WebSocketServerHandshaker handshaker = new WebSocketServerHandshakerFactory(
                        request.uri(), null, false, MOST_WEBSOCKET_BYTES)
                .newHandshaker(request);
        if (handshaker == null) {
            turn(
                    ctx,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    Turned.MALFORMED,
                    "this version of WebSocket is not spoken; 13 is");
            return;
        }
        FullHttpRequest whole = new DefaultFullHttpRequest(
                request.protocolVersion(), request.method(), request.uri(), Unpooled.EMPTY_BUFFER);
        whole.headers().set(request.headers());
        handshaker.handshake(ctx.channel(), whole).addListener(done -> {
            if (done.isSuccess()) {
                ctx.pipeline()
                        .replace(
                                this,
                                "watch",
                                new WatchHandler(rooms, room, Framing.WEBSOCKET, container, watching, null));
            } else {
                ctx.close();
            }
        });
    }

    static Turned why(HttpResponseStatus status) {
        return switch (status.code()) {
            case 401, 403 -> Turned.DENIED;
            case 404 -> Turned.NOT_FOUND;
            case 503 -> Turned.FULL;
            default -> Turned.UPSTREAM;
        };
    }

    private void noRoom(ChannelHandlerContext ctx, RoomPath path) {
        turn(
                ctx,
                HttpResponseStatus.NOT_FOUND,
                Turned.NOT_FOUND,
                "nobody publishes to the room " + path.room() + " now");
    }

    // ---- publishing

    private void publish(ChannelHandlerContext ctx, HttpRequest request, RoomPath path) {
        RoomAccess book = access;
        if (book == null) {
            turn(
                    ctx,
                    HttpResponseStatus.METHOD_NOT_ALLOWED,
                    Turned.DENIED,
                    "nobody publishes at a relay client; publish at a relay server");
            return;
        }
        String key = key(request, path);
        if (!book.mayPublish(path.room(), key)) {
            turn(
                    ctx,
                    HttpResponseStatus.UNAUTHORIZED,
                    Turned.DENIED,
                    "the key for the room " + path.room()
                            + " is missing or wrong; add ?key=… or Authorization: Bearer …");
            return;
        }
        PublishHandler handler =
                new PublishHandler(path.room(), rooms, settings, counters, () -> book.mayPublish(path.room(), key));
        ctx.channel().config().setAutoRead(false);
        ctx.pipeline().replace(this, "publish", handler);
        rooms.enterOrOpen(
                path.room(),
                room -> handler.enter(room, HttpUtil.is100ContinueExpected(request)),
                () -> onLoop(
                        ctx,
                        () -> handler.refuse(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                Turned.FULL,
                                "this relay takes no further room; try another or later")));
    }

    private static @Nullable String key(HttpRequest request, RoomPath path) {
        String header = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        if (path.key() == null && header != null && header.startsWith(BEARER)) {
            return header.substring(BEARER.length()).strip();
        }
        return path.key();
    }

    // ---- ends

    private HlsDesk.Turn turn(ChannelHandlerContext ctx) {
        return new HlsDesk.Turn() {
            @Override
            public void answered() {
                if (hasMore) {
                    ctx.close(); // it has not waited for its answer, and what it sent is dropped
                } else if (ctx.channel().isActive()) {
                    taken = false;
                    expect(ctx);
                }
            }

            @Override
            public void turned(HttpResponseStatus status, Turned why, String sentence) {
                turn(ctx, status, why, sentence);
            }
        };
    }

    private void turn(ChannelHandlerContext ctx, HttpResponseStatus status, Turned why, String sentence) {
        counters.count(why);
        Answers.say(ctx.channel(), status, sentence);
    }

    private static void onLoop(ChannelHandlerContext ctx, Runnable what) {
        if (ctx.executor().inEventLoop()) {
            what.run();
        } else {
            ctx.executor().execute(what);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause.getCause() instanceof SSLException) {
            counters.tlsFailed.increment(); // no handshake, or none that both can agree to
        } else if (!(cause instanceof IOException)) {
            LOG.warn("a request of {} has failed", ctx.channel().remoteAddress(), cause);
        }
        ctx.close();
    }
}
