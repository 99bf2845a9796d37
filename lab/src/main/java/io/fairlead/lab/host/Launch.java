package io.fairlead.lab.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How a host's process is started: everything but its ports, which may differ between two lives.
 *
 * @param name of the log file
 * @param title as people know it
 * @param classPath as {@code java -cp} takes it
 * @param properties the host's settings, without {@code fairlead.data} and its ports
 * @param arguments of the main class, when the ports are known
 * @param data the host's own directory
 */
record Launch(
        String name,
        String title,
        String classPath,
        String mainClass,
        List<String> jvmFlags,
        Map<String, String> properties,
        Function<Map<String, Integer>, List<String>> arguments,
        Path data) {
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /** Code is compiled quickly rather than well: a process is ready and calm in about half the processor time, and slower under load. */
    private static final String QUICK_START = "-XX:TieredStopAtLevel=1";

    private static final long ERRORS_KEPT_BYTES = 1 << 20;

    /** A host of {@code lab/hosts}, which takes all it is told as system properties. */
    static Launch host(
            String name,
            String title,
            String mainClass,
            List<String> jvmFlags,
            Map<String, String> properties,
            Path data)
            throws HostFailure {
        return new Launch(
                name,
                title,
                ProjectHome.find().classPath(name),
                mainClass,
                jvmFlags,
                properties,
                ports -> List.of(),
                data);
    }

    /** Flags with the one for a quick start, if that is wanted. */
    static List<String> withQuickStart(boolean wanted, List<String> flags) {
        return wanted ? Stream.concat(flags.stream(), Stream.of(QUICK_START)).toList() : flags;
    }

    Path log() {
        return data.resolve(name + ".log");
    }

    Path errors() {
        return data.resolve("errors.log");
    }

    Process start(Map<String, Integer> ports) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(SETSID)) {
            // Ctrl-C goes to the whole process group of the terminal: hosts are told to stop by their parent, in its
            // order.
            command.add(SETSID.toString());
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(dataFlag(data));
        command.addAll(jvmFlags);
        ports.forEach((port, number) -> command.add("-Dfairlead." + port + "=" + number));
        properties.forEach((property, value) -> command.add("-Dfairlead." + property + "=" + value));
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        command.addAll(arguments.apply(ports));
        return new ProcessBuilder(command)
                .directory(data.toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(shortened(errors())))
                .start();
    }

    /** Comes first, where the operating system still shows it of a long command line. */
    static String dataFlag(Path data) {
        return "-Dfairlead.data=" + data;
    }

    private static File shortened(Path errors) throws IOException {
        if (Files.exists(errors) && Files.size(errors) > ERRORS_KEPT_BYTES) {
            Files.move(errors, errors.resolveSibling("errors.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
        return errors.toFile();
    }
}
