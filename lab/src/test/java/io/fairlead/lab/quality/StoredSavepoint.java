package io.fairlead.lab.quality;

import io.fairlead.lab.host.ProjectHome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** What {@link StoreSavepoint} stored, as a savepoint again. */
final class StoredSavepoint {

    private static final Path FOLDER = Path.of("jobs/src/test/resources/io/fairlead/jobs/quality");

    private StoredSavepoint() {}

    /** Returns the directory, made if need be, with the savepoint in it. */
    static Path unpack(String name, Path directory) throws IOException {
        Path text = ProjectHome.find().directory().resolve(FOLDER).resolve(name);
        String packed = Files.readAllLines(text, StandardCharsets.US_ASCII).stream()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.joining());
        Files.createDirectories(directory);
        try (InputStream gzip =
                new GZIPInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(packed)))) {
            Files.write(directory.resolve("_metadata"), gzip.readAllBytes());
        }
        return directory;
    }
}
