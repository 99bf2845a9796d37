package io.fairlead.lab.host;

import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The directory of this project, where the hosts' class paths are: the system property {@code fairlead.home}, or else the first
 * directory above this code that contains {@code lab/hosts}.
 */
public record ProjectHome(Path directory) {
    private static final String PROPERTY = "fairlead.home";
    private static final Path MARK = Path.of("lab", "hosts");

    /** @throws HostFailure if there is no such directory */
    public static ProjectHome find() throws HostFailure {
        String told = System.getProperty(PROPERTY);
        if (told != null) {
            Path directory = Path.of(told).toAbsolutePath();
            if (!Files.isDirectory(directory.resolve(MARK))) {
                throw new HostFailure(
                        "-D" + PROPERTY + "=" + told + " is not the project's directory: it has no " + MARK);
            }
            return new ProjectHome(directory);
        }
        Path code = Path.of(URI.create(ProjectHome.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        for (@Nullable Path above = code; above != null; above = above.getParent()) {
            if (Files.isDirectory(above.resolve(MARK))) {
                return new ProjectHome(above);
            }
        }
        throw new HostFailure("No directory above " + code + " contains " + MARK + ". Say where the project is with -D"
                + PROPERTY + "=DIRECTORY");
    }

    /**
     * @param host name of the host's directory under {@code lab/hosts}
     * @return a class path as {@code java -cp} takes it
     * @throws HostFailure if the host is not built
     */
    public String classPath(String host) throws HostFailure {
        Path target = directory.resolve(MARK).resolve(host).resolve("target");
        Path classes = target.resolve("classes");
        Path libraries = target.resolve("lib");
        if (!Files.isDirectory(libraries)) {
            throw new HostFailure(
                    "The " + host + " host is not built (" + libraries + " is missing). Build it with: mvn -q -f "
                            + directory.resolve("pom.xml") + " -pl lab/hosts/" + host + " process-classes");
        }
        return classes + File.pathSeparator + libraries + File.separator + "*";
    }
}
