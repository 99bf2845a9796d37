package io.fairlead.relay.link;

import io.netty.channel.ChannelId;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How fast a connection has shown that it can go, and what it carries, by the kernel's own count ({@code struct tcp_info} of linux/tcp.h, of which Netty's view
 * leaves this part out).
 *
 * <p>The kernel keeps the newest rate of delivery that the way bounded, or a higher one that what there was to send did (draft-cheng-iccrg-delivery-rate-estimation);
 * kernels before 4.9 know none.
 *
 * @param deliveryBps bit/s; −1: not known
 * @param bound the way let no more through; false: it may be able to
 * @param ackedBytes what the other end has acknowledged since the connection began; −1: not known
 * @param connection whose count that is; null: nobody's
 */
public record LinkThroughput(
        long deliveryBps,
        boolean bound,
        long ackedBytes,
        @Nullable ChannelId connection) {

    public static final LinkThroughput UNKNOWN = new LinkThroughput(-1, false, -1, null);

    private static final int IPPROTO_TCP = 6;
    private static final int TCP_INFO = 11;
    private static final int APP_LIMITED_AT = 7;
    private static final int ACKED_AT = 120;
    private static final int DELIVERY_AT = 160;
    private static final int LENGTH = DELIVERY_AT + Long.BYTES;
    private static final RawUnixChannelOption INFO =
            new RawUnixChannelOption("FAIRLEAD_TCP_INFO", IPPROTO_TCP, TCP_INFO, LENGTH);

    /**
     * Of a connection; any thread.
     *
     * @throws io.netty.channel.ChannelException it is closed
     */
    static LinkThroughput of(EpollSocketChannel socket) {
        ByteBuffer info = socket.config().getOption(INFO);
        return info == null ? UNKNOWN : read(info.clear().order(ByteOrder.nativeOrder()), socket.id());
    }

    /** Of the kernel's structure; what an older kernel leaves out is zero. */
    static LinkThroughput read(ByteBuffer info, ChannelId connection) {
        long bytesPerSecond = info.getLong(DELIVERY_AT);
        long acked = info.getLong(ACKED_AT);
        boolean known = bytesPerSecond > 0 && bytesPerSecond <= Long.MAX_VALUE / Byte.SIZE;
        boolean hadMoreToSend = (info.get(APP_LIMITED_AT) & 1) == 0;
        return new LinkThroughput(
                known ? bytesPerSecond * Byte.SIZE : -1, known && hadMoreToSend, acked > 0 ? acked : -1, connection);
    }

    /** What the connection has carried since, of all rooms and with what TLS and HTTP/2 add, bit/s; −1: not known, or it is another connection. */
    public long carriedBps(LinkThroughput before, long tookNs) {
        if (connection == null || !connection.equals(before.connection) || before.ackedBytes < 0 || tookNs <= 0) {
            return -1;
        }
        double bits = (double) Math.max(0, ackedBytes - before.ackedBytes) * Byte.SIZE;
        return Math.round(bits * (double) TimeUnit.SECONDS.toNanos(1) / (double) tookNs);
    }
}
