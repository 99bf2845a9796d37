package io.fairlead.proxy.tenant;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of the day of all tenants, on disk, so that a restart does not give anybody a new day. A file of lines: the number of the day since
 * 1970, then for each tenant its id, a blank, and its bytes. Written beside the former one and put in its place. For one thread.
 */
public final class DayBook {

    private static final Logger LOG = LoggerFactory.getLogger(DayBook.class);

    private final Path file;
    private final TenantDirectory tenants;
    private Map<String, Long> written = Map.of();
    private long writtenDay;
    private boolean failing;

    /** @param file need not be there yet */
    public DayBook(Path file, TenantDirectory tenants) {
        this.file = file;
        this.tenants = tenants;
    }

    /** Takes over what stands there. What can't be read is left out, and said in the log. */
    public void load() {
        if (!Files.exists(file)) {
            return;
        }
        try {
            List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
            long day = Long.parseLong(lines.get(0));
            for (String line : lines.subList(1, lines.size())) {
                int blank = line.indexOf(' ');
                tenants.restore(line.substring(0, blank), day, Long.parseLong(line.substring(blank + 1)));
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("Bytes of the day in {} can't be read: tenants begin at what was read of it until now.", file, e);
        }
    }

    /** Writes what has changed since the last time; to be called about every second. A disk that fails is tried again. */
    public void save() {
        Map<String, Long> present = new TreeMap<>();
        long day = tenants.collectDay(present);
        if (day == writtenDay && present.equals(written)) {
            return;
        }
        StringBuilder text = new StringBuilder().append(day).append('\n');
        present.forEach((id, bytes) -> text.append(id).append(' ').append(bytes).append('\n'));
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.writeString(fresh, text, StandardCharsets.UTF_8);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            written = present;
            writtenDay = day;
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn(
                        "Bytes of the day can't be written to {}: {}. Until they can, a restart gives tenants a new day.",
                        file,
                        e.toString());
            }
            failing = true;
        }
    }
}
