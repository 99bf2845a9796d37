package io.fairlead.proxy.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads batteries where Linux shows them: {@code /sys/class/power_supply/NAME/{type,capacity,status}}. */
final class PowerSupply {

    /** Where they are. */
    static final Path LINUX = Path.of("/sys/class/power_supply");

    private PowerSupply() {}

    /**
     * What a battery says.
     *
     * @param percent 0–100; -1: there is none
     * @param discharging it is what the machine runs on
     */
    record Battery(int percent, boolean discharging) {

        static final Battery NONE = new Battery(-1, false);
    }

    /** The lowest of those that the machine runs on; a mouse's does not count. */
    static Battery read(Path directory) {
        Battery lowest = Battery.NONE;
        if (!Files.isDirectory(directory)) {
            return lowest;
        }
        try (DirectoryStream<Path> supplies = Files.newDirectoryStream(directory)) {
            for (Path supply : supplies) {
                if (!text(supply, "type").equals("Battery")
                        || text(supply, "scope").equals("Device")) {
                    continue;
                }
                String capacity = text(supply, "capacity");
                if (!capacity.matches("[0-9]{1,3}")) {
                    continue;
                }
                int percent = Math.min(100, Integer.parseInt(capacity));
                boolean discharging = text(supply, "status").equals("Discharging");
                if (lowest.percent < 0 || percent < lowest.percent) {
                    lowest = new Battery(percent, discharging || lowest.discharging);
                } else if (discharging) {
                    lowest = new Battery(lowest.percent, true);
                }
            }
        } catch (IOException e) {
            return Battery.NONE; // a supply that went away while it was read: the next look tells
        }
        return lowest;
    }

    private static String text(Path supply, String name) {
        try {
            return Files.readString(supply.resolve(name)).strip();
        } catch (IOException e) {
            return ""; // drivers leave files out, or refuse to read them while the battery is taken out
        }
    }
}
