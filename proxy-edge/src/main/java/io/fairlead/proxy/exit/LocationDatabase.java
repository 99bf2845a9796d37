package io.fairlead.proxy.exit;

import com.maxmind.db.Reader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where addresses are, by files in MaxMind's format (MaxMind DB file format 2.0): databases of cities, countries or autonomous systems, each of
 * which adds what it knows. Held in memory; any thread.
 */
public final class LocationDatabase implements ObservedLocations, AutoCloseable {

    private final List<Reader> readers;

    private LocationDatabase(List<Reader> readers) {
        this.readers = List.copyOf(readers);
    }

    /**
     * Opens files.
     *
     * @throws IOException if one can't be read, or is no such database; the message names it
     */
    public static LocationDatabase open(List<Path> files) throws IOException {
        List<Reader> readers = new ArrayList<>();
        for (Path file : files) {
            try {
                readers.add(new Reader(new File(file.toString()), Reader.FileMode.MEMORY));
            } catch (IOException | RuntimeException e) {
                throw new IOException(
                        "location database " + file + " can't be used: " + e.getMessage()
                                + "; give a file in MaxMind's format (.mmdb)",
                        e);
            }
        }
        return new LocationDatabase(readers);
    }

    /** Files that are open. */
    public int count() {
        return readers.size();
    }

    @Override
    public Seen at(InetAddress address) throws IOException {
        String country = "";
        String region = "";
        String regionCode = "";
        String city = "";
        long asn = 0;
        for (Reader reader : readers) {
            Map<?, ?> record = reader.get(address, Map.class);
            if (record == null) {
                continue;
            }
            country = or(country, text(child(record, "country"), "iso_code"));
            if (record.get("subdivisions") instanceof List<?> all
                    && !all.isEmpty()
                    && all.get(0) instanceof Map<?, ?> first) {
                region = or(region, text(child(first, "names"), "en"));
                regionCode = or(regionCode, text(first, "iso_code"));
            }
            city = or(city, text(child(child(record, "city"), "names"), "en"));
            if (asn == 0 && record.get("autonomous_system_number") instanceof Number number) {
                asn = number.longValue();
            }
        }
        return new Seen(new Location(country, region, city, asn), Location.plain(regionCode));
    }

    private static String or(String held, String found) {
        return held.isEmpty() ? found : held;
    }

    private static Map<?, ?> child(Map<?, ?> record, String name) {
        return record.get(name) instanceof Map<?, ?> child ? child : Map.of();
    }

    private static String text(Map<?, ?> record, String name) {
        @Nullable Object value = record.get(name);
        return value instanceof String text ? text : "";
    }

    @Override
    public void close() throws IOException {
        for (Reader reader : readers) {
            reader.close();
        }
    }
}
