package io.fairlead.lab.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for one bench, gone at its end. */
public final class BenchDirectory implements AutoCloseable {

    private final Path path;

    private BenchDirectory(Path path) {
        this.path = path;
    }

    public static BenchDirectory make(String bench) throws IOException {
        return new BenchDirectory(Files.createTempDirectory("fairlead-bench-" + bench));
    }

    public Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(path)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.deleteIfExists(file);
        }
    }
}
