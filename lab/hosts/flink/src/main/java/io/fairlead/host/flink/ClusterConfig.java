package io.fairlead.host.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;

/**
 * The cluster's configuration, in the words of a {@code config.yaml}, so that it can be compared with that of a real one. What a
 * job sets for itself stands above it.
 *
 * @param data directory for everything that the cluster writes
 * @param restPort REST interface and web pages
 * @param metricsPort what Prometheus reads
 * @param slots of the one task manager
 * @param managedMib memory outside the heap for state in RocksDB
 * @param stateBackend {@code hashmap} or {@code rocksdb}
 */
record ClusterConfig(Path data, int restPort, int metricsPort, int slots, int managedMib, String stateBackend) {
    private static final String LOOPBACK = "127.0.0.1";

    static ClusterConfig fromProperties() {
        return new ClusterConfig(
                Path.of(System.getProperty("fairlead.data")).toAbsolutePath(),
                Integer.getInteger("fairlead.port"),
                Integer.getInteger("fairlead.metricsPort"),
                Integer.getInteger("fairlead.slots"),
                Integer.getInteger("fairlead.managedMib"),
                System.getProperty("fairlead.stateBackend"));
    }

    Configuration configuration() throws IOException {
        Configuration config = new Configuration();
        addresses(config);
        directories(config);
        resources(config);
        jobs(config);
        return config;
    }

    private void addresses(Configuration config) {
        config.setString("rest.address", LOOPBACK);
        config.setString("rest.bind-address", LOOPBACK);
        config.setString("rest.port", Integer.toString(restPort));
        config.setString("rest.bind-port", Integer.toString(restPort));
        config.setString("jobmanager.rpc.address", LOOPBACK);
        config.setString("jobmanager.bind-host", LOOPBACK);
        config.setString("taskmanager.host", LOOPBACK);
        config.setString("taskmanager.bind-host", LOOPBACK);
        config.setString("jobmanager.retrieve-taskmanager-hostname", "false");
        config.setString("web.submit.enable", "true");
        config.setString("web.cancel.enable", "true");
        config.setString("metrics.reporter.prom.factory.class", LoopbackReporterFactory.class.getName());
        config.setString("metrics.reporter.prom.port", Integer.toString(metricsPort));
    }

    private void directories(Configuration config) throws IOException {
        config.setString("web.upload.dir", made("upload"));
        config.setString("io.tmp.dirs", made("tmp"));
        config.setString("process.working-dir", made("work"));
        config.setString("blob.storage.directory", made("blobs"));
        config.setString(
                "execution.checkpointing.dir",
                Path.of(made("checkpoints")).toUri().toString());
        config.setString(
                "execution.checkpointing.savepoint-dir",
                Path.of(made("savepoints")).toUri().toString());
    }

    private void resources(Configuration config) {
        config.setString("taskmanager.numberOfTaskSlots", Integer.toString(slots));
        config.setString("taskmanager.memory.managed.size", managedMib + "m");
        config.setString("taskmanager.memory.network.min", "128m");
        config.setString("taskmanager.memory.network.max", "128m");
        // Two busy cores answer late, which is no reason to fail a submission.
        config.setString("pekko.ask.timeout", "30 s");
        config.setString("web.timeout", "60000");
    }

    private void jobs(Configuration config) {
        config.setString("classloader.resolve-order", "child-first");
        config.setString("pipeline.generic-types", "false");
        config.setString("state.backend.type", stateBackend);
        config.setString("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
        config.setString("execution.checkpointing.num-retained", "3");
        config.setString("restart-strategy.type", "exponential-delay");
        config.setString("restart-strategy.exponential-delay.initial-backoff", "1 s");
        config.setString("restart-strategy.exponential-delay.max-backoff", "30 s");
    }

    private String made(String directory) throws IOException {
        return Files.createDirectories(data.resolve(directory)).toString();
    }
}
