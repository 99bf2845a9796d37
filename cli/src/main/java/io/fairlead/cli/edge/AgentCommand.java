package io.fairlead.cli.edge;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.edge.link.Sockets;
import io.fairlead.model.PoolType;
import io.fairlead.proxy.agent.AgentSettings;
import io.fairlead.proxy.agent.DialPath;
import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.agent.OwnerTerms;
import io.fairlead.proxy.agent.OwnerWatch;
import io.fairlead.proxy.enrol.AgentIdentity;
import io.fairlead.proxy.enrol.EnrolmentToken;
import io.fairlead.proxy.enrol.IssuerClient;
import io.fairlead.proxy.enrol.RefusedException;
import io.fairlead.proxy.enrol.Renewal;
import io.fairlead.proxy.link.LinkTls;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead agent}: one exit agent in the foreground. */
@Command(
        name = "agent",
        description = "Run an exit agent: dial the supernodes and send their users' requests on.",
        subcommands = {AgentSwitch.Pause.class, AgentSwitch.Resume.class, AgentSwitch.Status.class})
public final class AgentCommand implements Callable<Integer> {

    private static final int LOOPS = 1;
    private static final long LOOPS_END_SECONDS_MAX = 5;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private StateOption state = new StateOption();

    @Mixin
    private OwnerOptions owner = new OwnerOptions();

    @Option(
            names = "--enrol",
            paramLabel = "TOKEN",
            defaultValue = "",
            description =
                    "Become the exit that this token of `fairlead exits enrol` makes. Needed once; with an identity"
                            + " in the state directory it is left alone.")
    private String enrol = "";

    @Option(
            names = "--supernodes",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Supernodes to dial; links are spread over them.")
    private List<String> supernodes = List.of();

    @Option(
            names = "--exit-id",
            paramLabel = "ID",
            defaultValue = "",
            description = "Identity of this exit, if its certificate is given by file.")
    private String exitId = "";

    @Option(names = "--certificate", paramLabel = "PEM", description = "Certificate chain of this exit, by file.")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "PEM", description = "Private key of that certificate.")
    private @Nullable Path key;

    @Option(
            names = "--authority",
            paramLabel = "PEM",
            description = "Certificate of the authority that the supernodes' must come from, by file.")
    private @Nullable Path authority;

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
        if (supernodes.isEmpty()) {
            throw new UserError("No supernode is named to dial; say --supernodes HOST:PORT.");
        }
        RandomGenerator random = new SecureRandom();
        AgentIdentity identity = certificate == null ? identity() : null;
        AtomicReference<SslContext> tls = new AtomicReference<>(tls(identity));
        AgentSettings settings = settings(identity == null ? exitId : identity.exitId());
        EventLoopGroup loops = Sockets.loops(LOOPS, "agent");
        try (ExitAgent agent = ExitAgent.start(
                settings, tls::get, loops, DialPath.DIRECT, InstantSource.system(), System::nanoTime, random)) {
            Path directory = identity == null ? state.directory(settings.exitId()) : state.directory();
            OwnerWatch watch = OwnerWatch.start(agent, owner.watch(directory), InstantSource.system());
            Renewal renewal = identity == null ? null : renewal(identity, agent, tls, random);
            try {
                Foreground.ready(
                        spec.commandLine().getOut(),
                        "agent runs: exit " + settings.exitId() + " dials " + String.join(", ", supernodes) + " with "
                                + links + " links",
                        Map.of("exit", settings.exitId()));
                return untilOver(agent, settings);
            } finally {
                watch.close();
                if (renewal != null) {
                    renewal.close();
                }
            }
        } finally {
            loops.shutdownGracefully(0, LOOPS_END_SECONDS_MAX, TimeUnit.SECONDS).await();
        }
    }

    private static int untilOver(ExitAgent agent, AgentSettings settings) throws Exception {
        CountDownLatch over = Foreground.termination();
        agent.superseded().thenRun(over::countDown);
        over.await();
        agent.leave().get(settings.leaveGraceMs() + 1_000L, TimeUnit.MILLISECONDS);
        if (agent.superseded().isDone()) {
            throw new UserError("This agent has stopped: " + agent.superseded().join()
                    + ". An exit is one process; end the other one, or enrol this device as an exit of its own.");
        }
        return 0;
    }

    // ---- who it is

    private AgentIdentity identity() throws IOException {
        Path directory = state.directory();
        try {
            if (AgentIdentity.isIn(directory)) {
                return AgentIdentity.load(directory);
            }
            if (enrol.isEmpty()) {
                throw new UserError("This agent is no exit yet: no identity is in " + directory
                        + ". Ask the operator for a token and start it with --enrol TOKEN.");
            }
            return IssuerClient.enrol(EnrolmentToken.parse(enrol), directory).identity();
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new UserError("The agent can't start: " + e.getMessage() + ".", e);
        } catch (RefusedException e) {
            throw new UserError("The token is refused (" + e.reason() + "): " + e.getMessage() + ".", e);
        } catch (IOException e) {
            throw new UserError(
                    "The issuer can't be asked: " + e.getMessage() + ". Nothing is lost, try the same again.", e);
        }
    }

    private Renewal renewal(
            AgentIdentity identity, ExitAgent agent, AtomicReference<SslContext> tls, RandomGenerator random) {
        return Renewal.start(identity, state.directory(), InstantSource.system(), random, renewed -> {
            try {
                tls.set(LinkTls.forAgent(renewed.forLinks(), renewed.authority()));
                agent.identityChanged();
            } catch (IOException e) {
                throw new UncheckedIOException("the new certificate can't be used: " + e.getMessage(), e);
            }
        });
    }

    private SslContext tls(@Nullable AgentIdentity identity) throws IOException {
        if (identity != null) {
            return LinkTls.forAgent(identity.forLinks(), identity.authority());
        }
        Path chain = readable(certificate);
        Path secret = readable(key);
        Path trusted = readable(authority);
        try {
            return LinkTls.forAgent(chain.toFile(), secret.toFile(), trusted.toFile());
        } catch (IllegalArgumentException e) {
            throw new UserError("The certificate, key or authority is no PEM as expected: " + e.getMessage(), e);
        }
    }

    private static Path readable(@Nullable Path file) {
        if (file == null || !Files.isReadable(file)) {
            throw new UserError(
                    "The agent can't read " + (file == null ? "one of --certificate, --key, --authority" : file)
                            + "; `fairlead authority issue` makes such files, and with --enrol none is needed.");
        }
        return file;
    }

    private AgentSettings settings(String identity) {
        try {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (String supernode : supernodes) {
                addresses.add(address(supernode));
            }
            OwnerTerms terms = owner.terms();
            return AgentSettings.of(identity, poolType, addresses)
                    .withConsent(consent)
                    .withLinks(links)
                    .withCapacityRequests(capacityRequests == 0 ? AgentSettings.capacityOf(poolType) : capacityRequests)
                    .withPlace(country, "", "", asn)
                    .withPools(pools)
                    .withAllowedDestinations(allowedDestinations)
                    .withTerms(terms);
        } catch (IllegalArgumentException e) {
            throw new UserError("The agent can't start: " + e.getMessage(), e);
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
