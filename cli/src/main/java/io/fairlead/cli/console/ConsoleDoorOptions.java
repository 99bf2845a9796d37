package io.fairlead.cli.console;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.dashboards.access.AccessSettings;
import io.fairlead.dashboards.console.ConsoleDoor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who is let in to the console, and how. */
final class ConsoleDoorOptions {

    @Option(
            names = "--console-tokens",
            paramLabel = "FILE",
            description =
                    "Tokens that let people in (fairlead console token add). Without it everybody who reaches the console may look, and nobody change anything.")
    private @Nullable Path tokens;

    @Option(
            names = "--console-open",
            description = "Serve on an address that is not loopback without tokens: whoever reaches it sees the fleet.")
    private boolean open;

    @Option(
            names = "--console-certificate",
            paramLabel = "FILE",
            description = "Speak TLS by this chain of certificates, PEM.")
    private @Nullable Path certificate;

    @Option(names = "--console-key", paramLabel = "FILE", description = "Its key, PKCS #8 as PEM.")
    private @Nullable Path key;

    @Option(
            names = "--console-behind-tls",
            description = "A proxy before the console speaks TLS and keeps the Host header: cookies are for TLS alone.")
    private boolean behindTls;

    @Option(
            names = "--session-time",
            paramLabel = "TIME",
            converter = Amounts.Time.class,
            defaultValue = AccessSettings.SESSION_HOURS + "h",
            description = "After which one logs in again (default: ${DEFAULT-VALUE}).")
    private Duration sessionTime = Duration.ofHours(AccessSettings.SESSION_HOURS);

    @Option(
            names = "--sessions-max",
            paramLabel = "N",
            defaultValue = "" + AccessSettings.SESSIONS,
            description = "People who are logged in at once; then the oldest session ends (default: ${DEFAULT-VALUE}).")
    private int sessionsMax = AccessSettings.SESSIONS;

    @Option(
            names = "--failed-logins-max",
            paramLabel = "N",
            defaultValue = "" + AccessSettings.FAILURES,
            description = "Wrong tokens of one address within a minute; then it waits (default: ${DEFAULT-VALUE}).")
    private int failuresMax = AccessSettings.FAILURES;

    /**
     * @param host that the console listens on
     * @throws UserError when it would show the fleet, or tokens, to whoever reads along
     * @throws IllegalArgumentException as {@link AccessSettings} and {@link ConsoleDoor}
     */
    ConsoleDoor door(String host) {
        ConsoleDoor door = new ConsoleDoor(
                new AccessSettings(tokens, sessionTime, sessionsMax, failuresMax), certificate, key, behindTls);
        if (!isLoopback(host)) {
            refuseWhatNetworksSee(host);
        }
        return door;
    }

    private void refuseWhatNetworksSee(String host) {
        if (tokens == null && !open) {
            throw new UserError(
                    "Whoever reaches " + host
                            + " would see the fleet. Let people in by tokens (--console-tokens FILE), or say --console-open if that is meant.");
        }
        if (tokens != null && certificate == null && !behindTls) {
            throw new UserError(
                    "Tokens would cross the network to " + host
                            + " in the clear. Give --console-certificate and --console-key, or --console-behind-tls if a proxy before it speaks TLS.");
        }
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new UserError("The console can't listen on '" + host + "': that is no address of this machine.", e);
        }
    }
}
