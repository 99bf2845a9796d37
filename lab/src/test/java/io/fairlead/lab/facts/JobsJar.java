package io.fairlead.lab.facts;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The jar that a cluster takes, as the build left it. */
final class JobsJar {

    private JobsJar() {}

    static Path path() throws IOException, URISyntaxException {
        Path here = Path.of(JobsJar.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path target = here.resolveSibling("../../jobs/target").normalize();
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.getFileName().toString().endsWith("-flink.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("There is no job jar in " + target
                            + "; build it with: mvn -pl jobs -am -DskipTests package"));
        }
    }
}
