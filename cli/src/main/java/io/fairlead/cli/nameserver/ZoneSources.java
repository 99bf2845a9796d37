package io.fairlead.cli.nameserver;

import io.fairlead.cli.UserError;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Zone files as they are named on the command line: {@code FILE}, or {@code ORIGIN=FILE}. */
final class ZoneSources {

    private ZoneSources() {}

    /** Reads one, whatever is wrong with it. */
    static Zone.Loaded read(String source) {
        int equals = source.indexOf('=');
        String origin = equals < 0 ? null : source.substring(0, equals);
        try {
            return Zone.load(Path.of(source.substring(equals + 1)), origin);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "The zone file " + source.substring(equals + 1) + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Reads all; errors of any are one error that names the lines. */
    static List<Zone> good(List<String> sources) {
        return sources.stream().map(ZoneSources::good).toList();
    }

    private static Zone good(String source) {
        Zone.Loaded loaded = read(source);
        Zone zone = loaded.zone();
        if (zone == null) {
            StringBuilder wrong = new StringBuilder("The zone file " + source + " has errors:");
            loaded.problems().stream().filter(ZoneProblem::error).forEach(problem -> wrong.append("\n  ")
                    .append(problem));
            throw new UserError(wrong.toString());
        }
        return zone;
    }
}
