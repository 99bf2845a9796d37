package io.fairlead.lab.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;

/**
 * Three brokers of Kafka in processes of their own, each a controller too (KRaft), on the loopback interface. Everything has three replicas, of which two
 * must have a record.
 */
public final class KafkaCluster implements AutoCloseable {

    public static final int BROKERS = 3;

    private static final long START_LIMIT_MS = 120_000;

    private final List<StockProcess> brokers = new ArrayList<>();
    private final String bootstrap;

    /** Formats and starts all, and waits until each is known. */
    public KafkaCluster(Path data, int heapMib) throws IOException, InterruptedException {
        List<Integer> ports = freePorts(2 * BROKERS);
        this.bootstrap = IntStream.range(0, BROKERS)
                .mapToObj(i -> "127.0.0.1:" + ports.get(i))
                .collect(Collectors.joining(","));
        String voters = IntStream.range(0, BROKERS)
                .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(BROKERS + i))
                .collect(Collectors.joining(","));
        String cluster = Uuid.randomUuid().toString();
        for (int i = 0; i < BROKERS; i++) {
            Path directory = Files.createDirectories(data.resolve("broker-" + (i + 1)));
            Path settings = directory.resolve("server.properties");
            Files.writeString(settings, settings(i + 1, ports.get(i), ports.get(BROKERS + i), voters, directory));
            new StockProcess(
                            "the formatting of broker " + (i + 1),
                            "kafka",
                            List.of(
                                    "-Xmx128m",
                                    "-XX:TieredStopAtLevel=1",
                                    "kafka.tools.StorageTool",
                                    "format",
                                    "-t",
                                    cluster,
                                    "-c",
                                    settings.toString()),
                            directory)
                    .run();
            brokers.add(new StockProcess(
                    "broker " + (i + 1),
                    "kafka",
                    List.of("-Xmx" + heapMib + "m", "-XX:+UseSerialGC", "kafka.Kafka", settings.toString()),
                    directory));
        }
        for (StockProcess broker : brokers) {
            broker.start();
        }
        awaitAll();
    }

    public String bootstrap() {
        return bootstrap;
    }

    /** Which broker leads that partition, counted from 1. */
    public int leader(String topic, int partition) throws ExecutionException, InterruptedException {
        try (Admin admin = admin()) {
            return Objects.requireNonNull(
                            admin.describeTopics(List.of(topic))
                                    .allTopicNames()
                                    .get()
                                    .get(topic),
                            topic)
                    .partitions()
                    .get(partition)
                    .leader()
                    .id();
        }
    }

    public void kill(int broker) {
        brokers.get(broker - 1).kill();
    }

    /** Starts one that was killed, and waits until it is known again. */
    public void restart(int broker) throws IOException, InterruptedException {
        brokers.get(broker - 1).start();
        awaitAll();
    }

    private void awaitAll() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_LIMIT_MS);
        try (Admin admin = admin()) {
            while (true) {
                try {
                    if (admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == BROKERS) {
                        return;
                    }
                } catch (ExecutionException | TimeoutException notYet) {
                    // A cluster that begins answers when it has a controller.
                }
                if (System.nanoTime() > deadlineNs) {
                    throw new HostFailure(
                            "Not all of " + BROKERS + " brokers were there within " + START_LIMIT_MS / 1_000 + " s."
                                    + LogTail.of(brokers.get(0).log(), 20));
                }
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap));
    }

    private static String settings(int id, int port, int controllerPort, String voters, Path directory) {
        return String.join(
                "\n",
                "process.roles=broker,controller",
                "node.id=" + id,
                "controller.quorum.voters=" + voters,
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                "controller.listener.names=CONTROLLER",
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs=" + directory.resolve("log"),
                "auto.create.topics.enable=false",
                "default.replication.factor=3",
                "min.insync.replicas=2",
                "offsets.topic.replication.factor=3",
                "offsets.topic.num.partitions=4",
                "transaction.state.log.replication.factor=3",
                "transaction.state.log.min.isr=2",
                "transaction.state.log.num.partitions=4",
                "share.coordinator.state.topic.replication.factor=3",
                "share.coordinator.state.topic.min.isr=2",
                "group.initial.rebalance.delay.ms=0",
                "log.cleaner.dedupe.buffer.size=16777216",
                // As docs/operations.md advises: a broker that is gone is noticed within seconds.
                "broker.session.timeout.ms=3000",
                "broker.heartbeat.interval.ms=500",
                "controller.quorum.fetch.timeout.ms=1000",
                "controller.quorum.election.timeout.ms=500",
                "");
    }

    /** Below those from which the system serves outgoing connections. */
    static List<Integer> freePorts(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        RandomGenerator random = RandomGenerator.getDefault();
        while (ports.size() < count) {
            int port = random.nextInt(20_000, 32_000);
            if (!ports.contains(port) && PortBook.isFree(port)) {
                ports.add(port);
            }
        }
        return ports;
    }

    @Override
    public void close() {
        brokers.parallelStream().forEach(StockProcess::kill);
    }
}
