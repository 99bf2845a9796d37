package io.fairlead.relay.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** A way to a relay server that may stop letting anything through, without a word to either end. */
final class StallingPath implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stalled;

    StallingPath(InetSocketAddress to) throws IOException {
        thread(() -> {
            while (over.getCount() > 0) {
                Socket near = listening.accept();
                Socket far = new Socket(to.getAddress(), to.getPort());
                sockets.add(near);
                sockets.add(far);
                thread(() -> carry(near, far));
                thread(() -> carry(far, near));
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

    private void carry(Socket from, Socket to) throws IOException, InterruptedException {
        byte[] bytes = new byte[16_384];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
            if (stalled) {
                over.await();
                return;
            }
            out.write(bytes, 0, read);
        }
        to.close();
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
        for (Socket each : sockets) {
            each.close();
        }
    }
}
