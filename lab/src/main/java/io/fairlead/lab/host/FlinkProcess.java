package io.fairlead.lab.host;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A Flink session cluster with one task manager, on the loopback interface. Jobs are submitted through its REST interface, as to
 * any cluster. When it dies it stays down until {@link #restart()}; its jobs are then submitted again from their last
 * checkpoints, see {@link ResumableJobs}.
 */
public final class FlinkProcess implements Host {
    private final HostProcess process;
    private final Path data;

    private FlinkProcess(HostProcess process, Path data) {
        this.process = process;
        this.data = data;
    }

    /**
     * @param restPort of the REST interface and the web pages; 0 for the one of last time, or any that is free
     * @param metricsPort of the metrics for Prometheus; 0 as before
     * @param slots how many parallel instances of jobs fit in
     * @param heapMib limit of the Java heap
     * @param managedMib memory for state in RocksDB, outside the heap
     * @param stateBackend {@code hashmap} or {@code rocksdb}, for jobs that don't say
     * @param quickStart ready and calm in about half the processor time, but slower under load
     * @param notices told in a sentence when a port changes or the cluster dies
     */
    public record Options(
            int restPort,
            int metricsPort,
            int slots,
            int heapMib,
            int managedMib,
            String stateBackend,
            boolean quickStart,
            Consumer<String> notices) {
        public Options {
            if (!Set.of("hashmap", "rocksdb").contains(stateBackend)) {
                throw new IllegalArgumentException("The state backend is hashmap or rocksdb, not " + stateBackend);
            }
        }

        public static Options defaults() {
            return new Options(0, 0, 4, 1_024, 128, "hashmap", false, Notices.LOGGED);
        }

        public Options withRestPort(int other) {
            return new Options(other, metricsPort, slots, heapMib, managedMib, stateBackend, quickStart, notices);
        }

        public Options withSlots(int other) {
            return new Options(restPort, metricsPort, other, heapMib, managedMib, stateBackend, quickStart, notices);
        }

        public Options withHeapMib(int other) {
            return new Options(restPort, metricsPort, slots, other, managedMib, stateBackend, quickStart, notices);
        }

        public Options withQuickStart() {
            return new Options(restPort, metricsPort, slots, heapMib, managedMib, stateBackend, true, notices);
        }

        public Options withNotices(Consumer<String> other) {
            return new Options(restPort, metricsPort, slots, heapMib, managedMib, stateBackend, quickStart, other);
        }
    }

    /**
     * Starts the cluster and waits until its task manager is there.
     *
     * @param data the cluster's own directory, made if it is not there
     */
    public static FlinkProcess start(Path data, Options options) throws HostFailure {
        Path directory = data.toAbsolutePath().normalize();
        Launch launch = Launch.host(
                "flink",
                "Flink",
                "io.fairlead.host.flink.FlinkHost",
                Launch.withQuickStart(options.quickStart(), jvmFlags(directory, options)),
                Map.of(
                        "slots", Integer.toString(options.slots()),
                        "managedMib", Integer.toString(options.managedMib()),
                        "stateBackend", options.stateBackend()),
                directory);
        PortBook ports = new PortBook(
                launch.title(),
                directory,
                Map.of("port", options.restPort(), "metricsPort", options.metricsPort()),
                RandomGenerator.getDefault(),
                options.notices());
        HostProcess process = new HostProcess(launch, ports, HostProcess.Revival.ON_DEMAND, options.notices());
        process.start();
        return new FlinkProcess(process, directory);
    }

    @Override
    public HostProcess process() {
        return process;
    }

    /** The REST interface, and the web pages for a browser. */
    public URI restUrl() {
        return URI.create(process.address("rest"));
    }

    /** Where Prometheus reads the metrics of the cluster and its jobs. */
    public URI metricsUrl() {
        return URI.create(process.address("metrics"));
    }

    /** Holds a directory for each job id, with its last checkpoints in it. */
    public Path checkpoints() {
        return data.resolve("checkpoints");
    }

    Path data() {
        return data;
    }

    private static List<String> jvmFlags(Path data, Options options) {
        List<String> flags = new ArrayList<>(List.of(
                "-Xmx" + options.heapMib() + "m",
                "-XX:MaxMetaspaceSize=320m",
                "-XX:MaxDirectMemorySize=512m",
                "-XX:+UseG1GC",
                "-Dlog.file=" + data.resolve("flink.log")));
        flags.addAll(openings());
        return flags;
    }

    /** What the scripts of a Flink distribution open to it in its JVMs, and nothing else that a job could come to need. */
    static List<String> openings() {
        List<String> flags = new ArrayList<>(List.of("-XX:+IgnoreUnrecognizedVMOptions"));
        Stream.of("sun.net.util", "java.rmi/sun.rmi.registry", "java.security.jgss/sun.security.krb5")
                .map(name -> "--add-exports=" + (name.contains("/") ? name : "java.base/" + name) + "=ALL-UNNAMED")
                .forEach(flags::add);
        Stream.of("api", "file", "parser", "tree", "util")
                .map(name -> "--add-exports=jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED")
                .forEach(flags::add);
        Stream.of(
                        "java.lang",
                        "java.net",
                        "java.io",
                        "java.nio",
                        "sun.nio.ch",
                        "java.lang.reflect",
                        "java.text",
                        "java.time",
                        "java.util",
                        "java.util.concurrent",
                        "java.util.concurrent.atomic",
                        "java.util.concurrent.locks")
                .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
                .forEach(flags::add);
        return flags;
    }
}
