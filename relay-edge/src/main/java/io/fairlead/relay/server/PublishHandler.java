package io.fairlead.relay.server;

import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.MediaReader;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomSource;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.server.ServerCounters.Turned;
import io.fairlead.relay.ts.EitherReader;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The body of a publisher's request. Consumes its contents, and reads on only when the room has taken what came before: at most one read is
 * on its way.
 *
 * <p>Answers and closes: 200 at the end of the body, 400 with place and reason for what can't be read, 401 when its key is no longer good, 408
 * for silence, 409 when another publishes. A connection that breaks ends the source.
 */
final class PublishHandler extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(PublishHandler.class);

    /** How often silence and the key are looked at. */
    private static final int LOOK_MS = 500;

    private final String name;
    private final RoomDirectory rooms;
    private final ServerSettings settings;
    private final ServerCounters counters;
    private final BooleanSupplier allowed;
    private final MediaReader reader;
    private final RoomSource source;
    /** What came with the head, before the room had answered: one read at most. */
    private final List<HttpContent> early = new ArrayList<>();

    private List<Tag> tags = new ArrayList<>();
    private @Nullable ChannelHandlerContext context;
    private @Nullable Room room;
    private @Nullable Future<?> look;
    private long heardNs;
    private boolean over;

    /** @param allowed whether the key that it has shown is still good for the room */
    PublishHandler(
            String name,
            RoomDirectory rooms,
            ServerSettings settings,
            ServerCounters counters,
            BooleanSupplier allowed) {
        this.name = name;
        this.allowed = allowed;
        this.rooms = rooms;
        this.settings = settings;
        this.counters = counters;
        this.reader =
                new EitherReader(ByteBufAllocator.DEFAULT, rooms.settings().maxTagBytes(), tag -> tags.add(tag));
        this.source = RoomSource.published("publisher", rooms.settings(), this::endedByRoom);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext current = context;
        if (current == null) {
            throw new IllegalStateException("the handler has no channel yet");
        }
        return current;
    }

    // ---- on the loop of the room

    /** The publisher is in the room, or learns that another is. */
    void enter(Room entered, boolean continueExpected) {
        if (!entered.admitsPublisher()) {
            context()
                    .executor()
                    .execute(() -> refuse(
                            HttpResponseStatus.CONFLICT,
                            Turned.TAKEN,
                            "another publishes to the room " + name
                                    + "; end it first, or wait until it has been silent for "
                                    + rooms.settings().takeoverMs() + " ms"));
            return;
        }
        entered.attach(source);
        context().executor().execute(() -> begin(entered, continueExpected));
    }

    private void endedByRoom(SourceEnd reason) {
        context().executor().execute(() -> {
            switch (reason) {
                case MALFORMED -> end(HttpResponseStatus.BAD_REQUEST, "the headers of the stream can't be kept");
                case TAKEN_OVER ->
                    end(HttpResponseStatus.CONFLICT, "another publisher has followed, for this one had been silent");
                case ROOM_CLOSED, UNWANTED -> end(HttpResponseStatus.SERVICE_UNAVAILABLE, "the relay is being stopped");
                case ENDED, BROKEN -> {
                    // said by this side
                }
            }
        });
    }

    // ---- on the loop of the connection

    private void begin(Room entered, boolean continueExpected) {
        room = entered;
        if (!context().channel().isActive()) {
            leave(SourceEnd.BROKEN);
            return;
        }
        counters.published.increment();
        LOG.info("room {}: {} publishes", name, context().channel().remoteAddress());
        if (continueExpected) {
            context().writeAndFlush(new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE));
        }
        heardNs = rooms.nanoClock().getAsLong();
        lookSoon();
        List<HttpContent> first = List.copyOf(early);
        early.clear();
        first.forEach(content -> channelRead(context(), content));
        channelReadComplete(context());
    }

    private void lookSoon() {
        look = context().executor().schedule(this::look, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (!allowed.getAsBoolean()) {
            LOG.info("room {}: its publisher is ended, for its key is no longer good", name);
            end(HttpResponseStatus.UNAUTHORIZED, "the key for the room " + name + " is no longer good");
        } else if (rooms.nanoClock().getAsLong() - heardNs > settings.publisherIdleMs() * 1_000_000L) {
            end(HttpResponseStatus.REQUEST_TIMEOUT, "nothing has come for " + settings.publisherIdleMs() + " ms");
        } else {
            lookSoon();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!over && room == null && message instanceof HttpContent content) {
            early.add(content);
            return;
        }
        try {
            if (!over && message instanceof HttpContent content) {
                take(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void take(HttpContent content) {
        heardNs = rooms.nanoClock().getAsLong();
        if (content.decoderResult().isFailure()) {
            end(
                    HttpResponseStatus.BAD_REQUEST,
                    "the body can't be read: " + content.decoderResult().cause().getMessage());
            return;
        }
        Malformed malformed = reader.read(content.content());
        if (malformed != null) {
            counters.malformedMedia.increment();
            LOG.warn("room {}: its publisher is ended for {}", name, malformed);
            hand(false);
            end(HttpResponseStatus.BAD_REQUEST, malformed.toString());
        } else if (content instanceof LastHttpContent) {
            reader.end();
            hand(false);
            end(HttpResponseStatus.OK, "published " + reader.offset() + " bytes");
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!over) {
            hand(true);
        }
    }

    /** Gives the room what has come, and reads on when it has it. */
    private void hand(boolean readOn) {
        Room current = room;
        List<Tag> taken = tags;
        ChannelHandlerContext ctx = context();
        if (current == null || taken.isEmpty()) {
            if (readOn && current != null) {
                ctx.read();
            }
            return;
        }
        tags = new ArrayList<>();
        boolean video = reader.announcesVideo();
        current.loop().execute(() -> {
            current.take(source, taken, video);
            if (readOn) {
                ctx.executor().execute(ctx::read);
            }
        });
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (!over) {
            hand(false);
            leave(SourceEnd.BROKEN);
        }
        super.channelInactive(ctx);
    }

    /** The publisher does not get in. */
    void refuse(HttpResponseStatus status, Turned why, String sentence) {
        counters.count(why);
        end(status, sentence);
    }

    private void end(HttpResponseStatus status, String sentence) {
        if (over) {
            return;
        }
        leave(status.equals(HttpResponseStatus.OK) ? SourceEnd.ENDED : SourceEnd.BROKEN);
        context()
                .channel()
                .config()
                .setAutoRead(true); // what is still on its way is read and dropped, so that the answer arrives
        Answers.say(context().channel(), status, sentence);
    }

    private void leave(SourceEnd reason) {
        over = true;
        reader.close();
        tags.forEach(Tag::release);
        tags.clear();
        early.forEach(HttpContent::release);
        early.clear();
        Future<?> current = look;
        if (current != null) {
            current.cancel(false);
        }
        Room left = room;
        if (left != null) {
            left.loop().execute(() -> left.detach(source, reason));
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.warn("room {}: its publisher is ended by a failure", name, cause);
        }
        ctx.close();
    }
}
