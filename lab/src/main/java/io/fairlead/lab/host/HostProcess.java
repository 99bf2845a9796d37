package io.fairlead.lab.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One host through all its lives: starts the process, waits until it says that it is ready, notices when it dies, and either
 * says so or starts it again.
 *
 * <p>Safe for use by several threads; a stop cuts a start short. The host ends when this process ends, however it ends,
 * because it reads the pipe whose other end is held here.
 */
public final class HostProcess {
    /** What happens when the process dies without having been told to. */
    enum Revival {
        /** It stays down until {@link #restart()}. */
        ON_DEMAND,
        /** It is started again, after 0.1 s, doubling up to 10 s while it keeps dying. */
        BY_ITSELF
    }

    private static final String READY = "READY ";
    /** Until it says that it is ready: some seconds, or minutes on a machine that is busy with something else. */
    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    private static final int STARTS_WHEN_A_PORT_WAS_LOST = 3;
    private static final int TAIL_LINES = 20;
    private static final long STOP_LIMIT_SECONDS = 8;
    private static final long REVIVAL_DELAY_MIN_MS = 100;
    private static final long REVIVAL_DELAY_MAX_MS = 10_000;
    private static final Duration GOOD_LIFE = Duration.ofMinutes(1);

    private final Launch launch;
    private final PortBook ports;
    private final Revival revival;
    private final Consumer<String> notices;
    private final FormerLife formerLife;

    private final Object starting = new Object();
    /** Counts starts and stops that were asked for: work for an order that is no longer the last is given up. */
    private final AtomicInteger orders = new AtomicInteger();

    private volatile long revivalDelayMs = REVIVAL_DELAY_MIN_MS;
    private volatile @Nullable Process process;
    private volatile Map<String, String> addresses = Map.of();

    HostProcess(Launch launch, PortBook ports, Revival revival, Consumer<String> notices) {
        this.launch = launch;
        this.ports = ports;
        this.revival = revival;
        this.notices = notices;
        this.formerLife = new FormerLife(launch.data());
    }

    public String title() {
        return launch.title();
    }

    /** Where the host writes what it does; what its JVM says on standard error is in {@code errors.log} beside it. */
    public Path log() {
        return launch.log();
    }

    public boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** @throws IllegalStateException if it was never started */
    public long pid() {
        return started().pid();
    }

    /** @return resident memory, or empty where the operating system does not tell, or while the host is down */
    public OptionalLong rssBytes() {
        Path status = Path.of("/proc", Long.toString(pid()), "status");
        if (!Files.exists(status)) {
            return OptionalLong.empty();
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException goneMeanwhile) {
            return OptionalLong.empty();
        }
    }

    /** Kills the process with -9, as a crash would end it. One that revives by itself is soon back. */
    public void kill() {
        Process current = started();
        current.destroyForcibly();
        current.onExit().join();
    }

    /**
     * Starts it again, on the same data and, unless another program took them meanwhile, the same ports. One that is still
     * alive is stopped first.
     */
    public void restart() throws HostFailure {
        stop();
        start();
    }

    /** Ends it in order within 8 s, else by force. Nothing happens to one that is down already. */
    public void stop() {
        orders.incrementAndGet();
        Process current = process;
        if (current == null) {
            return;
        }
        current.destroy();
        try {
            if (!current.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                notices.accept(title() + " did not end within " + STOP_LIMIT_SECONDS + " s and was killed.");
                current.destroyForcibly().waitFor();
            }
        } catch (InterruptedException hurried) {
            current.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    void start() throws HostFailure {
        start(orders.incrementAndGet());
    }

    private void start(int order) throws HostFailure {
        synchronized (starting) {
            Process born = startOnFreePorts(order);
            Thread watch = new Thread(() -> watch(born, order), launch.name() + "-watch");
            watch.setDaemon(true);
            watch.start();
        }
    }

    /** What the host said of itself when it became ready. */
    String address(String name) {
        String address = addresses.get(name);
        if (address == null) {
            throw new IllegalStateException(title() + " has told no \"" + name + "\"; it told " + addresses);
        }
        return address;
    }

    private Process startOnFreePorts(int order) throws HostFailure {
        try {
            Files.createDirectories(launch.data());
            formerLife.awaitEnd(launch.data());
            for (int attempt = 1; ; attempt++) {
                Map<String, Integer> claimed = ports.claim();
                try {
                    return startOnce(claimed, order);
                } catch (HostFailure failure) {
                    boolean portLost = !claimed.values().stream().allMatch(PortBook::isFree);
                    if (orders.get() != order || !portLost || attempt == STARTS_WHEN_A_PORT_WAS_LOST) {
                        throw failure;
                    }
                }
            }
        } catch (HostFailure failure) {
            throw failure;
        } catch (IOException failure) {
            throw new HostFailure(title() + " can't be started with its data in " + launch.data(), failure);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new HostFailure("The start of " + title() + " was interrupted", hurried);
        }
    }

    private Process startOnce(Map<String, Integer> claimed, int order) throws IOException, InterruptedException {
        Process born = launch.start(claimed);
        process = born;
        formerLife.record(born.pid());
        if (orders.get() != order) {
            born.destroyForcibly();
        }
        CompletableFuture<String> ready = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(born, ready), launch.name() + "-stdout");
        reader.setDaemon(true);
        reader.start();
        try {
            addresses = parse(ready.get(START_LIMIT.toMillis(), TimeUnit.MILLISECONDS));
            return born;
        } catch (TimeoutException late) {
            born.destroyForcibly().waitFor();
            throw new HostFailure(title() + " was not ready within " + START_LIMIT.toSeconds() + " s." + tails());
        } catch (ExecutionException ended) {
            born.destroyForcibly().waitFor();
            throw new HostFailure(
                    title() + " ended before it was ready, with exit code " + born.exitValue() + "." + tails());
        } catch (InterruptedException hurried) {
            born.destroyForcibly();
            throw hurried;
        }
    }

    /** Reads to the end, so that a host which says more than it should is not held up by a full pipe. */
    private static void read(Process born, CompletableFuture<String> ready) {
        try (BufferedReader lines = born.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(READY)) {
                    ready.complete(line.substring(READY.length()));
                }
            }
            ready.completeExceptionally(new IOException("standard output ended"));
        } catch (IOException broken) {
            ready.completeExceptionally(broken);
        }
    }

    private Map<String, String> parse(String json) throws HostFailure {
        try {
            return new ObjectMapper().readValue(json, new TypeReference<Map<String, String>>() {});
        } catch (JsonProcessingException malformed) {
            throw new HostFailure(title() + " said that it is ready in a way that can't be read: " + json, malformed);
        }
    }

    private void watch(Process born, int order) {
        long bornAtNs = System.nanoTime();
        try {
            int exitCode = born.waitFor();
            if (orders.get() != order) {
                return;
            }
            notices.accept(title() + " died with exit code " + exitCode + "." + tails());
            if (revival == Revival.BY_ITSELF) {
                boolean livedWell = System.nanoTime() - bornAtNs > GOOD_LIFE.toNanos();
                revive(order, livedWell ? REVIVAL_DELAY_MIN_MS : revivalDelayMs);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tries until it runs, or until somebody has given another order. */
    private void revive(int order, long firstDelayMs) throws InterruptedException {
        long delayMs = firstDelayMs;
        while (true) {
            TimeUnit.MILLISECONDS.sleep(delayMs);
            delayMs = Math.min(REVIVAL_DELAY_MAX_MS, delayMs * 2);
            revivalDelayMs = delayMs;
            try {
                if (orders.get() == order) {
                    start(order);
                    notices.accept(title() + " runs again.");
                }
                return;
            } catch (HostFailure failure) {
                notices.accept(title() + " could not be started again: " + failure.getMessage());
            }
        }
    }

    private Process started() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException(title() + " was never started");
        }
        return current;
    }

    private String tails() {
        return LogTail.of(launch.errors(), TAIL_LINES) + LogTail.of(launch.log(), TAIL_LINES);
    }
}
