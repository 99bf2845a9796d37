package io.fairlead.cli.nameserver;

import io.fairlead.cli.UserError;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneKey;
import io.fairlead.nameserver.zone.ZoneProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Zone files as they are named on the command line: {@code FILE}, or {@code ORIGIN=FILE}. */
final class ZoneSources {

    private ZoneSources() {}

    /** Reads one, whatever is wrong with it. */
    static Zone.Loaded read(String source, Map<String, List<ZoneKey>> keys) {
        int equals = source.indexOf('=');
        String origin = equals < 0 ? null : source.substring(0, equals);
        try {
            Path file = Path.of(source.substring(equals + 1));
            Zone.Loaded plain = Zone.load(file, origin);
            List<ZoneKey> its =
                    plain.zone() == null ? null : keys.get(plain.zone().name());
            return its == null ? plain : Zone.load(file, origin, its);
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError(
                    "The zone file " + source.substring(equals + 1) + " can't be read: " + e.getMessage(), e);
        }
    }

    /** Reads all; errors of any are one error that names the lines. */
    static List<Zone> good(List<String> sources, Map<String, List<ZoneKey>> keys) {
        List<Zone> zones = sources.stream().map(source -> good(source, keys)).toList();
        checkAllSigned(keys, zones);
        return zones;
    }

    /** A key for a zone that is not there is a slip, and would leave one unsigned that is meant to be. */
    static void checkAllSigned(Map<String, List<ZoneKey>> keys, List<Zone> zones) {
        for (String name : keys.keySet()) {
            if (zones.stream().noneMatch(zone -> zone.name().equals(name))) {
                throw new UserError("--sign names the zone " + name + ", which is in none of the files.");
            }
        }
    }

    private static Zone good(String source, Map<String, List<ZoneKey>> keys) {
        Zone.Loaded loaded = read(source, keys);
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
