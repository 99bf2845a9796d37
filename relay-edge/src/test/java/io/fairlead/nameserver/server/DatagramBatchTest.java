package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Many questions that come at once are answered in the buffers that they came in. */
class DatagramBatchTest {

    private static final int AT_ONCE = 64;

    /** Which are answers of 2 KiB and more: they have no room there. */
    private static final String ZONE =
            NameServerStage.ZONE + "huge TXT" + (" \"" + "x".repeat(250) + "\"").repeat(12) + "\n";

    private static byte[] question(int id, String host) {
        byte[] label = host.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(12 + 1 + label.length + 18 + 4 + 11)
                .putShort((short) id)
                .putShort((short) 0)
                .putShort((short) 1)
                .putInt(0)
                .putShort((short) 1)
                .put((byte) label.length)
                .put(label)
                .put("\10fairlead\7example\0".getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 16)
                .putShort((short) 1)
                .put((byte) 0)
                .putShort((short) 41)
                .putShort((short) 4_096)
                .putInt(0)
                .putShort((short) 0)
                .array();
    }

    @Test
    void eachGetsItsOwnAnswerWhateverItsLength() throws Exception {
        NameServerSettings settings =
                NameServerSettings.DEFAULTS.withUdpSockets(1).withRate(0, 0).withMaxUdpBytes(4_096);
        try (NameServerStage stage = NameServerStage.start(settings, ZONE, Steering.NONE);
                DatagramSocket socket =
                        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            socket.setReceiveBufferSize(4 << 20);
            socket.setSoTimeout(10_000);
            for (int id = 0; id < AT_ONCE; id++) {
                byte[] question = question(id, id % 2 == 0 ? "huge" : "big");
                socket.send(new DatagramPacket(question, question.length, stage.address()));
            }
            TreeSet<Integer> answered = new TreeSet<>();
            for (int i = 0; i < AT_ONCE; i++) {
                DatagramPacket packet = new DatagramPacket(new byte[8_192], 8_192);
                socket.receive(packet);
                int id = (packet.getData()[0] & 0xFF) << 8 | (packet.getData()[1] & 0xFF);
                answered.add(id);
                assertThat(packet.getLength()).isBetween(id % 2 == 0 ? 3_012 : 2_008, id % 2 == 0 ? 3_200 : 2_200);
                String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.ISO_8859_1);
                assertThat(text).contains(id % 2 == 0 ? "huge" : "big").contains("x".repeat(250));
            }
            assertThat(answered)
                    .containsExactlyElementsOf(
                            IntStream.range(0, AT_ONCE).boxed().toList());
        }
    }

    @Test
    @SuppressWarnings("deprecation") // the type that Netty itself asks for
    void aReceiveBufferIsGivenAgainAsSoonAsAllOfItIsGivenBack() {
        RecvByteBufAllocator.Handle handle = new KeptReceiveBuffer(8_192).newHandle();
        ByteBuf first = handle.allocate(PooledByteBufAllocator.DEFAULT);
        first.writeZero(100);
        ByteBuf part = first.readRetainedSlice(50);
        first.release();
        ByteBuf other = handle.allocate(PooledByteBufAllocator.DEFAULT);
        assertThat(other).as("a part is still held").isNotSameAs(first);
        assertThat(other.capacity()).isEqualTo(8_192);
        part.release();
        other.release();
        ByteBuf again = handle.allocate(PooledByteBufAllocator.DEFAULT);
        assertThat(again).isSameAs(first);
        assertThat(again.readableBytes()).isZero();
        assertThat(again.capacity()).isEqualTo(8_192);
        again.release();
    }
}
