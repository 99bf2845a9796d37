package io.fairlead.lab.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How far the jobs of a cluster are behind what was written, looked at each second on a thread of its own until it is closed: the sum of what their Kafka sources say is waiting
 * ({@code pendingRecords}).
 */
final class LagWatch implements AutoCloseable {

    private static final String METRIC = "flink_taskmanager_job_task_operator_pendingRecords{";
    private static final Duration CALL_LIMIT = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CALL_LIMIT).build();
    private final HttpRequest question;
    private final Thread thread;
    private volatile boolean over;
    private volatile long most = -1;
    private volatile long last = -1;

    /** @param metrics of the cluster, in Prometheus' form */
    LagWatch(URI metrics) {
        question = HttpRequest.newBuilder(metrics).timeout(CALL_LIMIT).build();
        thread = new Thread(this::run, "lag");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!over) {
                last = pending();
                most = Math.max(most, last);
                TimeUnit.SECONDS.sleep(1);
            }
        } catch (IOException e) {
            most = Long.MAX_VALUE; // what is not known is not bounded
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long pending() throws IOException, InterruptedException {
        List<String> told = http.send(question, BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith(METRIC))
                .toList();
        if (told.isEmpty()) {
            throw new IOException("The cluster does not tell " + METRIC);
        }
        return told.stream()
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** In words: the most records that waited in any second, and how many did in the last. */
    String said() {
        return most == Long.MAX_VALUE || most < 0
                ? "how many records waited could not be read"
                : String.format("at most %,d records waited in any second, %,d in the last", most, last);
    }

    @Override
    public void close() {
        over = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
