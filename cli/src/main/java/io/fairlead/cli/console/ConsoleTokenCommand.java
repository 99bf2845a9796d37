package io.fairlead.cli.console;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.access.AccessToken;
import io.fairlead.dashboards.access.Role;
import io.fairlead.dashboards.access.TokenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead console token}. */
@Command(
        name = "token",
        description = "Who may log in to the console, and what he may do there.",
        subcommands = {ConsoleTokenCommand.Add.class, ConsoleTokenCommand.Show.class, ConsoleTokenCommand.Remove.class})
final class ConsoleTokenCommand {

    private static final Duration LONGEST = Duration.ofDays(400);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** What all three do: open the file, and say what came of it. */
    abstract static class OnTokens implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Option(
                names = "--console-tokens",
                paramLabel = "FILE",
                required = true,
                description = "File of the tokens; made if it is not there, and read by its user alone.")
        private Path file = Path.of("");

        @Spec
        private CommandSpec spec;

        @Override
        public final Integer call() {
            try {
                run(new TokenFile(file), spec.commandLine().getOut());
                return 0;
            } catch (IOException | IllegalArgumentException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
        }

        abstract void run(TokenFile tokens, PrintWriter out) throws IOException;

        final PrintWriter aside() {
            return spec.commandLine().getErr();
        }
    }

    /** {@code fairlead console token add}. */
    @Command(
            name = "add",
            description =
                    "Make a token and print it once; the file keeps its digest. In place of a former one of that name, whose sessions end.")
    static final class Add extends OnTokens {

        @Parameters(paramLabel = "NAME", description = "Whose it is: the author of what he changes.")
        private String name = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                defaultValue = "viewer",
                description = "viewer looks, operator changes, too (default: ${DEFAULT-VALUE}).")
        private Role role = Role.VIEWER;

        @Option(
                names = "--valid-for",
                paramLabel = "TIME",
                converter = Amounts.Time.class,
                defaultValue = "90d",
                description = "After which it lets nobody in, at most 400d (default: ${DEFAULT-VALUE}).")
        private Duration validFor = Duration.ofDays(90);

        @Override
        void run(TokenFile tokens, PrintWriter out) throws IOException {
            if (validFor.isZero() || validFor.compareTo(LONGEST) > 0) {
                throw new UserError("A token is good for up to " + LONGEST.toDays() + " days, not " + validFor + ".");
            }
            Instant endsAt = InstantSource.system().instant().plus(validFor).truncatedTo(ChronoUnit.SECONDS);
            out.println(tokens.add(name, role, endsAt));
            aside().println("for " + name + ", " + role + ", until " + endsAt + "; it is shown only now");
        }
    }

    /** {@code fairlead console token list}. */
    @Command(name = "list", description = "Who has a token, with which role, until when.")
    static final class Show extends OnTokens {

        @Override
        void run(TokenFile tokens, PrintWriter out) {
            List<AccessToken> all = tokens.tokens().stream()
                    .sorted(Comparator.comparing(AccessToken::name))
                    .toList();
            if (all.isEmpty()) {
                out.println("Nobody has a token in " + tokens.path() + ".");
            }
            Instant now = InstantSource.system().instant();
            all.forEach(token -> out.printf(
                    "%-24s %-9s %s %s%n",
                    token.name(), token.role(), token.hasEnded(now) ? "ended" : "until", token.endsAt()));
        }
    }

    /** {@code fairlead console token remove}. */
    @Command(name = "remove", description = "Take a token away; its sessions end with it.")
    static final class Remove extends OnTokens {

        @Parameters(paramLabel = "NAME", description = "Whose.")
        private String name = "";

        @Override
        void run(TokenFile tokens, PrintWriter out) throws IOException {
            if (!tokens.remove(name)) {
                throw new UserError("Nobody called '" + name + "' has a token in " + tokens.path() + ".");
            }
            out.println("The token of " + name + " is gone.");
        }
    }
}
