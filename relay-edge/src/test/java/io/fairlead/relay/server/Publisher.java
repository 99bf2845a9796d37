package io.fairlead.relay.server;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One who publishes frames by number in chunks. */
public final class Publisher implements AutoCloseable {

    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;

    public Publisher(InetSocketAddress server, String path) throws IOException {
        socket = new Socket(server.getAddress(), server.getPort());
        socket.setSoTimeout(PATIENCE_MS);
        write("POST " + path + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        ByteBuf head = Unpooled.buffer();
        FlvWriter.fileHeader(head, true, true);
        FlvWriter.tag(head, TagKind.VIDEO, 0, Flv.avcHeader(1));
        chunk(head);
    }

    /** Frames of 40 ms. */
    public void send(int from, int to) throws IOException {
        send(from, to, 100);
    }

    void send(int from, int to, int size) throws IOException {
        ByteBuf tags = Unpooled.buffer();
        for (int each = from; each < to; each++) {
            FlvWriter.tag(
                    tags, TagKind.VIDEO, each * 40L, each % 25 == 0 ? Flv.key(each, size) : Flv.frame(each, size));
        }
        chunk(tags);
    }

    void chunk(ByteBuf bytes) throws IOException {
        write(Integer.toHexString(bytes.readableBytes()) + "\r\n");
        OutputStream out = socket.getOutputStream();
        bytes.readBytes(out, bytes.readableBytes());
        write("\r\n");
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    String endInOrder() throws IOException {
        write("0\r\n\r\n");
        return answer();
    }

    String answer() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    void breakOff() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
