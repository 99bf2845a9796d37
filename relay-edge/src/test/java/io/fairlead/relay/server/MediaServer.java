package io.fairlead.relay.server;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A media server whose clients each have a clock of their own that begins at zero; sends what it is told, to those who may have it. */
public final class MediaServer implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    public final List<Client> clients = new CopyOnWriteArrayList<>();
    public volatile String status = "200 OK";
    /** Request lines, in order. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    /** Whoever shows one of them is refused. */
    public final List<String> refusedTokens = new CopyOnWriteArrayList<>();

    private volatile int requests;

    public MediaServer() throws IOException {
        Thread accepting = new Thread(this::accept, "media-server");
        accepting.setDaemon(true);
        accepting.start();
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    public int requests() {
        return requests;
    }

    /** To all who are there and not silenced. */
    public void send(int from, int to) throws IOException {
        for (Client client : clients) {
            try {
                client.send(from, to);
            } catch (SocketException e) {
                client.socket.close(); // it has left
            }
        }
    }

    private void accept() {
        try {
            while (true) {
                greet(listening.accept());
            }
        } catch (IOException e) {
            listening.isClosed(); // the test is over
        }
    }

    private synchronized void greet(Socket socket) throws IOException {
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        String line = reader.readLine();
        asked.add(String.valueOf(line));
        String answer =
                refusedTokens.stream().anyMatch(asked.get(asked.size() - 1)::contains) ? "403 Forbidden" : status;
        while (line != null && !line.isEmpty()) {
            line = reader.readLine();
        }
        requests++;
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 " + answer + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        if (!answer.startsWith("200")) {
            socket.close();
            return;
        }
        ByteBuf head = Unpooled.buffer();
        FlvWriter.fileHeader(head, true, true);
        FlvWriter.tag(head, TagKind.VIDEO, 0, Flv.avcHeader(1));
        head.readBytes(out, head.readableBytes());
        clients.add(new Client(socket));
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Client client : clients) {
            client.socket.close();
        }
    }

    /** One request. */
    public static final class Client {

        private final Socket socket;
        private volatile boolean silent;
        private int firstNumber = -1;
        private long sentBytes;

        private Client(Socket socket) {
            this.socket = socket;
        }

        private void send(int from, int to) throws IOException {
            if (silent || socket.isClosed()) {
                return;
            }
            if (firstNumber < 0) {
                firstNumber = from;
            }
            ByteBuf tags = Unpooled.buffer();
            for (int each = from; each < to; each++) {
                byte[] payload = each % 25 == 0 ? Flv.key(each, 100) : Flv.frame(each, 100);
                FlvWriter.tag(tags, TagKind.VIDEO, (each - firstNumber) * 40L, payload);
            }
            sentBytes += tags.readableBytes();
            tags.readBytes(socket.getOutputStream(), tags.readableBytes());
        }

        /** Bytes of frames that were sent to it. */
        public long sentBytes() {
            return sentBytes;
        }

        public void silence() {
            silent = true;
        }

        public void breakOff() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Whether the other side is still there; waits for nothing. */
        public boolean flows() {
            try {
                socket.setSoTimeout(1);
                return socket.getInputStream().read() >= 0;
            } catch (SocketTimeoutException e) {
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        /** Whether the other side has closed. */
        public boolean left() {
            try {
                return socket.isClosed() || socket.getInputStream().read() < 0;
            } catch (IOException e) {
                return true;
            }
        }
    }
}
