package io.fairlead.relay.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A way to a server that may stop letting anything through, without a word to either end; or one connection of it, which may be reset too. */
final class StallingPath implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stalled;

    StallingPath(InetSocketAddress to) throws IOException {
        thread(() -> {
            while (over.getCount() > 0) {
                Connection connection = new Connection(listening.accept(), new Socket(to.getAddress(), to.getPort()));
                connections.add(connection);
                thread(() -> connection.carry(connection.near, connection.far));
                thread(() -> connection.carry(connection.far, connection.near));
            }
        });
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
    }

    /** From now on nothing passes; connections stay open. */
    void stall() {
        stalled = true;
    }

    /** The same of the newest connection whose first bytes say this. */
    void stall(String word) {
        find(word).stalled = true;
    }

    /** Resets the newest connection whose first bytes say this, at both ends. */
    void reset(String word) throws IOException {
        Connection found = find(word);
        for (Socket end : List.of(found.near, found.far)) {
            end.setSoLinger(true, 0);
            end.close();
        }
    }

    private Connection find(String word) {
        return connections.stream()
                .filter(each -> each.said.contains(word))
                .reduce((older, newer) -> newer)
                .orElseThrow(() -> new IllegalStateException("no connection has said " + word));
    }

    private final class Connection {

        private final Socket near;
        private final Socket far;
        private volatile String said = "";
        private volatile boolean stalled;

        private Connection(Socket near, Socket far) {
            this.near = near;
            this.far = far;
        }

        private void carry(Socket from, Socket to) throws IOException, InterruptedException {
            byte[] bytes = new byte[16_384];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (from == near && said.isEmpty()) {
                    said = new String(bytes, 0, read, StandardCharsets.ISO_8859_1);
                }
                if (stalled || StallingPath.this.stalled) {
                    over.await();
                    return;
                }
                out.write(bytes, 0, read);
            }
            to.close();
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void thread(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException | InterruptedException e) {
                        Thread.currentThread().interrupt(); // the path is closed, or one end of it
                    }
                },
                "stalling-path");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        listening.close();
        for (Connection each : connections) {
            each.near.close();
            each.far.close();
        }
    }
}
