package io.fairlead.schemas.wire;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;

/**
 * The stored copies of every schema that has ever been released: {@code released/INDEX} names them, a line each
 * ({@code VERSION/full.name.avsc}). They are never changed or removed; an incompatible change is refused by a test
 * against them.
 */
public final class ReleasedSchemas {

    private static final String ROOT = "/io/fairlead/schemas/released/";

    private ReleasedSchemas() {}

    /**
     * One released schema.
     *
     * @param release version of Fairlead that first wrote it
     * @param schema as it was then
     */
    public record Released(String release, Schema schema) {}

    /** All released schemas, oldest release first. */
    public static List<Released> load() {
        List<Released> released = new ArrayList<>();
        for (String path : lines("INDEX")) {
            if (!path.isBlank()) {
                String release = path.substring(0, path.indexOf('/'));
                released.add(new Released(release, new Schema.Parser().parse(String.join("\n", lines(path)))));
            }
        }
        return List.copyOf(released);
    }

    private static List<String> lines(String path) {
        try (InputStream in = ReleasedSchemas.class.getResourceAsStream(ROOT + path)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + ROOT + path + "; it was not built whole.");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
