package io.fairlead.lab.host;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One Kafka broker (KRaft) on the loopback interface. It does not create topics by itself, has transactions, and cleans compacted
 * topics every half second. When it dies it stays down until {@link #restart()}.
 */
public final class KafkaProcess implements Host {
    private final HostProcess process;

    private KafkaProcess(HostProcess process) {
        this.process = process;
    }

    /**
     * @param port of the broker; 0 for the one of last time, or any that is free
     * @param heapMib limit of the Java heap
     * @param quickStart ready and calm in about half the processor time, but slower under load
     * @param notices told in a sentence when a port changes or the broker dies
     */
    public record Options(int port, int heapMib, boolean quickStart, Consumer<String> notices) {
        public static Options defaults() {
            return new Options(0, 512, false, Notices.LOGGED);
        }

        public Options withPort(int other) {
            return new Options(other, heapMib, quickStart, notices);
        }

        public Options withQuickStart() {
            return new Options(port, heapMib, true, notices);
        }

        public Options withNotices(Consumer<String> other) {
            return new Options(port, heapMib, quickStart, other);
        }
    }

    /**
     * Starts the broker and waits until clients may connect.
     *
     * @param data the broker's own directory, made if it is not there
     */
    public static KafkaProcess start(Path data, Options options) throws HostFailure {
        Path directory = data.toAbsolutePath().normalize();
        Launch launch = Launch.host(
                "kafka",
                "Kafka",
                "io.fairlead.host.kafka.KafkaHost",
                Launch.withQuickStart(options.quickStart(), List.of("-Xmx" + options.heapMib() + "m", "-XX:+UseG1GC")),
                Map.of(),
                directory);
        PortBook ports = new PortBook(
                launch.title(),
                directory,
                Map.of("port", options.port(), "controllerPort", 0),
                RandomGenerator.getDefault(),
                options.notices());
        HostProcess process = new HostProcess(launch, ports, HostProcess.Revival.ON_DEMAND, options.notices());
        process.start();
        return new KafkaProcess(process);
    }

    @Override
    public HostProcess process() {
        return process;
    }

    /** {@code 127.0.0.1:PORT}, as {@code bootstrap.servers} takes it. */
    public String bootstrap() {
        return process.address("bootstrap");
    }
}
