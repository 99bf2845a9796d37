package io.fairlead.lab.demo;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.TelemetryAccount;
import io.fairlead.dashboards.query.TelemetryAccounts;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * How many records of telemetry there are, by topic, in the three places that must agree: acknowledged to the edge, on Kafka, in
 * ClickHouse.
 */
final class Accounts {

    private static final List<TopicSpec> TELEMETRY = List.of(
            Topics.TELEMETRY_EXITS, Topics.TELEMETRY_ATTEMPTS, Topics.TELEMETRY_REQUESTS, Topics.TELEMETRY_EDGES);
    private static final Pattern ACKNOWLEDGED =
            Pattern.compile("fairlead_telemetry_acknowledged_total\\{.*?topic=\"([^\"]+)\".*?\\} ([0-9.eE+]+)");
    private static final Pattern LOST = Pattern.compile("fairlead_telemetry_lost_total\\{.*?\\} ([0-9.eE+]+)");

    private final DemoSystem system;
    private final ConsoleReader reader;

    /**
     * One look.
     *
     * @param edge acknowledged to the edge's present life
     * @param kafka records between the first and the last offset, less those that stood there before that life
     * @param clickHouse distinct records of that life
     * @param lost given up by the edge, and counted
     */
    record Look(Map<String, Long> edge, Map<String, Long> kafka, Map<String, Long> clickHouse, long lost) {

        boolean agree() {
            return edge.equals(kafka) && edge.equals(clickHouse) && lost == 0;
        }
    }

    Accounts(DemoSystem system, ConsoleReader reader) {
        this.system = system;
        this.reader = reader;
    }

    /** Counts now. What former lives of the edge have told is left out, as far as it is stored. */
    Look look() throws IOException, InterruptedException {
        Map<String, Long> edge = new LinkedHashMap<>();
        Map<String, Long> kafka = new LinkedHashMap<>();
        Map<String, Long> clickHouse = new LinkedHashMap<>();
        String metrics = reader.getText(system.admin().resolve("/metrics"));
        Map<String, Long> acknowledged = new TreeMap<>();
        Matcher matcher = ACKNOWLEDGED.matcher(metrics);
        while (matcher.find()) {
            acknowledged.put(matcher.group(1), Math.round(Double.parseDouble(matcher.group(2))));
        }
        long lost = LOST.matcher(metrics)
                .results()
                .mapToLong(found -> Math.round(Double.parseDouble(found.group(1))))
                .sum();
        Map<String, Long> offsets = offsets();
        List<TelemetryAccount> accounts = accounts();
        long life =
                accounts.stream().mapToLong(TelemetryAccount::edgeEpochMs).max().orElse(0);
        Map<String, Long> stored = distinct(accounts, account -> account.edgeEpochMs() == life);
        Map<String, Long> former = distinct(accounts, account -> account.edgeEpochMs() != life);
        for (TopicSpec topic : TELEMETRY) {
            String name = topic.name();
            edge.put(name, acknowledged.getOrDefault(name, 0L));
            kafka.put(name, offsets.getOrDefault(name, 0L) - former.getOrDefault(name, 0L));
            clickHouse.put(name, stored.getOrDefault(name, 0L));
        }
        return new Look(edge, kafka, clickHouse, lost);
    }

    private Map<String, Long> offsets() throws IOException, InterruptedException {
        Map<String, Long> counts = new TreeMap<>();
        try (Admin admin = Admin.create(system.kafkaClient())) {
            for (TopicSpec topic : TELEMETRY) {
                List<TopicPartition> partitions = IntStream.range(0, topic.partitions())
                        .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                        .toList();
                long records = 0;
                for (TopicPartition partition : partitions) {
                    records += offset(admin, partition, OffsetSpec.latest());
                }
                counts.put(topic.name(), records);
            }
            return counts;
        } catch (ExecutionException e) {
            throw new IOException("Kafka tells no offsets: " + e.getMessage(), e);
        }
    }

    private static long offset(Admin admin, TopicPartition partition, OffsetSpec spec)
            throws ExecutionException, InterruptedException {
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private static Map<String, Long> distinct(List<TelemetryAccount> accounts, Predicate<TelemetryAccount> which) {
        return accounts.stream()
                .filter(which)
                .collect(Collectors.toMap(
                        TelemetryAccount::topic, account -> account.stored() - account.duplicates(), Long::sum));
    }

    private List<TelemetryAccount> accounts() throws IOException {
        DemoOptions.ClickHouseServer server = system.facts();
        try (ClickHouseSource source =
                new ClickHouseSource(server.url(), server.user(), server.password(), 1, Duration.ofSeconds(10))) {
            return new TelemetryAccounts(source).since(0);
        } catch (SQLException e) {
            throw new IOException("ClickHouse tells no accounts: " + e.getMessage(), e);
        }
    }
}
