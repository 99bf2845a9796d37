package io.fairlead.lab.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Settings by which other commands find the running demo: {@code fairlead … --settings DIR/client.yaml}. Only its owner may read them. */
final class ClientSettings {

    static final String FILE = "client.yaml";

    private static final List<String> READERS = List.of("console", "doctor", "replay");

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

    /** Where ClickHouse is stands under the commands that only read, a replay among them, which reads from one store: at the top, the demo's own next start would take it for another server. */
    static String text(String bootstrapServers, String flink, DemoOptions.ClickHouseServer reader) {
        StringBuilder text =
                new StringBuilder("bootstrap-servers: '" + bootstrapServers + "'\nflink: '" + flink + "'\n");
        for (String command : READERS) {
            text.append("""
                    %s:
                      clickhouse: '%s'
                      clickhouse-user: '%s'
                      clickhouse-password: '%s'
                    """.formatted(command, reader.url(), quoted(reader.user()), quoted(reader.password())));
        }
        return text.toString();
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
