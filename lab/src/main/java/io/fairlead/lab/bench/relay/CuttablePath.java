package io.fairlead.lab.bench.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** A way between two relays that can be reset, or fall silent. Each connection has two threads. */
final class CuttablePath implements AutoCloseable {

    private static final int PIECE_BYTES = 64 << 10;
    private static final int BACKLOG = 50;
    private static final long LOOK_NS = 5_000_000;

    private final ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final InetSocketAddress to;

    /** Those that are open, in the order in which they came. */
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    private volatile boolean silent;
    private volatile boolean closed;

    CuttablePath(InetSocketAddress to) throws IOException {
        this.to = to;
        start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
    }

    /** Resets all connections; new ones are taken. */
    void reset() {
        connections.forEach(Connection::reset);
    }

    /** Nothing goes either way any more, and nobody is told. */
    void silence() {
        silent = true;
    }

    /** The same of the connection that has been there for longest. */
    void silenceOldest() throws IOException {
        if (connections.isEmpty()) {
            throw new IOException("nothing is connected over the path to " + to);
        }
        connections.get(0).silenced = true;
    }

    /** Connections of before are reset, new ones are carried again. */
    void restore() {
        reset();
        silent = false;
    }

    private void accept() {
        while (!closed) {
            try {
                Connection connection = new Connection(listening.accept(), new Socket(to.getAddress(), to.getPort()));
                connections.add(connection);
                start(() -> connection.carry(connection.near, connection.far));
                start(() -> connection.carry(connection.far, connection.near));
            } catch (IOException e) {
                LockSupport.parkNanos(LOOK_NS); // the relay server is gone, or this path is closed
            }
        }
    }

    private static void start(Runnable what) {
        Thread thread = new Thread(what, "path");
        thread.setDaemon(true);
        thread.start();
    }

    private final class Connection {

        private final Socket near;
        private final Socket far;
        private volatile boolean silenced;

        private Connection(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        private void carry(Socket from, Socket onward) {
            byte[] piece = new byte[PIECE_BYTES];
            try (from;
                    onward) {
                InputStream in = from.getInputStream();
                OutputStream out = onward.getOutputStream();
                for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                    while ((silent || silenced) && !from.isClosed()) {
                        LockSupport.parkNanos(LOOK_NS);
                    }
                    out.write(piece, 0, read);
                }
                connections.remove(this);
            } catch (IOException e) {
                connections.remove(this); // both ends are closed, as over a real path
            }
        }

        private void reset() {
            resetNow(near);
            resetNow(far);
            connections.remove(this);
        }

        private void resetNow(Socket socket) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException("a connection can't be reset", e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listening.close();
        reset();
    }
}
