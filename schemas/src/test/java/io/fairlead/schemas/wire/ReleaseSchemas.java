package io.fairlead.schemas.wire;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;

/**
 * Stores a copy of every schema that no release has yet. Run when a version is released: {@code ./fairlead schemas
 * release}. A copy that is there already stays as it is, also when its record has grown since: the next version stores
 * what it has become.
 */
public final class ReleaseSchemas {

    private ReleaseSchemas() {}

    /** @param args the release, and the folder of the stored copies */
    public static void main(String[] args) throws IOException {
        String release = args[0];
        Path folder = Path.of(args[1]);
        Set<Long> known = ReleasedSchemas.load().stream()
                .map(released -> SchemaDirectory.fingerprint(released.schema()))
                .collect(Collectors.toSet());
        Path index = folder.resolve("INDEX");
        Set<String> lines = new TreeSet<>(Files.readAllLines(index));
        for (var record : Contract.records()) {
            Schema schema = Contract.schema(record);
            if (known.contains(SchemaDirectory.fingerprint(schema))) {
                continue;
            }
            String path = release + "/" + schema.getFullName() + ".avsc";
            if (lines.contains(path)) {
                System.out.println(path + " stays as it was released; the record has grown since");
                continue;
            }
            Files.createDirectories(folder.resolve(release));
            Files.writeString(
                    folder.resolve(path),
                    SchemaFormatter.getInstance("json/pretty").format(schema) + "\n");
            lines.add(path);
            System.out.println("released " + path);
        }
        Files.write(index, lines);
    }
}
