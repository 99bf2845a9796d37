package io.fairlead.lab.demo;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.TelemetryAccount;
import io.fairlead.dashboards.query.TelemetryAccounts;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * How many records of telemetry there are, by topic, in the three places that must agree: acknowledged to the edge, on Kafka, in
 * ClickHouse.
 */
final class Accounts implements AutoCloseable {

    private static final List<TopicSpec> TELEMETRY = List.of(
            Topics.TELEMETRY_EXITS,
            Topics.TELEMETRY_ATTEMPTS,
            Topics.TELEMETRY_REQUESTS,
            Topics.TELEMETRY_OUTCOMES,
            Topics.TELEMETRY_EDGES);
    private static final Pattern ACKNOWLEDGED =
            Pattern.compile("fairlead_telemetry_acknowledged_total\\{.*?topic=\"([^\"]+)\".*?\\} ([0-9.eE+]+)");
    private static final Pattern LOST = Pattern.compile("fairlead_telemetry_lost_total\\{.*?\\} ([0-9.eE+]+)");

    private final DemoSystem system;
    private final ConsoleReader reader;
    private final Admin admin;
    private final ClickHouseSource source;

    /**
     * One look, by topic.
     *
     * @param before acknowledged to the edge in its present life, at the beginning of the look
     * @param clickHouse distinct records of that life
     * @param kafka records, less those of former lives
     * @param after acknowledged to the edge, at the end of the look
     * @param lost given up by the edge, and counted
     * @param doubled rows of ClickHouse over one for each record
     */
    record Look(
            Map<String, Long> before,
            Map<String, Long> clickHouse,
            Map<String, Long> kafka,
            Map<String, Long> after,
            long lost,
            long doubled) {

        /**
         * All that was acknowledged before is stored, once; nothing is stored that was not told. Where nothing happens in the
         * meantime, before and after are the same, and so are all four.
         */
        boolean agree() {
            return inOrder(before, clickHouse)
                    && inOrder(clickHouse, kafka)
                    && inOrder(kafka, after)
                    && lost == 0
                    && doubled == 0;
        }

        private static boolean inOrder(Map<String, Long> few, Map<String, Long> many) {
            return few.entrySet().stream().allMatch(each -> each.getValue() <= many.getOrDefault(each.getKey(), 0L));
        }
    }

    Accounts(DemoSystem system, ConsoleReader reader) {
        this.system = system;
        this.reader = reader;
        this.admin = Admin.create(system.kafkaClient());
        DemoOptions.ClickHouseServer server = system.facts();
        this.source = new ClickHouseSource(server.url(), server.user(), server.password(), 1, Duration.ofSeconds(10));
    }

    /**
     * Counts now. What former lives of the edge, and other edges, have told is left out, as far as it is stored.
     *
     * @param onTheWay how long what is told just now may take to be stored
     */
    Look look(Duration onTheWay) throws IOException, InterruptedException {
        Map<String, Long> before = acknowledged(metrics());
        TimeUnit.MILLISECONDS.sleep(onTheWay.toMillis());
        List<TelemetryAccount> accounts = accounts();
        long life = accounts.stream()
                .filter(account -> account.edgeId().equals(DemoSystem.EDGE))
                .mapToLong(TelemetryAccount::edgeEpochMs)
                .max()
                .orElse(0);
        Map<String, Long> clickHouse = distinct(accounts, account -> isOf(account, life));
        Map<String, Long> others = distinct(accounts, account -> !isOf(account, life));
        Map<String, Long> kafka = offsets();
        others.forEach((topic, records) -> kafka.computeIfPresent(topic, (known, all) -> all - records));
        long doubled = accounts.stream()
                .filter(account -> isOf(account, life))
                .mapToLong(TelemetryAccount::duplicates)
                .sum();
        String metrics = metrics();
        long lost = LOST.matcher(metrics)
                .results()
                .mapToLong(found -> Math.round(Double.parseDouble(found.group(1))))
                .sum();
        return new Look(before, clickHouse, kafka, acknowledged(metrics), lost, doubled);
    }

    private static boolean isOf(TelemetryAccount account, long life) {
        return account.edgeId().equals(DemoSystem.EDGE) && account.edgeEpochMs() == life;
    }

    private String metrics() throws IOException, InterruptedException {
        return reader.getText(system.admin().resolve("/metrics"));
    }

    private static Map<String, Long> acknowledged(String metrics) {
        Map<String, Long> acknowledged = new TreeMap<>();
        TELEMETRY.forEach(topic -> acknowledged.put(topic.name(), 0L));
        ACKNOWLEDGED
                .matcher(metrics)
                .results()
                .forEach(found -> acknowledged.computeIfPresent(
                        found.group(1), (topic, none) -> Math.round(Double.parseDouble(found.group(2)))));
        return acknowledged;
    }

    private Map<String, Long> offsets() throws IOException, InterruptedException {
        Map<String, Long> counts = new TreeMap<>();
        try {
            for (TopicSpec topic : TELEMETRY) {
                Map<TopicPartition, OffsetSpec> partitions = IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                        .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
                counts.put(
                        topic.name(),
                        admin.listOffsets(partitions).all().get().values().stream()
                                .mapToLong(ListOffsetsResultInfo::offset)
                                .sum());
            }
            return counts;
        } catch (ExecutionException e) {
            throw new IOException("Kafka tells no offsets: " + e.getMessage(), e);
        }
    }

    private static Map<String, Long> distinct(List<TelemetryAccount> accounts, Predicate<TelemetryAccount> which) {
        return accounts.stream()
                .filter(which)
                .collect(Collectors.toMap(
                        TelemetryAccount::topic, account -> account.stored() - account.duplicates(), Long::sum));
    }

    private List<TelemetryAccount> accounts() throws IOException {
        try {
            return new TelemetryAccounts(source).since(0);
        } catch (SQLException e) {
            throw new IOException("ClickHouse tells no accounts: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        try (admin;
                source) {
            // Both are closed, whatever becomes of the other.
        } catch (SQLException e) {
            throw new IOException("The connection to ClickHouse did not close: " + e.getMessage(), e);
        }
    }
}
