package io.fairlead.proxy.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Passwords by reference. A file is read again when it has changed. Reads files: not for event loops. Confined to one thread.
 */
final class Secrets {

    private static final int MOST_BYTES = 4 << 20;

    private record Read(FileTime modified, long bytes, String text, Map<String, String> entries) {}

    private final @Nullable Path directory;
    private final UnaryOperator<@Nullable String> environment;
    private final Map<Path, Read> files = new HashMap<>();

    /**
     * @param directory files must lie below it; null: none may be read
     * @param environment value of a variable; null: it is not set
     */
    Secrets(@Nullable Path directory, UnaryOperator<@Nullable String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** There is no such password; the message says why, and never holds one. */
    static final class MissingException extends Exception {
        MissingException(String message) {
            super(message, null, false, false);
        }
    }

    /** The password; empty for no reference. */
    String resolve(SecretReference reference) throws MissingException {
        if (reference instanceof SecretReference.Variable variable) {
            String value = environment.apply(variable.name());
            if (value == null) {
                throw new MissingException("environment variable " + variable.name() + " is not set on this edge");
            }
            return value;
        }
        if (reference instanceof SecretReference.WholeFile whole) {
            return read(whole.path()).text().stripTrailing();
        }
        if (reference instanceof SecretReference.FileEntry line) {
            String value = read(line.path()).entries().get(line.entry());
            if (value == null) {
                throw new MissingException("file " + line.path() + " has no line " + line.entry() + "=…");
            }
            return value;
        }
        return "";
    }

    private Read read(Path named) throws MissingException {
        Path root = directory;
        if (root == null) {
            throw new MissingException(
                    "this edge reads no files of secrets; name their directory with --secrets-directory");
        }
        try {
            Path path = root.resolve(named).toRealPath();
            if (!path.startsWith(root.toRealPath())) {
                throw new MissingException("file " + named + " is not below the directory of secrets, " + root);
            }
            FileTime modified = Files.getLastModifiedTime(path);
            long bytes = Files.size(path);
            Read held = files.get(path);
            if (held != null && held.modified().equals(modified) && held.bytes() == bytes) {
                return held;
            }
            if (bytes > MOST_BYTES) {
                throw new MissingException("file " + named + " has " + bytes + " bytes; at most " + MOST_BYTES);
            }
            String text = Files.readString(path, StandardCharsets.UTF_8);
            Read now = new Read(modified, bytes, text, entries(text));
            files.put(path, now);
            return now;
        } catch (IOException e) {
            throw new MissingException("file " + named + " can't be read: " + e);
        }
    }

    private static Map<String, String> entries(String text) {
        Map<String, String> entries = new HashMap<>();
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                entries.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return entries;
    }
}
