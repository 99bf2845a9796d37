package io.fairlead.lab.bench.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One who watches by HTTP-FLV, looks at the time and number of every tag of {@link BenchPublisher}'s, and keeps nothing. Lives on its loop; what it has
 * seen may be read by anybody.
 */
final class LoadViewer extends ChannelInboundHandlerAdapter {

    static final long NOT_YET = -1;

    private static final int ENOUGH_BYTES = 16 << 10;
    private static final int FILE_HEADER_BYTES = 13;
    private static final int TAG_HEADER_BYTES = 11;
    private static final int TRAILER_BYTES = 4;

    /** Of a tag's content: five bytes of AVC's head, four of the number. */
    private static final int NUMBER_AT = 5;

    private static final int LOOKED_AT_BYTES = NUMBER_AT + 4;

    /** Whatever is smaller is a header, not a frame. */
    private static final int FRAME_LEAST_BYTES = 1_000;

    private static final int KEY_FRAME = 1;
    private static final int END_OF_HEAD = 0x0D0A0D0A;

    /** Behind {@code HTTP/1.1} and a space. */
    private static final int STATUS_AT = 9;

    /** Where in the answer it is. */
    private enum Reads {
        STATUS_AND_HEAD,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END
    }

    private final InetSocketAddress relay;
    private final String path;
    private final ByteBuf looked = Unpooled.buffer(TAG_HEADER_BYTES + LOOKED_AT_BYTES);
    private @Nullable Channel channel;
    private Reads reads = Reads.STATUS_AND_HEAD;
    private StringBuilder head = new StringBuilder();
    private int lastFourBytes;
    private int chunkLeft;
    private boolean begun;
    private long skipBytes;

    private long dueNs;
    private volatile long dialledNs = NOT_YET;
    private volatile long firstByteNs = NOT_YET;
    private volatile long enoughNs = NOT_YET;
    private volatile long firstKeyNs = NOT_YET;
    private volatile long bytes;
    private volatile long longestPauseNs;
    private volatile int last = -1;
    private volatile int lost;
    private volatile int back;
    private volatile boolean over;
    private volatile String status = "none";
    private long lastTagNs;
    private long lastMs;

    LoadViewer(InetSocketAddress relay, String path) {
        this.relay = relay;
        this.path = path;
    }

    /**
     * Asks.
     *
     * @param dueNanos when it is its turn, by the clock: who is late waits from then on, whoever is to blame
     */
    void open(EventLoop loop, long dueNanos) {
        dueNs = dueNanos;
        loop.execute(() -> {
            dialledNs = System.nanoTime() - dueNs;
            new Bootstrap()
                    .group(loop)
                    .channel(EpollSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .handler(this)
                    .connect(relay)
                    .addListener((ChannelFutureListener) dialled -> {
                        if (!dialled.isSuccess()) {
                            over = true;
                        }
                    });
        });
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        ctx.writeAndFlush(
                Unpooled.copiedBuffer("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n", StandardCharsets.US_ASCII));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        long now = System.nanoTime();
        if (firstByteNs == NOT_YET) {
            firstByteNs = now - dueNs;
        }
        long soFar = bytes + in.readableBytes();
        bytes = soFar;
        if (enoughNs == NOT_YET && soFar >= ENOUGH_BYTES) {
            enoughNs = now - dueNs;
        }
        while (in.isReadable() && !over) {
            read(in, now);
        }
        in.release();
    }

    private void read(ByteBuf in, long now) {
        switch (reads) {
            case STATUS_AND_HEAD -> head(in);
            case CHUNK_SIZE -> chunkSize(in.readByte());
            case CHUNK -> {
                ByteBuf media = in.readSlice(Math.min(chunkLeft, in.readableBytes()));
                chunkLeft -= media.readableBytes();
                while (media.isReadable()) {
                    media(media, now);
                }
                reads = chunkLeft == 0 ? Reads.CHUNK_END : Reads.CHUNK;
            }
            case CHUNK_END -> reads = in.readByte() == '\n' ? Reads.CHUNK_SIZE : Reads.CHUNK_END;
        }
    }

    private void head(ByteBuf in) {
        byte next = in.readByte();
        head.append((char) next);
        lastFourBytes = lastFourBytes << 8 | next;
        if (lastFourBytes == END_OF_HEAD) {
            status = head.substring(STATUS_AT, STATUS_AT + 3);
            over = !status.equals("200");
            head = new StringBuilder(0);
            reads = Reads.CHUNK_SIZE;
        }
    }

    private void chunkSize(byte next) {
        if (next == '\n') {
            over = chunkLeft == 0;
            reads = Reads.CHUNK;
        } else if (next != '\r') {
            chunkLeft = chunkLeft << 4 | Character.digit(next, 16);
        }
    }

    private void media(ByteBuf in, long now) {
        if (skipBytes > 0) {
            int skipped = (int) Math.min(skipBytes, in.readableBytes());
            in.skipBytes(skipped);
            skipBytes -= skipped;
            return;
        }
        int wanted = begun ? TAG_HEADER_BYTES + LOOKED_AT_BYTES : FILE_HEADER_BYTES;
        in.readBytes(looked, Math.min(wanted - looked.readableBytes(), in.readableBytes()));
        if (looked.readableBytes() < wanted) {
            return;
        }
        if (begun) {
            int size = looked.getUnsignedMedium(1);
            if (size >= FRAME_LEAST_BYTES) {
                frame(now);
            }
            skipBytes = (long) size - LOOKED_AT_BYTES + TRAILER_BYTES;
        }
        begun = true;
        looked.clear();
    }

    private void frame(long now) {
        long timeMs = looked.getUnsignedMedium(4) | (long) looked.getUnsignedByte(7) << 24;
        int number = looked.getIntLE(TAG_HEADER_BYTES + NUMBER_AT);
        if (firstKeyNs == NOT_YET && looked.getUnsignedByte(TAG_HEADER_BYTES) >> 4 == KEY_FRAME) {
            firstKeyNs = now - dueNs;
        }
        if (last >= 0) {
            int missing = lost + Math.max(0, number - last - 1);
            int wrong = back + (number <= last || timeMs <= lastMs ? 1 : 0);
            lost = missing;
            back = wrong;
            longestPauseNs = Math.max(longestPauseNs, now - lastTagNs);
        }
        last = number;
        lastMs = timeMs;
        lastTagNs = now;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        over = true;
        ctx.close();
    }

    void close() {
        Channel open = channel;
        if (open != null) {
            open.close();
        }
    }

    /** Whether it was refused, or its stream has ended. */
    boolean over() {
        return over;
    }

    /** Of the answer; "none" before it. */
    String status() {
        return status;
    }

    /** From its turn until it dialled, ns: what the load itself is late; {@link #NOT_YET}. */
    long dialledNs() {
        return dialledNs;
    }

    /** From its turn to the first byte, ns; {@link #NOT_YET}. */
    long firstByteNs() {
        return firstByteNs;
    }

    /** The same to 16 KiB. */
    long enoughNs() {
        return enoughNs;
    }

    /** The same to the first key frame. */
    long firstKeyNs() {
        return firstKeyNs;
    }

    long bytes() {
        return bytes;
    }

    /** Longest time between two tags, ns. */
    long longestPauseNs() {
        return longestPauseNs;
    }

    /** Number of the last tag; −1 before the first. */
    int last() {
        return last;
    }

    /** Numbers that were missing. */
    int lost() {
        return lost;
    }

    /** Tags whose number or time did not rise. */
    int back() {
        return back;
    }
}
