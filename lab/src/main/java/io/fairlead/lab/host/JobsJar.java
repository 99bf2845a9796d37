package io.fairlead.lab.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The jar of the jobs as the build left it: what a Flink cluster takes. */
public final class JobsJar {
    private static final String SUFFIX = "-flink.jar";

    private JobsJar() {}

    /** @throws HostFailure when it is not built */
    public static Path find() throws HostFailure {
        Path target = ProjectHome.find().directory().resolve("jobs").resolve("target");
        if (Files.isDirectory(target)) {
            try (Stream<Path> files = Files.list(target)) {
                return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                        .max(Comparator.naturalOrder())
                        .orElseThrow(() -> missing(target));
            } catch (IOException failure) {
                throw new HostFailure("The directory " + target + " can't be read", failure);
            }
        }
        throw missing(target);
    }

    private static HostFailure missing(Path target) {
        return new HostFailure("The jar of the jobs is not built (no *" + SUFFIX + " in " + target
                + "). Build it with: mvn -q -pl jobs -am -DskipTests package");
    }
}
