package io.fairlead.relay.client;

import io.fairlead.edge.link.LinkVitals;
import io.fairlead.edge.link.StreamWindow;
import io.fairlead.relay.flv.FlvReader;
import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.link.LinkFields;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.server.WatchRequest;
import io.netty.buffer.ByteBufAllocator;
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
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A viewer's request on a long link: asks, learns whether the viewer is admitted, and takes media if this stream is the one that carries it.
 * Reads on the link's loop; tells its owner on the room's.
 */
final class ViewerStream extends ChannelInboundHandlerAdapter {

    /** Told on the room's loop. */
    interface Owner {

        /** @param server edge id of the relay server; empty: it has not said */
        void admitted(ViewerStream stream, Role role, String server);

        /** Takes over tags: this stream carries the room. */
        void take(ViewerStream stream, List<Tag> tags, boolean announcesVideo);

        /**
         * Nothing comes any more; said once.
         *
         * @param status what the relay server answered; null if it did not, or the stream has ended later
         */
        void over(ViewerStream stream, SourceEnd reason, @Nullable HttpResponseStatus status, String sentence);
    }

    private static final int MOST_SENTENCE_BYTES = 1_024;

    private final String relay;
    private final WatchRequest request;
    private final @Nullable KeyFrameMark had;
    private final Owner owner;
    private final EventLoop roomLoop;
    private final LongLinkCounters counters;
    private final FlvReader reader;
    private final StringBuilder sentence = new StringBuilder();
    private List<Tag> tags = new ArrayList<>();
    private @Nullable StreamWindow window;
    private @Nullable ChannelHandlerContext context;
    private @Nullable HttpResponseStatus refusal;
    private boolean answered;
    private boolean carries;
    private boolean over;

    /** Touched on the room's loop. */
    private @Nullable EventLoop linkLoop;

    private final long askedNs;
    private boolean beginsWhenAsked;

    /**
     * @param had key frame that the room had last, from which on everything is wanted; null: none
     * @param askedNs when that is, on the room's clock
     */
    ViewerStream(
            String relay,
            WatchRequest request,
            @Nullable KeyFrameMark had,
            long askedNs,
            Owner owner,
            EventLoop roomLoop,
            LongLinkCounters counters,
            int maxTagBytes) {
        this.relay = relay;
        this.request = request;
        this.had = had;
        this.askedNs = askedNs;
        this.owner = owner;
        this.roomLoop = roomLoop;
        this.counters = counters;
        this.reader = new FlvReader(ByteBufAllocator.DEFAULT, maxTagBytes, tag -> tags.add(tag));
    }

    /** Opens it on a link; what goes wrong is told as its end. */
    void open(LongLink link) {
        linkLoop = link.loop();
        link.open(this::on, why -> link.loop().execute(() -> end(SourceEnd.BROKEN, why)));
    }

    private ViewerStream on(LinkVitals vitals) {
        window = new StreamWindow(vitals, () -> end(SourceEnd.BROKEN, "the long link is lost"));
        return this;
    }

    /** Whether what it carries begins when it is asked for; a slave's is let carry when another has left, whenever that is. On the room's loop. */
    boolean beginsWhenAsked() {
        return beginsWhenAsked;
    }

    /** When it was asked for, on the room's clock. */
    long askedNs() {
        return askedNs;
    }

    // ---- on the link's loop

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        if (over) {
            ctx.close();
            return;
        }
        StreamWindow counting = window;
        if (counting != null) {
            counting.enter((Http2StreamChannel) ctx.channel());
        }
        Http2Headers head = new DefaultHttp2Headers()
                .method("GET")
                .scheme("https")
                .path("/" + request.room() + ".flv" + (request.query().isEmpty() ? "" : "?" + request.query()))
                .set(LinkFields.RELAY, relay)
                .set(LinkFields.VIEWER_ADDRESS, request.address());
        KeyFrameMark mark = had;
        if (mark != null) {
            head.set(LinkFields.AFTER, mark.toString());
        }
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(head)).addListener(sent -> {
            if (!sent.isSuccess()) {
                end(
                        SourceEnd.BROKEN,
                        "the link takes no more streams: " + sent.cause().getMessage());
            }
        });
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
        try {
            if (over) {
                return;
            }
            if (frame instanceof Http2HeadersFrame head && !answered) {
                answer(head.headers());
                if (head.isEndStream()) {
                    end(SourceEnd.ENDED, "the relay server has ended the stream");
                }
            } else if (frame instanceof Http2DataFrame data) {
                take(data);
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void answer(Http2Headers head) {
        answered = true;
        HttpResponseStatus status = status(head);
        if (!status.equals(HttpResponseStatus.OK)) {
            refusal = status;
            return;
        }
        CharSequence field = head.get(LinkFields.ROLE);
        Role role = Role.of(field == null ? "" : field.toString());
        CharSequence says = head.get(LinkFields.SERVER);
        String server = says == null ? "" : says.toString();
        roomLoop.execute(() -> {
            beginsWhenAsked = role == Role.MASTER || role == Role.DIRECT;
            owner.admitted(this, role, server);
        });
    }

    private static HttpResponseStatus status(Http2Headers head) {
        try {
            return HttpResponseStatus.parseLine(String.valueOf(head.status()));
        } catch (IllegalArgumentException e) {
            return HttpResponseStatus.BAD_GATEWAY;
        }
    }

    private void take(Http2DataFrame data) {
        StreamWindow counting = window;
        if (counting != null) {
            counting.count(data.initialFlowControlledBytes());
        }
        if (refusal != null) {
            int more = Math.min(data.content().readableBytes(), MOST_SENTENCE_BYTES - sentence.length());
            sentence.append(data.content().toString(data.content().readerIndex(), more, StandardCharsets.UTF_8));
        } else if (data.content().isReadable()) {
            counters.media(data.content().readableBytes(), !carries);
            carries = true;
            Malformed malformed = reader.read(data.content());
            if (malformed != null) {
                end(SourceEnd.MALFORMED, "the relay server's stream can't be read: " + malformed);
                return;
            }
        }
        if (data.isEndStream()) {
            hand();
            end(SourceEnd.ENDED, refusal == null ? "the relay server has ended the stream" : sentence.toString());
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        hand();
    }

    private void hand() {
        if (!over && !tags.isEmpty()) {
            List<Tag> taken = tags;
            tags = new ArrayList<>();
            boolean video = reader.announcesVideo();
            roomLoop.execute(() -> owner.take(this, taken, video));
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        hand();
        end(SourceEnd.BROKEN, "the stream was reset, or the long link is lost");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(SourceEnd.BROKEN, "the stream has failed: " + cause.getMessage());
    }

    private void end(SourceEnd reason, String why) {
        if (over) {
            return;
        }
        HttpResponseStatus status = refusal;
        release();
        roomLoop.execute(() -> owner.over(this, reason, status, why));
    }

    private void release() {
        over = true;
        reader.close();
        tags.forEach(Tag::release);
        tags.clear();
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.close();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        StreamWindow counting = window;
        window = null;
        if (counting != null && context != null) {
            counting.leave();
        }
    }

    // ---- on the room's loop

    /** The viewer has gone, but this stream carries: it is read on until the relay server has another one carry, and ends it. */
    void handOver() {
        EventLoop loop = linkLoop;
        if (loop != null) {
            loop.execute(() -> {
                ChannelHandlerContext ctx = context;
                if (!over && ctx != null) {
                    ctx.writeAndFlush(new DefaultHttp2DataFrame(true));
                }
            });
        }
    }

    /** The viewer has gone: the relay server is told by a reset. */
    void close() {
        EventLoop loop = linkLoop;
        if (loop != null) {
            loop.execute(() -> {
                if (!over) {
                    release();
                }
            });
        }
    }
}
