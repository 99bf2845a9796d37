package io.fairlead.lab.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that last used a data directory. When its parent was killed it may still be stopping, with the locks on the data
 * in its hands, while the next is about to start.
 */
final class FormerLife {
    private static final long END_LIMIT_SECONDS = 10;

    private final Path file;

    FormerLife(Path data) {
        this.file = data.resolve("pid");
    }

    void record(long pid) throws IOException {
        Files.writeString(file, Long.toString(pid));
    }

    /** @throws HostFailure if it lives on */
    void awaitEnd(Path data) throws IOException, InterruptedException {
        if (!Files.exists(file)) {
            return;
        }
        ProcessHandle former = ProcessHandle.of(
                        Long.parseLong(Files.readString(file).strip()))
                .filter(process -> usesData(process, data))
                .orElse(null);
        if (former == null) {
            return;
        }
        try {
            former.onExit().get(END_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException stillThere) {
            throw new HostFailure("Process " + former.pid() + " already runs on the data in " + data
                    + ". Stop it, or use another data directory.");
        } catch (ExecutionException unknown) {
            throw new HostFailure("Can't tell whether process " + former.pid() + " still uses " + data, unknown);
        }
    }

    /** A number alone proves nothing: it may belong to another program by now. */
    private static boolean usesData(ProcessHandle process, Path data) {
        return process.info()
                .commandLine()
                .filter(line -> line.contains(Launch.dataFlag(data) + " "))
                .isPresent();
    }
}
