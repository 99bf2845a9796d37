package io.fairlead.dashboards.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One numbered step of the schema. A released one never changes: a change is a new number. Every statement can be run
 * twice ({@code IF NOT EXISTS}), so that a step that broke off half-way, or that two runners take at once, ends well.
 *
 * @param number 1, 2, 3, …
 * @param name what it is about, in one word
 * @param checksum of its text, 32 hexadecimal digits
 * @param statements in their order
 */
public record Migration(int number, String name, String checksum, List<String> statements) {

    private static final String ROOT = "/clickhouse/";
    private static final Pattern FILE = Pattern.compile("(\\d{4})_([a-z_]+)\\.sql");
    private static final Pattern END_OF_STATEMENT = Pattern.compile(";\\s*\\R|;\\s*$");
    private static final int CHECKSUM_BYTES = 16;

    /** The steps that this version brings along, in their order. */
    static List<Migration> bundled() {
        return resource("INDEX")
                .lines()
                .filter(line -> !line.isBlank())
                .map(file -> parse(file, resource(file)))
                .toList();
    }

    static Migration parse(String file, String text) {
        Matcher matcher = FILE.matcher(file);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + file + "' is no migration; name it like 0005_relay.sql.");
        }
        List<String> statements = Arrays.stream(END_OF_STATEMENT.split(text))
                .map(Migration::withoutComments)
                .filter(statement -> !statement.isBlank())
                .toList();
        return new Migration(Integer.parseInt(matcher.group(1)), matcher.group(2), checksum(text), statements);
    }

    /** As people read it: {@code 0003 rollups}. */
    public String title() {
        return String.format("%04d %s", number, name);
    }

    private static String withoutComments(String statement) {
        return statement
                .lines()
                .filter(line -> !line.startsWith("--"))
                .collect(Collectors.joining("\n"))
                .strip();
    }

    private static String checksum(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, CHECKSUM_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256; this one says it has not.", e);
        }
    }

    private static String resource(String file) {
        try (InputStream in = Migration.class.getResourceAsStream(ROOT + file)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks " + ROOT + file + "; it was not built whole.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
