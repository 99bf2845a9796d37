package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.relay.link.RelayNames;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead authority}. */
@Command(
        name = "authority",
        description = "Keep the authority that exits and supernodes trust each other by.",
        subcommands = {AuthorityCommand.Issue.class, AuthorityServeCommand.class, RevokeCommand.class})
public final class AuthorityCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** Whom a certificate is for. */
    enum Kind {
        EXIT,
        EDGE,
        RELAY_SERVER,
        RELAY_CLIENT;

        /** As the command line says it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** {@code fairlead authority issue}. */
    @Command(
            name = "issue",
            description =
                    "Issue a certificate; the authority itself is made at the first. Keep its folder off the edges.")
    static final class Issue implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Parameters(index = "0", paramLabel = "KIND", description = "exit, edge, relay-server or relay-client.")
        private Kind kind = Kind.EXIT;

        @Parameters(
                index = "1",
                paramLabel = "ID",
                description = "Exit id or edge id; of a relay client its identifier.")
        private String id = "";

        @Option(
                names = "--authority-directory",
                paramLabel = "DIR",
                required = true,
                description = "Where the authority's key and certificate are, or will be.")
        private Path authority = Path.of("");

        @Option(
                names = "--into",
                paramLabel = "DIR",
                required = true,
                description = "Where the certificate and its key are written.")
        private Path into = Path.of("");

        @Option(
                names = "--valid-hours",
                paramLabel = "N",
                defaultValue = "24",
                description = "How long it is valid (default: ${DEFAULT-VALUE}).")
        private int validHours = 24;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            if (validHours < 1) {
                throw new UserError("A validity of " + validHours + " hours ends before it begins; give at least 1.");
            }
            try {
                issue(Duration.ofHours(validHours)).save(into, id);
                spec.commandLine().getOut().println("issued for " + id + ", valid " + validHours + " h, in " + into);
                return 0;
            } catch (IllegalArgumentException | java.io.UncheckedIOException e) {
                throw new UserError("No certificate for " + id + ": " + e.getMessage(), e);
            }
        }

        private LinkIdentity issue(Duration validity) {
            return switch (kind) {
                case EXIT ->
                    LinkAuthority.openOrCreate(authority, InstantSource.system())
                            .issueAgent(id, validity);
                case EDGE ->
                    LinkAuthority.openOrCreate(authority, InstantSource.system())
                            .issueEdge(id, validity);
                case RELAY_SERVER ->
                    RelayNames.issueServer(
                            CertificateAuthority.openOrCreate(authority, InstantSource.system()), id, validity);
                case RELAY_CLIENT ->
                    RelayNames.issueClient(
                            CertificateAuthority.openOrCreate(authority, InstantSource.system()), id, validity);
            };
        }
    }
}
