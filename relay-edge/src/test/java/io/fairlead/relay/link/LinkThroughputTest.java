package io.fairlead.relay.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelId;
import io.netty.channel.DefaultChannelId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The kernel's structure as it lies in memory, and what is made of it. The kernel itself is asked in {@code LongLinkTest}. */
class LinkThroughputTest {

    private static final long SECOND_NS = 1_000_000_000L;

    private final ChannelId connection = DefaultChannelId.newInstance();
    private final ByteBuffer info = ByteBuffer.allocate(168).order(ByteOrder.nativeOrder());

    private LinkThroughput told(boolean senderBound, long bytesPerSecond, long acked) {
        info.put(7, (byte) (senderBound ? 1 : 0));
        info.putLong(120, acked);
        info.putLong(160, bytesPerSecond);
        return LinkThroughput.read(info, connection);
    }

    @Test
    void aWayBoundsOnlyWhenThereWasMoreToSend() {
        assertThat(told(false, 125_000, 1)).isEqualTo(new LinkThroughput(1_000_000, true, 1, connection));
        assertThat(told(true, 125_000, 1).bound()).isFalse();
    }

    @Test
    void whatTheKernelDoesNotKnowIsNotKnown() {
        assertThat(told(false, 0, 0)).isEqualTo(new LinkThroughput(-1, false, -1, connection));
        assertThat(told(false, -1, -1)).isEqualTo(new LinkThroughput(-1, false, -1, connection));
        assertThat(told(false, Long.MAX_VALUE, 1).deliveryBps()).isEqualTo(-1);
    }

    @Test
    void whatItCarriedIsCountedOnOneConnection() {
        LinkThroughput before = told(false, 125_000, 1_000_000);
        LinkThroughput after = told(false, 125_000, 2_250_000);
        assertThat(after.carriedBps(before, 10 * SECOND_NS)).isEqualTo(1_000_000);
        assertThat(after.carriedBps(after, 10 * SECOND_NS)).isZero();
        assertThat(after.carriedBps(before, 0)).isEqualTo(-1);
        assertThat(after.carriedBps(LinkThroughput.UNKNOWN, SECOND_NS)).isEqualTo(-1);
        assertThat(LinkThroughput.UNKNOWN.carriedBps(before, SECOND_NS)).isEqualTo(-1);
        LinkThroughput another = new LinkThroughput(1_000_000, true, 9_000_000, DefaultChannelId.newInstance());
        assertThat(another.carriedBps(before, SECOND_NS)).isEqualTo(-1);
    }
}
