package io.fairlead.lab.bench.far;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/**
 * A way to one address that is long and carries so much and no more: what goes in comes out half a round trip later, in order, at the
 * rate of the bottleneck. A chunk that is lost comes {@value #LOST_MS} ms late, and holds up what is behind it, as TCP does. Each
 * direction of a connection has two threads, and holds twice what is on the way at full rate.
 */
final class FarRoad implements AutoCloseable {

    static final int LOST_MS = 200;

    private static final int CHUNK_BYTES = 16 << 10;

    private final ServerSocket door;
    private final InetSocketAddress to;
    private final int roundTripMs;
    private final long rateBps;
    private final double lossShare;
    private final RandomGenerator random;
    private final Executor threads;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /**
     * @param rateBps of each direction, bytes a second
     * @param lossShare of chunks of {@value #CHUNK_BYTES} bytes, 0–1
     * @param random safe for several threads
     * @param threads as many as are asked for
     */
    FarRoad(
            InetSocketAddress to,
            int roundTripMs,
            long rateBps,
            double lossShare,
            RandomGenerator random,
            Executor threads)
            throws IOException {
        this.to = to;
        this.roundTripMs = roundTripMs;
        this.rateBps = rateBps;
        this.lossShare = lossShare;
        this.random = random;
        this.threads = threads;
        this.door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) door.getLocalSocketAddress();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket near = door.accept();
                Socket far = new Socket(to.getAddress(), to.getPort());
                sockets.addAll(List.of(near, far));
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                new Direction(near, far).start();
                new Direction(far, near).start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket each : sockets) {
            each.close();
        }
    }

    /** One way; its monitor guards what is under way. */
    private final class Direction {

        private final Socket from;
        private final Socket into;
        private final long heldBytesMax = Math.max(4 * CHUNK_BYTES, 2 * rateBps * roundTripMs / 1_000);
        private final Queue<Chunk> underWay = new ArrayDeque<>();
        private long heldBytes;
        private boolean ended;

        @SuppressWarnings("ArrayRecordComponent")
        private record Chunk(byte[] bytes, long dueNanos) {}

        Direction(Socket from, Socket into) {
            this.from = from;
            this.into = into;
        }

        void start() {
            threads.execute(this::take);
            threads.execute(this::give);
        }

        private void take() {
            byte[] buffer = new byte[CHUNK_BYTES];
            long freeNanos = System.nanoTime();
            try (InputStream in = from.getInputStream()) {
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    freeNanos = Math.max(freeNanos, System.nanoTime()) + length * 1_000_000_000L / rateBps;
                    long lostNanos = random.nextDouble() < lossShare ? LOST_MS * 1_000_000L : 0;
                    hold(new Chunk(Arrays.copyOf(buffer, length), freeNanos + roundTripMs * 500_000L + lostNanos));
                }
            } catch (IOException | InterruptedException e) {
                // an end went away: the other is told below
            }
            synchronized (this) {
                ended = true;
                notifyAll();
            }
        }

        private synchronized void hold(Chunk chunk) throws InterruptedException {
            while (heldBytes >= heldBytesMax) {
                wait();
            }
            heldBytes += chunk.bytes().length;
            underWay.add(chunk);
            notifyAll();
        }

        private synchronized Chunk next() throws InterruptedException {
            while (underWay.isEmpty() && !ended) {
                wait();
            }
            return underWay.isEmpty() ? new Chunk(new byte[0], 0) : underWay.remove();
        }

        private void give() {
            try (OutputStream out = into.getOutputStream()) {
                for (Chunk chunk = next(); chunk.bytes().length > 0; chunk = next()) {
                    for (long left = chunk.dueNanos() - System.nanoTime();
                            left > 0;
                            left = chunk.dueNanos() - System.nanoTime()) {
                        LockSupport.parkNanos(left);
                    }
                    out.write(chunk.bytes());
                    synchronized (this) {
                        heldBytes -= chunk.bytes().length;
                        notifyAll();
                    }
                }
            } catch (IOException | InterruptedException e) {
                close(from);
            }
        }

        private static void close(Socket socket) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException("a socket of the road can't be closed", e);
            }
        }
    }
}
