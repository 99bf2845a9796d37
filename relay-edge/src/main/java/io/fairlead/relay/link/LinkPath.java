package io.fairlead.relay.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import org.jspecify.annotations.Nullable;

/**
 * The way that a long link takes, as the kernel measures it (TCP_INFO), and heartbeats do.
 *
 * @param rttUs its round trip, smoothed by the kernel, or that of heartbeats; −1: not known
 * @param retransmits segments that were sent again since it began; −1: not known
 * @param throughput how fast it has shown that it can go, and what it carries
 */
public record LinkPath(long rttUs, long retransmits, LinkThroughput throughput) {

    public static final LinkPath UNKNOWN = new LinkPath(-1, -1, LinkThroughput.UNKNOWN);

    /**
     * With what heartbeats took, if that is more: where something on the way ends TCP and carries on, such as a proxy, the kernel sees the first part alone.
     *
     * @param heartbeatUs least of some; −1: not known
     */
    public LinkPath withHeartbeat(long heartbeatUs) {
        return new LinkPath(Math.max(rttUs, heartbeatUs), retransmits, throughput);
    }

    /** Of a connection; any thread. Where the kernel is not asked (no epoll), or the connection is gone, it is not known. */
    public static LinkPath of(@Nullable Channel connection) {
        if (!(connection instanceof EpollSocketChannel socket) || !socket.isOpen()) {
            return UNKNOWN;
        }
        try {
            EpollTcpInfo info = socket.tcpInfo();
            return new LinkPath(info.rtt(), info.totalRetrans(), LinkThroughput.of(socket));
        } catch (ChannelException e) {
            return UNKNOWN; // closed between the look and the question
        }
    }
}
