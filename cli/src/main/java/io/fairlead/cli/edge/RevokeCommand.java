package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.config.WriteOptions;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.enrol.Revocations;
import io.fairlead.proxy.enrol.TokenBook;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.topics.Topics;
import java.io.UncheckedIOException;
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

/** {@code fairlead authority revoke}. */
@Command(
        name = "revoke",
        description =
                "Void the certificates and tokens that an exit has now: edges cut its links within seconds, the issuer"
                        + " renews nothing. A new token makes the exit anew.")
final class RevokeCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Parameters(paramLabel = "EXIT", description = "Its id.")
    private String exitId = "";

    @Option(
            names = "--authority-directory",
            paramLabel = "DIR",
            required = true,
            description = "Directory of the authority that `fairlead authority serve` serves.")
    private Path authority = Path.of("");

    @Option(
            names = "--issuer-only",
            description = "Tell only the issuer, not the edges: links stay until the certificate ends.")
    private boolean issuerOnly;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        InstantSource clock = InstantSource.system();
        Instant now = clock.instant();
        try {
            new Revocations(authority).revoke(exitId, now);
            new TokenBook(authority, clock).withdraw(exitId);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new UserError("Exit " + exitId + " is not revoked: " + e.getMessage(), e);
        }
        if (!issuerOnly) {
            new ConfigStore(kafka.client()).write(Topics.CONFIG_EXITS, exitId, write.attribution(), next -> {
                ExitOverride.Builder exit = next.present() == null
                        ? ExitOverride.newBuilder().setExitId(exitId)
                        : ExitOverride.newBuilder((ExitOverride) next.present().value());
                return exit.setNotBeforeMs(now.toEpochMilli())
                        .setAuthorship(next.authorship())
                        .build();
            });
        }
        spec.commandLine()
                .getOut()
                .println("certificates of exit " + exitId + " issued before " + now + " are revoked"
                        + (issuerOnly ? " at the issuer only." : "."));
        return 0;
    }
}
