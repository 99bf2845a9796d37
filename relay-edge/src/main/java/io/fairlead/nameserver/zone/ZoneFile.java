package io.fairlead.nameserver.zone;

import io.fairlead.nameserver.wire.Names;
import io.fairlead.nameserver.wire.RecordType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A zone file, read (RFC 1035 §5): {@code $ORIGIN}, {@code $TTL}, parentheses, comments, times such as 1h, any order of TTL and class; and
 * {@code $MAPPED NAME [TTL] [PARAMETER…]} for a name that the network map answers, with the parameters of its HTTPS record; {@code $BEACON *.NAME [TTL]} for the names of beacons. All that is wrong is
 * gathered with its line, {@value #PROBLEMS_MAX} problems at most.
 */
public final class ZoneFile {

    /** Bytes of a file. */
    public static final long BYTES_MAX = 256L << 20;

    /** Records of a file. */
    public static final int RECORDS_MAX = 2_000_000;

    private static final int PROBLEMS_MAX = 100;
    private static final int MAPPED_TTL_S = 30;

    private final List<ZoneRecord> records = new ArrayList<>();
    private final TreeMap<String, MappedEntry> mapped = new TreeMap<>();
    private final List<ZoneProblem> problems = new ArrayList<>();
    private byte[] origin;
    private byte @Nullable [] owner;
    private long defaultTtlS = -1;
    private long lastTtlS = -1;

    /** A name that the map answers, and where the file says so. */
    static final class MappedEntry {
        final byte[] owner;
        final MappedName name;
        final int line;

        MappedEntry(byte[] owner, MappedName name, int line) {
            this.owner = owner;
            this.name = name;
            this.line = line;
        }
    }

    private ZoneFile(byte[] origin) {
        this.origin = origin;
    }

    /**
     * Reads a file.
     *
     * @param origin that names are completed with until the file says another; null: the file says it first
     * @throws IOException if it can't be read at all
     */
    public static ZoneFile read(Path file, @Nullable String origin) throws IOException {
        if (Files.size(file) > BYTES_MAX) {
            throw new IOException("The zone file " + file + " has " + Files.size(file) + " bytes but may have "
                    + BYTES_MAX + "; split the zone.");
        }
        try {
            return parse(Files.readString(file, StandardCharsets.UTF_8), origin);
        } catch (CharacterCodingException e) {
            throw new IOException("The zone file " + file + " is no text in UTF-8.", e);
        }
    }

    /** Reads text. */
    public static ZoneFile parse(String text, @Nullable String origin) {
        byte[] root = new byte[1];
        ZoneFile file = new ZoneFile(origin == null ? root : Names.parse(origin, root));
        new ZoneWords(text, file::line, file::error).read();
        return file;
    }

    private void error(int line, String text) {
        problem(line, true, text);
    }

    void problem(int line, boolean error, String text) {
        if (problems.size() < PROBLEMS_MAX) {
            problems.add(new ZoneProblem(line, error, text));
        }
    }

    /** @param indented the line begins with white space: its owner is that of the line before */
    private void line(int line, boolean indented, List<Token> words) {
        try {
            String first = words.get(0).text();
            if (!indented && first.startsWith("$") && !words.get(0).quoted()) {
                directive(line, first, words.subList(1, words.size()));
            } else {
                record(line, indented, words);
            }
        } catch (IllegalArgumentException e) {
            error(line, String.valueOf(e.getMessage()));
        }
    }

    private void directive(int line, String directive, List<Token> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(directive + " has nothing behind it");
        }
        switch (directive) {
            case "$ORIGIN" -> origin = Names.parse(words.get(0).text(), origin);
            case "$TTL" -> defaultTtlS = Ttl.parse(words.get(0).text(), "$TTL");
            case "$MAPPED" -> mapped(line, words, false);
            case "$BEACON" -> mapped(line, words, true);
            default ->
                throw new IllegalArgumentException(
                        "there is no directive " + directive
                                + " here; there are $ORIGIN, $TTL, $MAPPED and $BEACON (files that are included must be put together first)");
        }
    }

    private void mapped(int line, List<Token> words, boolean beacon) {
        byte[] name = Names.parse(words.get(0).text(), origin);
        boolean hasTtl = words.size() > 1 && Ttl.looksLikeOne(words.get(1).text());
        long ttlS = hasTtl ? Ttl.parse(words.get(1).text(), "the TTL") : MAPPED_TTL_S;
        ServiceParameters parameters = ServiceParameters.parse(
                words.subList(hasTtl ? 2 : 1, words.size()).iterator());
        if (parameters.hasHints()) {
            throw new IllegalArgumentException("hints of a mapped name come from the map; leave them out");
        }
        if (beacon && !Names.isWildcard(name)) {
            throw new IllegalArgumentException(
                    "beacons have a name each, so $BEACON takes a wildcard, such as *.beacon");
        }
        MappedEntry entry = new MappedEntry(name, new MappedName(name, (int) ttlS, parameters, beacon), line);
        if (mapped.put(entry.name.text(), entry) != null) {
            throw new IllegalArgumentException(entry.name.text() + " is mapped twice; leave one line out");
        }
    }

    private void record(int line, boolean indented, List<Token> words) {
        int at = 0;
        if (!indented) {
            owner = Names.parse(words.get(at++).text(), origin);
        }
        byte[] of = owner;
        if (of == null) {
            throw new IllegalArgumentException("the first record begins with white space but there is no owner yet");
        }
        long ttlS = -1;
        while (at < words.size()) {
            String word = words.get(at).text();
            if (ttlS < 0 && Ttl.looksLikeOne(word)) {
                ttlS = Ttl.parse(word, "the TTL");
            } else if (word.equalsIgnoreCase("CH") || word.equalsIgnoreCase("HS")) {
                throw new IllegalArgumentException("class " + word + " is not served; there is IN only");
            } else if (!word.equalsIgnoreCase("IN")) {
                break;
            }
            at++;
        }
        if (at == words.size()) {
            throw new IllegalArgumentException("a record without a type; write: NAME [TTL] TYPE DATA");
        }
        int type = RecordType.parse(words.get(at).text());
        check(type, words.get(at).text());
        RecordData data = RecordData.parse(type, words.subList(at + 1, words.size()), origin);
        ttlS = ttl(ttlS, type, data);
        if (records.size() == RECORDS_MAX) {
            throw new IllegalArgumentException("more than " + RECORDS_MAX + " records; split the zone");
        }
        records.add(new ZoneRecord(of, type, ttlS, data, line));
    }

    private static void check(int type, String text) {
        boolean meta = type == 0 || type == RecordType.OPT || (type >= 128 && type <= 255);
        if (type < 0 || meta) {
            throw new IllegalArgumentException("'" + text + "' is no type of record that a zone can have; there are "
                    + RecordType.names() + ", and TYPEnnn with data as \\# bytes HEX");
        }
        if (type == 39) {
            throw new IllegalArgumentException("DNAME (TYPE39) is not served; write the names out");
        }
    }

    /** RFC 1035 §5.1 and 2308 §4: what stands there, else $TTL, else that of the record before, else the minimum of the SOA. */
    private long ttl(long said, int type, RecordData data) {
        if (said < 0 && defaultTtlS >= 0) {
            return defaultTtlS;
        }
        if (said < 0 && lastTtlS < 0 && type == RecordType.SOA) {
            byte[] bytes = data.bytes();
            long minimumS = 0;
            for (int i = bytes.length - 4; i < bytes.length; i++) {
                minimumS = minimumS << 8 | (bytes[i] & 0xFF);
            }
            lastTtlS = minimumS;
        } else if (said >= 0) {
            lastTtlS = said;
        }
        if (lastTtlS < 0) {
            throw new IllegalArgumentException("no TTL; write $TTL and a time before the first record");
        }
        return lastTtlS;
    }

    List<ZoneRecord> records() {
        return records;
    }

    List<MappedEntry> mapped() {
        return List.copyOf(mapped.values());
    }

    List<ZoneProblem> problems() {
        return problems;
    }
}
