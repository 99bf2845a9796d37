package io.fairlead.lab.host;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.Foreground;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * One of the product's own long-running commands in a process of its own, as an operator would run it: an edge, a console, a fleet of
 * agents. When it dies it stays down until {@link #restart()}.
 */
public final class CommandProcess implements Host {

    private final HostProcess process;

    private CommandProcess(HostProcess process) {
        this.process = process;
    }

    /**
     * Starts a command and waits until it says that it is ready.
     *
     * @param name of its log file
     * @param title as people know it
     * @param heapMib limit of the Java heap
     * @param quickStart ready and calm in about half the processor time, but slower under load
     * @param ports by name; 0 is "the one of last time, or any that is free"
     * @param arguments of the command line, when the ports are known
     * @param data its own directory, made if it is not there
     * @param notices told in a sentence when a port changes or it dies
     */
    public static CommandProcess start(
            String name,
            String title,
            int heapMib,
            boolean quickStart,
            Map<String, Integer> ports,
            Function<Map<String, Integer>, List<String>> arguments,
            Path data,
            Consumer<String> notices)
            throws HostFailure {
        Path directory = data.toAbsolutePath().normalize();
        List<String> flags = new ArrayList<>(List.of(
                "-Xmx" + heapMib + "m",
                "-XX:+UseSerialGC",
                "-Dio.netty.allocator.type=pooled",
                "-D" + Foreground.SUPERVISED + "=true",
                "-Dlog4j2.configurationFile="
                        + System.getProperty("log4j2.configurationFile", "classpath:fairlead-log4j2.xml"),
                "-Dfairlead.home=" + ProjectHome.find().directory()));
        Launch launch = new Launch(
                name,
                title,
                System.getProperty("java.class.path"),
                Fairlead.class.getName(),
                Launch.withQuickStart(quickStart, flags),
                Map.of(),
                arguments,
                directory);
        PortBook book = new PortBook(title, directory, ports, RandomGenerator.getDefault(), notices);
        HostProcess process = new HostProcess(launch, book, HostProcess.Revival.ON_DEMAND, notices);
        process.start();
        return new CommandProcess(process);
    }

    @Override
    public HostProcess process() {
        return process;
    }

    /** What the command said of itself when it became ready. */
    public String address(String name) {
        return process.address(name);
    }
}
