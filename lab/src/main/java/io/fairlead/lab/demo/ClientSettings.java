package io.fairlead.lab.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Settings by which other commands find the running demo: {@code fairlead … --settings DIR/client.yaml}. Only its owner may read them. */
final class ClientSettings {

    static final String FILE = "client.yaml";

    private ClientSettings() {}

    /**
     * Writes them, in place of those of last time.
     *
     * @param directory of the demo's data
     * @param bootstrapServers of its Kafka
     * @param flink address of its cluster
     * @param reader its ClickHouse, for those who only read
     */
    static void write(Path directory, String bootstrapServers, String flink, DemoOptions.ClickHouseServer reader)
            throws IOException {
        Path file = directory.resolve(FILE);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text(bootstrapServers, flink, reader), StandardCharsets.UTF_8);
    }

    /** A replay reads from one store, so only ClickHouse is named for it. Where that is stands under the commands that only read: at the top, the demo's own next start would take it for another server. */
    static String text(String bootstrapServers, String flink, DemoOptions.ClickHouseServer reader) {
        return """
                bootstrap-servers: '%s'
                flink: '%s'
                replay:
                  clickhouse: '%s'
                  clickhouse-user: '%s'
                  clickhouse-password: '%s'
                """.formatted(bootstrapServers, flink, reader.url(), quoted(reader.user()), quoted(reader.password()));
    }

    /**
     * Where the Kafka of the demo is whose data are there.
     *
     * @throws java.nio.file.NoSuchFileException if none runs there
     */
    static String bootstrapServers(Path directory) throws IOException {
        String key = "bootstrap-servers: ";
        return Files.readAllLines(directory.resolve(FILE), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith(key))
                .findFirst()
                .map(line -> line.substring(key.length()).replace("'", "").strip())
                .orElseThrow(() -> new IOException(directory.resolve(FILE) + " names no bootstrap servers."));
    }

    private static String quoted(String text) {
        return text.replace("'", "''");
    }
}
