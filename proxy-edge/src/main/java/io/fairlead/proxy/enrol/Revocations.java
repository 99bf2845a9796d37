package io.fairlead.proxy.enrol;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.ExitIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * Which certificates of which exit are not renewed any more, in a directory of the authority: a file an exit, that says since
 * when. Edges learn the same from {@code config.exits}.
 */
public final class Revocations {

    private final Path directory;

    /** @param authority directory of the authority */
    public Revocations(Path authority) {
        this.directory = authority.resolve("revoked");
    }

    /** Certificates of this exit that were issued before are void. */
    public void revoke(String exitId, Instant issuedBefore) {
        LinkIdentity.write(directory.resolve(ExitIds.check(exitId)), issuedBefore + "\n", "rw-------");
    }

    /** Since when certificates of this exit count. */
    Instant countSince(String exitId) {
        Path file = directory.resolve(ExitIds.check(exitId));
        try {
            return Instant.parse(Files.readString(file).strip());
        } catch (NoSuchFileException e) {
            return Instant.MIN;
        } catch (IOException | DateTimeException e) {
            throw new UncheckedIOException(new IOException(
                    "the revocation in " + file + " can't be read: " + e.getMessage() + "; revoke the exit again", e));
        }
    }
}
