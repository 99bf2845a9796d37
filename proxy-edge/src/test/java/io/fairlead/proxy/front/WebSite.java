package io.fairlead.proxy.front;

import io.fairlead.proxy.link.Site;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A web site over plain sockets, so that tests see exactly what reaches a target and say exactly what it answers. */
public final class WebSite implements AutoCloseable {

    /** Makes the answer to one request, as bytes on the wire; null: the connection is closed without one. */
    public interface Page {
        byte[] answer(String head, byte[] body, Socket socket) throws IOException;
    }

    public final List<String> heads = new CopyOnWriteArrayList<>();
    final List<byte[]> bodies = new CopyOnWriteArrayList<>();
    final List<InetAddress> clients = new CopyOnWriteArrayList<>();
    public final AtomicInteger connections = new AtomicInteger();
    private final Site site;

    public WebSite(Page page) throws IOException {
        site = new Site(socket -> serve(socket, page));
    }

    /** A site that answers every request with this text. */
    public static WebSite saying(String text) throws IOException {
        return new WebSite((head, body, socket) -> ok(text));
    }

    public static byte[] ok(String text) {
        return bytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: "
                + text.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + text);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void serve(Socket socket, Page page) throws IOException {
        connections.incrementAndGet();
        clients.add(socket.getInetAddress());
        InputStream in = socket.getInputStream();
        while (true) {
            String head = readHead(in);
            if (head.isEmpty()) {
                return;
            }
            heads.add(head);
            if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
                socket.getOutputStream().write(bytes("HTTP/1.1 100 Continue\r\n\r\n"));
            }
            byte[] body = readBody(head, in);
            bodies.add(body);
            byte[] answer = page.answer(head, body, socket);
            if (answer == null) {
                return;
            }
            socket.getOutputStream().write(answer);
            if (!new String(answer, 0, Math.min(answer.length, 2000), StandardCharsets.ISO_8859_1)
                    .contains("Content-Length")) {
                boolean chunked = new String(answer, StandardCharsets.ISO_8859_1).contains("chunked");
                if (!chunked) {
                    return; // the end of the connection is the end of the answer
                }
            }
        }
    }

    static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return "";
            }
            head.write(b);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static byte[] readBody(String head, InputStream in) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        if (at >= 0) {
            return in.readNBytes(Integer.parseInt(lower.substring(at + 16, lower.indexOf('\r', at))));
        }
        if (!lower.contains("transfer-encoding: chunked")) {
            return new byte[0];
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(readLine(in), 16);
            if (size == 0) {
                while (!readLine(in).isEmpty()) {
                    // trailers
                }
                return body.toByteArray();
            }
            body.write(in.readNBytes(size));
            readLine(in);
        }
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int b = in.read();
        while (b >= 0 && b != '\n') {
            if (b != '\r') {
                line.append((char) b);
            }
            b = in.read();
        }
        return line.toString();
    }

    public int port() {
        return site.address().getPort();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    public String lastHead() {
        return heads.get(heads.size() - 1);
    }

    @Override
    public void close() {
        site.close();
    }
}
