package io.fairlead.host.kafka;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A one-node Kafka: broker and controller in this process, on the loopback interface, with its data in one directory that
 * survives it.
 *
 * <p>Settings are system properties: {@code fairlead.data} (directory), {@code fairlead.port} and {@code
 * fairlead.controllerPort}. Prints {@code READY {"bootstrap":"127.0.0.1:PORT"}} when clients may connect. Ends in order on
 * SIGTERM and at the end of standard input; exits with 1 and a sentence on standard error when it can't start.
 */
public final class KafkaHost {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaHost.class);

    private KafkaHost() {}

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] args) {
        PrintStream parent = System.out;
        System.setOut(System.err);
        ParentWatch.start();
        Path data = Path.of(System.getProperty("fairlead.data"));
        int port = Integer.getInteger("fairlead.port");
        int controllerPort = Integer.getInteger("fairlead.controllerPort");
        try {
            Path logs = formatted(data.resolve("log"));
            KafkaRaftServer server =
                    new KafkaRaftServer(new KafkaConfig(settings(logs, port, controllerPort), false), Time.SYSTEM);
            server.startup();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
            parent.println("READY {\"bootstrap\":\"127.0.0.1:" + port + "\"}");
            parent.flush();
            server.awaitShutdown();
        } catch (Exception | Error failure) {
            LOG.error("Kafka can't run", failure);
            System.err.println("Kafka can't run on port " + port + " with data in " + data + ": " + failure);
            System.exit(1);
        }
    }

    private static void stop(KafkaRaftServer server) {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Gives an empty directory its cluster id; leaves one that has it alone. */
    private static Path formatted(Path logs) throws Exception {
        if (Files.exists(logs.resolve("meta.properties"))) {
            return logs;
        }
        Files.createDirectories(logs);
        new Formatter()
                .setPrintStream(System.err)
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(1)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(logs.toString())
                .addDirectory(logs.toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setIgnoreFormatted(true)
                .setHasDynamicQuorum(false)
                .run();
        return logs;
    }

    static Properties settings(Path logs, int port, int controllerPort) {
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", logs.toString());
        settings.put("auto.create.topics.enable", "false");

        settings.put("default.replication.factor", "1");
        settings.put("min.insync.replicas", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");

        // Few users, few cores: the defaults are those of a cluster (50 partitions an internal topic, 128 MB for the
        // cleaner).
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        settings.put("group.initial.rebalance.delay.ms", "0");
        // A broker that was killed may not register again until its former session has run out.
        settings.put("broker.session.timeout.ms", "3000");
        settings.put("broker.heartbeat.interval.ms", "500");
        settings.put("num.network.threads", "2");
        settings.put("num.io.threads", "4");
        settings.put("background.threads", "4");

        // Compacted topics are read from their beginning at every start of an edge, so they are kept short.
        settings.put("log.cleaner.dedupe.buffer.size", "16777216");
        settings.put("log.cleaner.backoff.ms", "500");
        settings.put("log.initial.task.delay.ms", "1000");
        return settings;
    }
}
