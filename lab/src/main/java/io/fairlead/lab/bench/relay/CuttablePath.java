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

/** A way between relay client and relay server that can be reset, or fall silent. Each connection has two threads. */
final class CuttablePath implements AutoCloseable {

    private static final int PIECE_BYTES = 64 << 10;
    private static final int BACKLOG = 50;
    private static final long LOOK_NS = 5_000_000;

    private final ServerSocket listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    private final InetSocketAddress to;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
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
        for (Socket each : sockets) {
            resetNow(each);
        }
        sockets.clear();
    }

    private static void resetNow(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            if (!socket.isClosed()) {
                throw new UncheckedIOException("a connection can't be reset", e);
            }
        }
    }

    /** Nothing goes either way any more, and nobody is told. */
    void silence() {
        silent = true;
    }

    /** Connections of before are reset, new ones are carried again. */
    void restore() {
        reset();
        silent = false;
    }

    private void accept() {
        while (!closed) {
            try {
                Socket from = listening.accept();
                Socket onward = new Socket(to.getAddress(), to.getPort());
                sockets.add(from);
                sockets.add(onward);
                start(() -> carry(from, onward));
                start(() -> carry(onward, from));
            } catch (IOException e) {
                LockSupport.parkNanos(LOOK_NS); // the relay server is gone, or this path is closed
            }
        }
    }

    private void carry(Socket from, Socket onward) {
        byte[] piece = new byte[PIECE_BYTES];
        try (from;
                onward) {
            InputStream in = from.getInputStream();
            OutputStream out = onward.getOutputStream();
            for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
                while (silent && !from.isClosed()) {
                    LockSupport.parkNanos(LOOK_NS);
                }
                out.write(piece, 0, read);
            }
        } catch (IOException e) {
            sockets.remove(from); // both ends are closed, as over a real path
        }
    }

    private static void start(Runnable what) {
        Thread thread = new Thread(what, "path");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listening.close();
        reset();
    }
}
