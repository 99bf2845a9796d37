package io.fairlead.dashboards.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.dashboards.query.ExitTraffic.Load;
import io.fairlead.dashboards.query.PolicyChange;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the live stream: changed scores at most four times a second, the state of the loop and the newest traffic each
 * second, the exits' loads every two. ClickHouse is asked on a thread of its own, so that its silence never holds the scores back; while nobody
 * looks, only how fresh it is and, each ten seconds, what is wrong.
 */
final class Broadcast implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Broadcast.class);
    private static final long SCORES_MS = 250;
    private static final long SECOND_MS = 1_000;
    private static final long LOADS_MS = 2_000;
    private static final long FRESHNESS_MS = 3_000;
    private static final long LOOK_MS = 10_000;

    private final FleetState fleet;
    private final History history;
    private final LiveStream stream;
    private final Supplier<Status> status;
    private final Runnable look;
    private final InstantSource clock;
    private final ObjectMapper json = new ObjectMapper();
    private final ScheduledExecutorService live = newScheduler("console-live");
    private final ScheduledExecutorService past = newScheduler("console-history");

    /** Scores that changed; {@code gone} names exits that were retracted. */
    record Scores(List<ExitRow> exits, List<String> gone) {}

    /** Load by exit id as [attempts, failures]; an exit that is not named had none. */
    record Loads(long atMs, Map<String, long[]> byExit) {}

    /** @param look looks for what is wrong, so that it is known since when even if nobody had the page open */
    Broadcast(
            FleetState fleet,
            History history,
            LiveStream stream,
            Supplier<Status> status,
            Runnable look,
            InstantSource clock) {
        this.fleet = fleet;
        this.history = history;
        this.stream = stream;
        this.status = status;
        this.look = look;
        this.clock = clock;
    }

    void start() {
        every(live, SCORES_MS, this::sendScores);
        every(live, SECOND_MS, () -> send("status", status.get()));
        every(past, FRESHNESS_MS, history::lookAtFreshness);
        every(past, LOOK_MS, look);
        every(past, SECOND_MS, this::sendTraffic);
        every(past, LOADS_MS, this::sendLoads);
    }

    void announce(PolicyChange change) {
        send("policy", change);
    }

    @Override
    public void close() {
        live.shutdownNow();
        past.shutdownNow();
    }

    private void sendScores() {
        List<ExitRow> changed = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        for (String exitId : fleet.takeChanged()) {
            fleet.score(exitId)
                    .ifPresentOrElse(
                            score -> changed.add(ExitRow.of(score, history.load(exitId))), () -> gone.add(exitId));
        }
        if (!changed.isEmpty() || !gone.isEmpty()) {
            send("scores", new Scores(changed, gone));
        }
    }

    private void sendTraffic() {
        if (stream.clients() == 0) {
            return;
        }
        long nowSeconds = clock.millis() / 1_000;
        try {
            send("traffic", Map.of("1", history.tail(nowSeconds, 1), "5", history.tail(nowSeconds, 5)));
        } catch (History.UnansweredException said) {
            LOG.debug("{}", said.getMessage());
        }
    }

    private void sendLoads() {
        if (stream.clients() == 0) {
            return;
        }
        history.lookAtLoads();
        if (history.loadsKnown()) {
            Map<String, long[]> byExit = new HashMap<>();
            fleet.scores().forEach(score -> {
                Load load = history.load(score.getExitId());
                if (load != null && load.attempts() > 0) {
                    byExit.put(score.getExitId(), new long[] {load.attempts(), load.failures()});
                }
            });
            send("loads", new Loads(clock.millis(), byExit));
        }
    }

    private void send(String event, Object value) {
        if (stream.clients() == 0) {
            return;
        }
        try {
            stream.send(event, json.writeValueAsBytes(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The event '" + event + "' can't be written as JSON.", e);
        }
    }

    private static void every(ScheduledExecutorService scheduler, long periodMs, Runnable work) {
        scheduler.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        // A scheduler forgets work that threw; the page would go stale without a word.
                        LOG.error("The console's live stream failed at a step and goes on with the next.", e);
                    }
                },
                0,
                periodMs,
                TimeUnit.MILLISECONDS);
    }

    private static ScheduledExecutorService newScheduler(String name) {
        return Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
