package io.fairlead.cli.edge;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.link.LinkTls;
import io.fairlead.schemas.telemetry.PoolType;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead agent}: one exit agent in the foreground. */
@Command(name = "agent", description = "Run an exit agent: dial the supernodes and send their users' requests on.")
public final class AgentCommand implements Callable<Integer> {

    private static final int LOOPS = 1;
    private static final long LOOPS_END_SECONDS_MAX = 5;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--exit-id",
            paramLabel = "ID",
            required = true,
            description = "Identity of this exit; its certificate must say the same.")
    private String exitId = "";

    @Option(
            names = "--supernodes",
            paramLabel = "HOST:PORT",
            split = ",",
            required = true,
            description = "Supernodes to dial; links go to them in turn.")
    private List<String> supernodes = List.of();

    @Option(
            names = "--certificate",
            paramLabel = "PEM",
            required = true,
            description = "Certificate chain of this exit.")
    private Path certificate = Path.of("");

    @Option(names = "--key", paramLabel = "PEM", required = true, description = "Private key of that certificate.")
    private Path key = Path.of("");

    @Option(
            names = "--authority",
            paramLabel = "PEM",
            required = true,
            description = "Certificate of the authority that the supernodes' must come from.")
    private Path authority = Path.of("");

    @Option(
            names = "--pool-type",
            paramLabel = "TYPE",
            defaultValue = "RESIDENTIAL",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private PoolType poolType = PoolType.RESIDENTIAL;

    @Option(
            names = "--consent",
            description = "The owner of this device and connection agrees to this use. Without it nothing is served.")
    private boolean consent;

    @Option(
            names = "--links",
            paramLabel = "N",
            defaultValue = "2",
            description = "Links to keep, 1 to 4 (default: ${DEFAULT-VALUE}).")
    private int links = 2;

    @Option(
            names = "--capacity",
            paramLabel = "N",
            defaultValue = "0",
            description = "Most requests at once (default: what is usual for the type).")
    private int capacityRequests;

    @Option(names = "--country", paramLabel = "CC", defaultValue = "", description = "ISO 3166-1 alpha-2, lower case.")
    private String country = "";

    @Option(names = "--asn", paramLabel = "N", defaultValue = "0", description = "Autonomous system of the connection.")
    private long asn;

    @Option(names = "--pools", paramLabel = "NAME", split = ",", description = "Pools it belongs to.")
    private List<String> pools = List.of();

    @Option(
            names = "--allow-destination",
            paramLabel = "PATTERN",
            split = ",",
            description = "Host, .suffix or CIDR, with optional :port, allowed beside public addresses.")
    private List<String> allowedDestinations = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (!consent) {
            throw new UserError(
                    "The owner's consent is not given: start the agent with --consent only if the owner of the device"
                            + " and of the connection has agreed to this use.");
        }
        AgentSettings settings = settings();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
        try (ExitAgent agent = ExitAgent.start(settings, tls(), loops)) {
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "agent runs: exit " + exitId + " dials " + String.join(", ", supernodes) + " with " + links
                            + " links",
                    Map.of("exit", exitId));
            Foreground.untilTerminated();
            agent.leave().get(settings.leaveGraceMs() + 1_000L, TimeUnit.MILLISECONDS);
            return 0;
        } finally {
            loops.shutdownGracefully(0, LOOPS_END_SECONDS_MAX, TimeUnit.SECONDS).await();
        }
    }

    private AgentSettings settings() {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (String supernode : supernodes) {
                addresses.add(address(supernode));
            }
            return AgentSettings.of(exitId, poolType, addresses)
                    .withConsent(consent)
                    .withLinks(links)
                    .withCapacityRequests(capacityRequests == 0 ? AgentSettings.capacityOf(poolType) : capacityRequests)
                    .withPlace(country, "", "", asn)
                    .withPools(pools)
                    .withAllowedDestinations(allowedDestinations);
        } catch (IllegalArgumentException e) {
            throw new UserError("The agent can't start: " + e.getMessage(), e);
        }
    }

    private SslContext tls() throws IOException {
        for (Path file : List.of(certificate, key, authority)) {
            if (!Files.isReadable(file)) {
                throw new UserError("The agent can't read " + file + "; `fairlead authority issue` makes such files.");
            }
        }
        try {
            return LinkTls.forAgent(certificate.toFile(), key.toFile(), authority.toFile());
        } catch (IllegalArgumentException e) {
            throw new UserError("The certificate, key or authority is no PEM as expected: " + e.getMessage(), e);
        }
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        try {
            if (colon < 1) {
                throw new NumberFormatException("no port");
            }
            return InetSocketAddress.createUnresolved(
                    text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw new UserError("The address " + text + " is not HOST:PORT.", e);
        }
    }
}
