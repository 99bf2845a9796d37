package io.fairlead.proxy.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A target: a plain TCP server on loopback that does one thing with every connection, on a thread of its own. */
public final class Site implements AutoCloseable {

    /** What is done with a connection. */
    @FunctionalInterface
    public interface Conduct {
        void serve(Socket socket) throws IOException;
    }

    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public Site(Conduct conduct) throws IOException {
        this(conduct, 0);
    }

    /** @param receiveBufferBytes 0: the system's own */
    public Site(Conduct conduct, int receiveBufferBytes) throws IOException {
        listening = new ServerSocket();
        if (receiveBufferBytes > 0) {
            listening.setReceiveBufferSize(receiveBufferBytes);
        }
        listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        Thread accepting = new Thread(() -> accept(conduct), "site");
        accepting.setDaemon(true);
        accepting.start();
    }

    private void accept(Conduct conduct) {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                open.add(socket);
                Thread serving = new Thread(() -> serve(conduct, socket), "site-connection");
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Conduct conduct, Socket socket) {
        try (socket) {
            conduct.serve(socket);
        } catch (IOException e) {
            // the other side went away, as the tests make it do
        } finally {
            open.remove(socket);
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    public int openConnections() {
        return open.size();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends back what comes, and ends when the other side does. */
    public static void echo(Socket socket) throws IOException {
        socket.getInputStream().transferTo(socket.getOutputStream());
        socket.shutdownOutput();
    }
}
