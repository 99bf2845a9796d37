package io.fairlead.proxy.enrol;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.ExitIds;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that were handed out, in a directory of the authority: a file a token, named by the digest of its secret, so that
 * whoever reads the directory can't use one. The command that makes tokens and the issuer that takes them share it.
 *
 * <p>A token makes one exit, once, before it expires. The key that used it may ask again until then: an agent whose answer was
 * lost must not be locked out, and nobody else can use that key.
 */
public final class TokenBook {

    /** How long a token that is over is remembered, so that its refusal says why. */
    static final Duration REMEMBERED = Duration.ofDays(30);

    private static final String SUFFIX = ".token";

    private final Path directory;
    private final InstantSource clock;

    /** @param authority directory of the authority */
    public TokenBook(Path authority, InstantSource clock) {
        this.directory = authority.resolve("tokens");
        this.clock = clock;
    }

    private record Entry(String exitId, Instant expires, String usedByKey) {}

    /** Notes a token, which is good for so long. */
    public void add(EnrolmentToken token, Duration validFor) {
        forgetOld();
        write(
                EnrolmentToken.digest(token.secret()),
                new Entry(token.exitId(), clock.instant().plus(validFor), ""));
    }

    /**
     * Whom a secret makes.
     *
     * @param keyDigest digest of the key that asks
     * @throws RefusedException if it makes nobody, or nobody any more
     */
    String exitOf(String secret, String keyDigest) throws RefusedException {
        Entry entry = read(EnrolmentToken.digest(secret));
        if (entry == null) {
            throw new RefusedException(
                    IssuerRefusal.TOKEN_UNKNOWN, "this authority has made no such token; ask for a new one");
        }
        if (!entry.usedByKey.isEmpty() && !entry.usedByKey.equals(keyDigest)) {
            throw new RefusedException(
                    IssuerRefusal.TOKEN_USED,
                    "the token of exit " + entry.exitId
                            + " was used already; if that was not you, have the exit revoked, and ask for a new one");
        }
        if (!clock.instant().isBefore(entry.expires)) {
            throw new RefusedException(
                    IssuerRefusal.TOKEN_EXPIRED,
                    "the token of exit " + entry.exitId + " expired at " + entry.expires + "; ask for a new one");
        }
        return entry.exitId;
    }

    /** Notes that a key has used it. */
    void used(String secret, String keyDigest) throws RefusedException {
        String digest = EnrolmentToken.digest(secret);
        Entry entry = read(digest);
        if (entry == null) {
            throw new RefusedException(IssuerRefusal.TOKEN_UNKNOWN, "the token was withdrawn just now");
        }
        write(digest, new Entry(entry.exitId, entry.expires, keyDigest));
    }

    /** Withdraws what an exit has not used yet, and what it used and might use again. */
    public void withdraw(String exitId) {
        for (Path file : files()) {
            Entry entry = read(digestOf(file));
            if (entry != null && entry.exitId.equals(exitId)) {
                delete(file);
            }
        }
    }

    private void forgetOld() {
        Instant before = clock.instant().minus(REMEMBERED);
        for (Path file : files()) {
            Entry entry = read(digestOf(file));
            if (entry != null && entry.expires.isBefore(before)) {
                delete(file);
            }
        }
    }

    private List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the tokens in " + directory + " can't be listed: " + e.getMessage(), e);
        }
    }

    private static String digestOf(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private @Nullable Entry read(String digest) {
        Path file = directory.resolve(digest + SUFFIX);
        try {
            Properties values = new Properties();
            values.load(new StringReader(Files.readString(file)));
            String exitId = values.getProperty("exit", "");
            return new Entry(
                    ExitIds.check(exitId),
                    Instant.parse(values.getProperty("expires", "")),
                    values.getProperty("used-by-key", ""));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException | RuntimeException e) {
            throw new UncheckedIOException(new IOException(
                    "the token's file " + file + " can't be read: " + e.getMessage() + "; remove it", e));
        }
    }

    private void write(String digest, Entry entry) {
        String text = "exit=" + entry.exitId + "\nexpires=" + entry.expires + "\nused-by-key=" + entry.usedByKey + "\n";
        LinkIdentity.write(directory.resolve(digest + SUFFIX), text, "rw-------");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + file + ": " + e.getMessage(), e);
        }
    }
}
