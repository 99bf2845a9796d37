package io.fairlead.cli.relay;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.relay.server.SignedUrls;
import io.fairlead.schemas.rooms.RoomRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead relay sign}: the address by which a room may be watched for a while. */
@Command(name = "sign", description = "Sign the address of a room, for relay servers with the same key.")
final class SignCommand implements Callable<Integer> {

    private static final int KEY_BYTES_MAX = 4_096;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Parameters(paramLabel = "ROOM", description = "Its name, such as live/a.")
    private String room = "";

    @Option(
            names = "--signing-key-file",
            paramLabel = "FILE",
            required = true,
            description = "File with the key, at least 16 characters.")
    private Path keyFile = Path.of("");

    @Option(
            names = "--valid-s",
            paramLabel = "S",
            defaultValue = "3600",
            description = "How long it is good, seconds (default: ${DEFAULT-VALUE}).")
    private long validS = 3_600;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (!RoomRecords.isName(room) || validS < 1) {
            throw new UserError("Nothing is signed for the room '" + room + "' and " + validS
                    + " s; rooms are called like live/a, and the time must be at least 1.");
        }
        try {
            String query = new SignedUrls(key(keyFile), InstantSource.system())
                    .query(room, Instant.now().getEpochSecond() + validS);
            spec.commandLine().getOut().println("/" + room + ".flv?" + query);
            return 0;
        } catch (IllegalArgumentException e) {
            throw new UserError("Nothing is signed: " + e.getMessage() + ".", e);
        }
    }

    /** The key in a file, without the end of its line. */
    static String key(Path file) throws IOException {
        if (!Files.isReadable(file) || Files.size(file) > KEY_BYTES_MAX) {
            throw new UserError("The signing key " + file + " can't be read, or has more than " + KEY_BYTES_MAX
                    + " bytes; make one with: openssl rand -hex 32");
        }
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }
}
