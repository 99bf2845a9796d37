package io.fairlead.proxy.upstream;

import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.config.UpstreamKind;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that keeps ends and resets of both sides apart, as real ones often do not, and remembers what it was asked for. */
public final class PlainProxy implements AutoCloseable {

    /** Hosts as they were asked for. */
    public final List<String> asked = new CopyOnWriteArrayList<>();

    public final UpstreamKind kind;
    private final Site site;

    public PlainProxy(UpstreamKind kind) throws IOException {
        this.kind = kind;
        this.site = new Site(kind == UpstreamKind.HTTP ? this::http : this::socks);
    }

    public int port() {
        return site.address().getPort();
    }

    public int openConnections() {
        return site.openConnections();
    }

    private void http(Socket client) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        InputStream in = client.getInputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return;
            }
            head.write(b);
        }
        String authority = head.toString(StandardCharsets.ISO_8859_1).split(" ")[1];
        int colon = authority.lastIndexOf(':');
        String host = authority.substring(0, colon);
        OutputStream out = client.getOutputStream();
        try (Socket target = dial(host, Integer.parseInt(authority.substring(colon + 1)))) {
            out.write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            relay(client, target);
        } catch (java.net.ConnectException e) {
            out.write("HTTP/1.1 502 x\r\nProxy-Status: p; error=connection_refused\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private void socks(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        in.readByte();
        in.readNBytes(in.readUnsignedByte());
        client.getOutputStream().write(new byte[] {5, 0});
        in.readNBytes(3);
        int type = in.readUnsignedByte();
        String host = type == 3
                ? new String(in.readNBytes(in.readUnsignedByte()), StandardCharsets.US_ASCII)
                : InetAddress.getByAddress(in.readNBytes(type == 1 ? 4 : 16)).getHostAddress();
        int port = in.readUnsignedShort();
        try (Socket target = dial(host, port)) {
            client.getOutputStream().write(new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0});
            relay(client, target);
        } catch (java.net.ConnectException e) {
            client.getOutputStream().write(new byte[] {5, 5, 0, 1, 0, 0, 0, 0, 0, 0});
        }
    }

    private Socket dial(String host, int port) throws IOException {
        asked.add(host);
        return new Socket(host, port);
    }

    private static void relay(Socket client, Socket target) throws IOException {
        Thread up = new Thread(() -> pass(client, target), "plain-proxy-up");
        up.setDaemon(true);
        up.start();
        pass(target, client);
        try {
            up.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException reset) {
            for (Socket socket : List.of(from, to)) {
                try {
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (IOException e) {
                    // it is closed already
                }
            }
        }
    }

    @Override
    public void close() {
        site.close();
    }
}
