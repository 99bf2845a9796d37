package io.fairlead.proxy.front;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A client that sends exactly the bytes it is told to. */
public final class Raw implements AutoCloseable {

    public static final String AUTHORIZATION = "Proxy-Authorization: Basic "
            + Base64.getEncoder().encodeToString(FrontRig.USER.getBytes(StandardCharsets.UTF_8)) + "\r\n";

    public final Socket socket = new Socket();

    public Raw(InetSocketAddress proxy) throws IOException {
        socket.connect(proxy);
        socket.setSoTimeout(15_000);
    }

    public Raw send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    public String head() throws IOException {
        return WebSite.readHead(socket.getInputStream());
    }

    String text(int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    /** All until the proxy closes; what came before a reset counts. */
    public String rest() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder all = new StringBuilder();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.append((char) b);
            }
        } catch (SocketException reset) {
            all.append("<reset>");
        }
        return all.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
