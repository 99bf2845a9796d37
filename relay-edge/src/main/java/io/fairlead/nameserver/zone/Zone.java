package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A zone with its answers made ready. Immutable. */
public final class Zone {

    private final byte[] apex;
    private final long serial;
    private final int records;
    private final List<Node> nodes;
    private final List<MappedName> mapped;
    private final List<ZoneKey> keys;
    private final long negativeTtlS;

    Zone(
            byte[] apex,
            long serial,
            int records,
            List<Node> nodes,
            List<MappedName> mapped,
            List<ZoneKey> keys,
            long negativeTtlS) {
        this.apex = apex;
        this.serial = serial;
        this.records = records;
        this.nodes = nodes;
        this.mapped = mapped;
        this.keys = keys;
        this.negativeTtlS = negativeTtlS;
    }

    /**
     * What came of a file.
     *
     * @param zone null: there are errors
     * @param problems errors and warnings, in the order of the lines
     */
    public record Loaded(@Nullable Zone zone, List<ZoneProblem> problems) {

        public Loaded {
            problems = List.copyOf(problems);
        }

        /** Whether it can be served. */
        public boolean good() {
            return zone != null;
        }
    }

    /**
     * Reads and checks a zone file.
     *
     * @param origin that names are completed with until the file says another; null: the file says it first
     * @throws IOException if the file can't be read at all
     */
    public static Loaded load(Path file, @Nullable String origin) throws IOException {
        return load(file, origin, List.of());
    }

    /**
     * The same of a zone that is signed.
     *
     * @param keys the first signs everything, all sign the keys; none: it is not signed
     */
    public static Loaded load(Path file, @Nullable String origin, List<ZoneKey> keys) throws IOException {
        return new ZoneBuilder(ZoneFile.read(file, origin), keys).build();
    }

    /** The same of text. */
    public static Loaded parse(String text, @Nullable String origin) {
        return parse(text, origin, List.of());
    }

    /** The same of text, signed. */
    public static Loaded parse(String text, @Nullable String origin, List<ZoneKey> keys) {
        return new ZoneBuilder(ZoneFile.parse(text, origin), keys).build();
    }

    /** Its name, with a dot at its end. */
    public String name() {
        return Names.text(apex);
    }

    public long serial() {
        return serial;
    }

    /** Records that it has. */
    public int records() {
        return records;
    }

    /** Names that the network map answers. */
    public List<MappedName> mapped() {
        return mapped;
    }

    /** What it is signed with; empty: it is not. */
    public List<ZoneKey> keys() {
        return keys;
    }

    /** Its name in wire form, in lower case. */
    public byte[] apexName() {
        return apex.clone();
    }

    /** How long it may be remembered that something is not there, s (RFC 2308). */
    public long negativeTtlS() {
        return negativeTtlS;
    }

    byte[] apex() {
        return apex;
    }

    List<Node> nodes() {
        return nodes;
    }
}
