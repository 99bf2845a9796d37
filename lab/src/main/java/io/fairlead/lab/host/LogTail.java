package io.fairlead.lab.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The end of a log file, for an error message. */
final class LogTail {
    private static final int READ_BYTES = 16_384;

    private LogTail() {}

    /** @return up to {@code lines} last lines, with the file's name before them; empty if there is nothing to read */
    static String of(Path file, int lines) {
        if (!Files.exists(file)) {
            return "";
        }
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(Math.max(0, log.length() - READ_BYTES));
            byte[] end = new byte[(int) (log.length() - log.getFilePointer())];
            log.readFully(end);
            List<String> all = new String(end, StandardCharsets.UTF_8).lines().toList();
            List<String> last = all.subList(Math.max(0, all.size() - lines), all.size());
            return last.isEmpty() ? "" : "\n--- " + file + "\n" + String.join("\n", last);
        } catch (IOException unreadable) {
            return "\n--- " + file + " can't be read: " + unreadable;
        }
    }
}
