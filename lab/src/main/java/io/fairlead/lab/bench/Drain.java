package io.fairlead.lab.bench;

import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.topics.TopicSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;

/**
 * What a record takes that a job reads. Rate and processor time are taken between a fifth and nine tenths of the records, by the offsets that the job's checkpoints commit:
 * without the start of the job and most of its compilation.
 */
final class Drain {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final int LOOK_EVERY_MS = 50;

    private Drain() {}

    /**
     * What one record took.
     *
     * @param jobUs µs of processor time, of the whole cluster
     */
    record Cost(double recordsPerS, double jobUs) {

        void say(PrintWriter out, String job) {
            out.printf("%-20s %,9.0f records/s   %5.2f µs of processor a record%n", job, recordsPerS, jobUs);
            out.flush();
        }
    }

    /** How far a job is, and what it took to get there. */
    private record Moment(long atNs, long records, Duration job) {
        Cost since(Moment earlier) throws IOException {
            double count = records - earlier.records;
            if (count <= 0) {
                throw new IOException("All " + records + " records had been read at the first look; take more.");
            }
            return new Cost(
                    count * 1e9 / (atNs - earlier.atNs), job.minus(earlier.job).toNanos() / 1e3 / count);
        }
    }

    /**
     * Waits until a job has read nine tenths.
     *
     * @param group of the job's source
     * @param records on the topic in the end
     * @throws IOException if it does not get there within ten minutes, or got there before it was looked at
     */
    static Cost of(KafkaProcess kafka, FlinkProcess flink, String group, TopicSpec topic, long records)
            throws IOException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            Moment start = await(admin, flink, group, topic, records / 5);
            return await(admin, flink, group, topic, records * 9 / 10).since(start);
        }
    }

    private static Moment await(Admin admin, FlinkProcess flink, String group, TopicSpec topic, long records)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            long read = committed(admin, group, topic);
            if (read >= records) {
                return new Moment(System.nanoTime(), read, Processor.time(flink.pid()));
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("Only " + read + " of " + records + " records were read within "
                        + LIMIT.toMinutes() + " min; see flink.log in the bench's directory.");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }

    private static long committed(Admin admin, String group, TopicSpec topic) throws IOException, InterruptedException {
        try {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                    .filter(each -> each.getKey().topic().equals(topic.name()))
                    .mapToLong(each -> each.getValue().offset())
                    .sum();
        } catch (ExecutionException e) {
            throw new IOException("Kafka tells no offsets of the group " + group + ": " + e.getMessage(), e);
        }
    }
}
