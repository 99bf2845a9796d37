package io.fairlead.lab.bench.relay;

import io.fairlead.cli.UserError;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a room of 600 kbit/s: 25 frames a second, a key frame each 2 s, each with its number behind the head of AVC, at its time by the
 * clock. On a thread of its own, to the end.
 */
final class BenchPublisher implements AutoCloseable {

    static final int INTERVAL_MS = 40;

    /** Frames from key frame to key frame. */
    private static final int GROUP = 50;

    private static final int KEY_BYTES = 12_000;
    private static final int FRAME_BYTES = 2_815;
    private static final int NUMBER_AT = 5;
    private static final byte AVC_KEY = 0x17;
    private static final byte AVC_FRAME = 0x27;

    private final Socket socket;
    private volatile boolean closed;
    private volatile @Nullable IOException ended;

    private BenchPublisher(Socket socket) {
        this.socket = socket;
    }

    static BenchPublisher start(InetSocketAddress server, String path) throws IOException {
        Socket socket = new Socket(server.getAddress(), server.getPort());
        socket.setTcpNoDelay(true);
        String request = "POST " + path + " HTTP/1.1\r\nHost: bench\r\nTransfer-Encoding: chunked\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        ByteBuf head = Unpooled.buffer();
        FlvWriter.fileHeader(head, false, true);
        FlvWriter.tag(head, TagKind.VIDEO, 0, new byte[] {AVC_KEY, 0, 0, 0, 0, 1, 0x64, 0, 0x1E, (byte) 0xFF});
        chunk(socket, head);
        BenchPublisher publisher = new BenchPublisher(socket);
        Thread thread = new Thread(publisher::run, "publisher");
        thread.setDaemon(true);
        thread.start();
        return publisher;
    }

    private void run() {
        long startNanos = System.nanoTime();
        try {
            for (int number = 0; !closed; number++) {
                long dueNanos = startNanos + (long) number * INTERVAL_MS * 1_000_000L;
                for (long left = dueNanos - System.nanoTime(); left > 0; left = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                ByteBuf tag = Unpooled.buffer();
                FlvWriter.tag(tag, TagKind.VIDEO, (long) number * INTERVAL_MS, frame(number));
                chunk(socket, tag);
            }
        } catch (IOException e) {
            ended = e;
        }
    }

    private static byte[] frame(int number) {
        boolean key = number % GROUP == 0;
        byte[] payload = new byte[key ? KEY_BYTES : FRAME_BYTES];
        payload[0] = key ? AVC_KEY : AVC_FRAME;
        payload[1] = 1;
        for (int each = 0; each < Integer.BYTES; each++) {
            payload[NUMBER_AT + each] = (byte) (number >>> (Byte.SIZE * each));
        }
        return payload;
    }

    private static void chunk(Socket socket, ByteBuf bytes) throws IOException {
        ByteBuf chunk = Unpooled.buffer();
        chunk.writeCharSequence(Integer.toHexString(bytes.readableBytes()) + "\r\n", StandardCharsets.US_ASCII);
        chunk.writeBytes(bytes).writeShort(0x0D0A);
        OutputStream out = socket.getOutputStream();
        chunk.readBytes(out, chunk.readableBytes());
    }

    /** @throws UserError if it was ended: then nothing that was measured counts */
    void check() {
        IOException e = ended;
        if (e != null && !closed) {
            throw new UserError("The server has ended the publisher: " + e.getMessage() + ".", e);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
