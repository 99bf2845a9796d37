package io.fairlead.cli.edge;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.enrol.EnrolmentToken;
import io.fairlead.proxy.enrol.TokenBook;
import io.fairlead.proxy.link.LinkAuthority;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code enrol}: makes a token by which an agent becomes an exit. */
@Command(
        name = "enrol",
        description = "Print a token by which one agent, once, becomes this exit. It is a secret until it is used.")
public final class EnrolCommand implements Callable<Integer> {

    private static final Pattern TIME = Pattern.compile("([0-9]{1,6})([smhd])");
    private static final Duration LONGEST = Duration.ofDays(30);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Parameters(paramLabel = "EXIT", description = "Its id.")
    private String exitId = "";

    @Option(
            names = "--authority-directory",
            paramLabel = "DIR",
            required = true,
            description = "Directory of the authority that `fairlead authority serve` serves.")
    private Path authority = Path.of("");

    @Option(
            names = "--issuer",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8444",
            description = "Where agents reach the issuer; the token says it to them (default: ${DEFAULT-VALUE}).")
    private String issuer = "";

    @Option(
            names = "--valid-for",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How long the token can be used: 90s, 30m, 1h, 2d (default: ${DEFAULT-VALUE}).")
    private String validFor = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Duration time = time(validFor);
        try {
            InstantSource clock = InstantSource.system();
            LinkAuthority present = LinkAuthority.openOrCreate(authority, clock);
            EnrolmentToken token =
                    EnrolmentToken.create(exitId, issuer, present.certificate().getEncoded());
            new TokenBook(authority, clock).add(token, time);
            spec.commandLine().getOut().println(token.text());
            spec.commandLine()
                    .getErr()
                    .println("good for " + validFor + ", once: java -jar fairlead-agent.jar --enrol TOKEN --supernodes"
                            + " HOST:PORT --consent");
            return 0;
        } catch (IllegalArgumentException | UncheckedIOException | CertificateEncodingException e) {
            throw new UserError("No token for exit " + exitId + ": " + e.getMessage(), e);
        }
    }

    private static Duration time(String text) {
        Matcher form = TIME.matcher(text);
        if (form.matches()) {
            long count = Long.parseLong(form.group(1));
            Duration time =
                    switch (form.group(2)) {
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        case "h" -> Duration.ofHours(count);
                        default -> Duration.ofDays(count);
                    };
            if (!time.isZero() && time.compareTo(LONGEST) <= 0) {
                return time;
            }
        }
        throw new UserError("'" + text + "' is no time a token may be good for; give 1s to 30d, like 30m or 1h.");
    }
}
