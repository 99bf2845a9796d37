package io.fairlead.relay.server;

import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Addresses of media servers and relay servers, asked for on threads of their own: 2, with {@value #WAITING} questions that wait. */
public final class Names {

    private static final int THREADS = 2;
    private static final int WAITING = 1_024;
    private static final Executor ASKING = threads();

    private Names() {}

    private static Executor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "relay-names");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Completes with the address, unresolved if nobody knows it; fails when too many wait. */
    public static CompletableFuture<InetSocketAddress> resolve(String host, int port) {
        try {
            return CompletableFuture.supplyAsync(() -> new InetSocketAddress(host, port), ASKING);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
