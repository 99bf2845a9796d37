package io.fairlead.nameserver.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.edge.table.TableListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes of real sockets. A turn comes once a minute, so that whatever is known sooner is known by what a probe does meanwhile. */
class ProberTest {

    private static final int TURN_MS = 60_000;
    private static final int TIMEOUT_MS = 600;
    private static final MapSettings SETTINGS =
            new MapSettings(60_000, TURN_MS, TIMEOUT_MS, 2, 10_000, 0.85, 1_000, 1_000);

    private final NetworkMap map = new NetworkMap(SETTINGS, InstantSource.system(), System::nanoTime);
    private final TableListener<Group> groups = map.groups();
    private final AtomicInteger verdicts = new AtomicInteger();
    private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();

    /** Accepts connections, and answers each after a time; under 0: never. */
    private int served(String name, long afterMs) throws IOException {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        open.add(server);
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            Socket one = server.accept();
                            open.add(one);
                            if (afterMs >= 0) {
                                later.schedule(() -> answer(one), afterMs, TimeUnit.MILLISECONDS);
                            }
                        }
                    } catch (IOException e) {
                        // closed
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return server.getLocalPort();
    }

    private static void answer(Socket one) {
        try {
            one.getOutputStream().write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // given up by the other side
        }
    }

    private void group(String id, int rank, int port) {
        groups.put(id, new Group(id, List.of(new Group.Address("127.0.0.1", "")), 1_000, port, "/ready", rank, false));
    }

    private void probe() {
        map.checkGroups(false);
        open.add(Prober.start(SETTINGS, map, verdicts::incrementAndGet));
    }

    private List<String> told() {
        map.checkGroups(false);
        return map.explanation(false, 0xC0000207L << 32);
    }

    private static void await(org.awaitility.core.ThrowingRunnable what) {
        Awaitility.await().atMost(Duration.ofMillis(TURN_MS / 2)).untilAsserted(what);
    }

    @Test
    void oneThatTakesConnectionsAndSaysNothingIsOutBeforeItsNextTurn() throws Exception {
        group("good", 2, served("good", TIMEOUT_MS * 2 / 3));
        group("fine", 3, served("fine", TIMEOUT_MS * 2 / 3));
        group("mute", 1, served("mute", -1));
        probe();
        await(() -> assertThat(verdicts).hasValue(3));
        assertThat(told().get(0)).startsWith("good: ");
    }

    /** Each is asked a second time while the first answer is on its way, and both are good. */
    @Test
    void thoseThatAreSlowStayIn() throws Exception {
        group("slow", 1, served("slow", TIMEOUT_MS * 2 / 3));
        group("fine", 2, served("fine", TIMEOUT_MS * 2 / 3));
        probe();
        await(() -> assertThat(verdicts).hasValue(2));
        assertThat(told().get(0)).startsWith("slow: ");
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        later.shutdownNow();
    }
}
