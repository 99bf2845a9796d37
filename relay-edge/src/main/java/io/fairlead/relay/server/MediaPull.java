package io.fairlead.relay.server;

import io.fairlead.edge.link.Sockets;
import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Malformed;
import io.fairlead.relay.flv.MediaReader;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.leg.Pull;
import io.fairlead.relay.link.LinkFields;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.ts.EitherReader;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutException;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request for a room to a media server, which answers with FLV or a transport stream, on the room's event loop. Consumes the answer; tells once whether it was taken, then
 * tags, then once that it is over.
 */
final class MediaPull extends ChannelInboundHandlerAdapter implements Pull {

    private static final Logger LOG = LoggerFactory.getLogger(MediaPull.class);

    private final String room;
    private final String query;
    private final @Nullable KeyFrameMark had;
    private final PullSettings settings;
    private final Owner owner;
    private final MediaReader reader;
    private List<Tag> tags = new ArrayList<>();
    private @Nullable Channel channel;
    private @Nullable HttpResponseStatus status;
    private boolean accepted;
    private boolean over;

    private MediaPull(
            String room,
            String query,
            @Nullable KeyFrameMark had,
            PullSettings settings,
            int maxTagBytes,
            Owner owner,
            EventLoop loop) {
        this.room = room;
        this.query = query;
        this.had = had;
        this.settings = settings;
        this.owner = owner;
        this.reader = new EitherReader(ByteBufAllocator.DEFAULT, maxTagBytes, tag -> tags.add(tag));
        dial(loop);
    }

    /**
     * Asks for a room; everything happens on that loop.
     *
     * @param query what a viewer showed, for the media server to judge; empty if nothing
     * @param had key frame that was sent last, from which on everything is wanted of a media server that understands; null: none
     */
    static MediaPull start(
            EventLoop loop,
            String room,
            String query,
            @Nullable KeyFrameMark had,
            PullSettings settings,
            int maxTagBytes,
            Owner owner) {
        return new MediaPull(room, query, had, settings, maxTagBytes, owner, loop);
    }

    private void dial(EventLoop loop) {
        String host = settings.mediaServer().getHost();
        // Asking for a name blocks in the JDK, and must not on the room's loop.
        Names.resolve(host, settings.port())
                .whenComplete((address, failure) -> loop.execute(() -> {
                    if (over) {
                        return;
                    }
                    if (address == null || address.isUnresolved()) {
                        finish(SourceEnd.BROKEN, "the name " + host + " of the media server is not known");
                    } else {
                        connect(loop, address);
                    }
                }));
    }

    private void connect(EventLoop loop, InetSocketAddress address) {
        new Bootstrap()
                .group(loop)
                .channel(Sockets.dialling(loop))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMs())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        fresh.pipeline()
                                .addLast(new ReadTimeoutHandler(settings.silenceMs(), TimeUnit.MILLISECONDS))
                                .addLast(new HttpClientCodec())
                                .addLast(MediaPull.this);
                    }
                })
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        finish(
                                SourceEnd.BROKEN,
                                "the media server " + address + " can't be reached: "
                                        + done.cause().getMessage());
                    }
                });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        if (over) {
            ctx.close();
            return;
        }
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, settings.target(room, query), Unpooled.EMPTY_BUFFER);
        request.headers()
                .set(HttpHeaderNames.HOST, settings.mediaServer().getAuthority())
                .set(HttpHeaderNames.ACCEPT, "video/x-flv, video/mp2t")
                .set(HttpHeaderNames.USER_AGENT, "fairlead-relay");
        KeyFrameMark mark = had;
        if (mark != null) {
            request.headers().set(LinkFields.AFTER, mark);
        }
        ctx.writeAndFlush(request);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (over) {
                return;
            }
            if (message instanceof HttpResponse response) {
                head(response);
            }
            if (message instanceof HttpContent content && accepted && !over) {
                body(content);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void head(HttpResponse response) {
        status = response.status();
        if (response.decoderResult().isFailure()) {
            finish(SourceEnd.MALFORMED, "the media server's answer can't be read");
        } else if (!response.status().equals(HttpResponseStatus.OK)) {
            finish(SourceEnd.BROKEN, "the media server answers " + response.status() + " for the room " + room);
        } else {
            accepted = true;
            owner.accepted(this);
        }
    }

    private void body(HttpContent content) {
        Malformed malformed = reader.read(content.content());
        if (malformed != null) {
            hand();
            finish(SourceEnd.MALFORMED, "the media server's stream can't be read: " + malformed);
        } else if (content instanceof LastHttpContent) {
            reader.end();
            hand();
            finish(SourceEnd.ENDED, "the media server has ended the stream");
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
            owner.take(this, taken, reader.announcesVideo());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish(SourceEnd.BROKEN, "the connection to the media server has broken");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        finish(
                SourceEnd.BROKEN,
                cause instanceof ReadTimeoutException
                        ? "the media server has sent nothing for " + settings.silenceMs() + " ms"
                        : "the connection to the media server has failed: " + cause.getMessage());
    }

    @Override
    public void close() {
        if (!over) {
            release();
        }
    }

    private void finish(SourceEnd reason, String sentence) {
        if (over) {
            return;
        }
        release();
        LOG.info("room {}: {}", room, sentence);
        owner.over(this, reason, status, sentence);
    }

    private void release() {
        over = true;
        reader.close();
        tags.forEach(Tag::release);
        tags.clear();
        Channel current = channel;
        if (current != null) {
            current.close();
        }
    }
}
