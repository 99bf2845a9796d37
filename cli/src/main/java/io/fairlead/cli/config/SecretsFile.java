package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file of passwords, {@code ENTRY=password} a line, readable by its owner alone. Other lines of it stay as they are. */
final class SecretsFile {

    private final Path path;
    private final List<String> others = new ArrayList<>();
    private final Map<String, String> entries = new LinkedHashMap<>();

    private SecretsFile(Path path) {
        this.path = path;
    }

    /** Reads one; a file that is not there is empty. */
    static SecretsFile read(Path path) {
        SecretsFile file = new SecretsFile(path);
        try {
            for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
                int equals = line.indexOf('=');
                if (line.startsWith("#") || equals < 1) {
                    file.others.add(line);
                } else {
                    file.entries.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        } catch (NoSuchFileException e) {
            return file;
        } catch (IOException e) {
            throw new UserError("The file of passwords " + path + " can't be read: " + e, e);
        }
        return file;
    }

    /** Sets a password; true: it is another than before, or new. */
    boolean put(String entry, String password) {
        return !password.equals(entries.put(entry, password));
    }

    /** Writes it anew, in one step, with mode 600. */
    void write() {
        List<String> lines = new ArrayList<>(others);
        entries.forEach((entry, password) -> lines.add(entry + "=" + password));
        try {
            Path directory = path.toAbsolutePath().getParent();
            Path next = Files.createTempFile(
                    directory,
                    ".secrets",
                    "",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                Files.write(next, lines, StandardCharsets.UTF_8);
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(next);
            }
        } catch (IOException e) {
            throw new UserError("The file of passwords " + path + " can't be written: " + e, e);
        }
    }
}
