package io.fairlead.cli.relay;

import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.check.Findings;
import io.fairlead.cli.check.Needs;
import io.fairlead.cli.settings.HostPort;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.relay.FollowedCertificate;
import io.fairlead.relay.RelayServerEdge;
import io.fairlead.relay.RelayServerEdgeSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.leg.Upstream;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.AdmissionHook;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RoomAdmissions;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.SignedUrls;
import io.fairlead.schemas.config.RoomAdmission;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead relay server}: one relay server in the foreground. */
@Command(
        name = "server",
        description =
                "Run a relay server: take rooms from publishers and media servers, and give each once to each relay client.")
final class RelayServerCommand implements Callable<Integer> {

    private static final String CERTIFICATE_KIND = "relay-server";

    /** Who may watch rooms that leave it to the relay server. */
    enum Admit {
        OPEN,
        SIGNED,
        HOOK
    }

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private RelayOptions relay = new RelayOptions();

    @Option(
            names = "--address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8060",
            description =
                    "Where publishers connect, and viewers who are behind no relay client (default: ${DEFAULT-VALUE}).")
    private String address = "";

    @Option(
            names = "--link-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8460",
            description = "Where relay clients dial in (default: ${DEFAULT-VALUE}).")
    private String linkAddress = "";

    @Option(
            names = "--announce",
            paramLabel = "HOST:PORT",
            description =
                    "Where relay clients reach --link-address from elsewhere, for the plan of relays; default: --link-address, unless that is every address of this machine, which is announced to nobody.")
    private String announce = "";

    @Option(
            names = "--admin-address",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:9182",
            description = "Health and metrics; keep it off public addresses (default: ${DEFAULT-VALUE}).")
    private String adminAddress = "";

    @Option(
            names = "--room",
            paramLabel = "ROOM=DIGEST",
            split = ",",
            description =
                    "Rooms that may be published, with the SHA-256 of the key (fairlead room digest); what config.rooms says of a room counts more.")
    private List<String> rooms = List.of();

    @Option(
            names = "--unmergeable",
            paramLabel = "ROOM",
            split = ",",
            description = "Rooms that are made for each viewer, so that nobody may share a stream of them.")
    private List<String> unmergeable = List.of();

    @Option(
            names = "--media-server",
            paramLabel = "URL",
            description =
                    "Where rooms are asked for that nobody publishes here: http://HOST:PORT[/PREFIX], before /APP/ROOM.flv.")
    private @Nullable URI mediaServer;

    @Option(
            names = "--media-container",
            paramLabel = "CONTAINER",
            defaultValue = "FLV",
            description =
                    "${COMPLETION-CANDIDATES}: what the media server is asked for, by the suffix .flv or .ts (default: ${DEFAULT-VALUE}).")
    private Container mediaContainer = Container.FLV;

    @Option(
            names = "--upstream",
            paramLabel = "HOW",
            defaultValue = "STANDBY",
            description =
                    "${COMPLETION-CANDIDATES}: how many streams the media server is asked for (default: ${DEFAULT-VALUE}).")
    private Upstream upstream = Upstream.STANDBY;

    @Option(
            names = "--secondary-masters",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Spares of each room and relay client, whose streams are received and not sent (default: ${DEFAULT-VALUE}).")
    private int secondaryMasters = 1;

    @Option(
            names = "--admission",
            paramLabel = "WHO",
            defaultValue = "OPEN",
            description =
                    "${COMPLETION-CANDIDATES}: who may watch rooms that say nothing else (default: ${DEFAULT-VALUE}).")
    private Admit admission = Admit.OPEN;

    @Option(
            names = "--signing-key-file",
            paramLabel = "FILE",
            description = "File with the key that addresses are signed with; see fairlead relay sign.")
    private @Nullable Path signingKeyFile;

    @Option(
            names = "--admission-hook",
            paramLabel = "URL",
            description = "Service that is asked about each viewer: POST of room, query and address as a form.")
    private @Nullable URI admissionHook;

    @Parameters(
            arity = "0..1",
            paramLabel = RelayOptions.CHECK_CONFIG,
            description = "Only check the settings, certificates, addresses, directories and Kafka; changes nothing.")
    private String action = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (RelayOptions.onlyChecks(action, "relay server")) {
            return check();
        }
        try (RelayServerEdge edge = RelayServerEdge.start(settings())) {
            String admin = "http://" + HostPort.text(edge.adminAddress());
            Foreground.ready(
                    spec.commandLine().getOut(),
                    "relay server " + relay.edgeId() + ": publishers and viewers on http://"
                            + HostPort.text(edge.address()) + ", relay clients on "
                            + HostPort.text(edge.linkAddress()) + ", admin on " + admin,
                    Map.of(
                            "http", HostPort.text(edge.address()),
                            "link", HostPort.text(edge.linkAddress()),
                            "admin", admin));
            Foreground.untilTerminated();
            return 0;
        } catch (IOException e) {
            throw new UserError("The relay server can't start: " + e.getMessage(), e);
        }
    }

    private int check() {
        Findings findings = new Findings(spec.commandLine().getOut());
        findings.look("publishers and viewers on", () -> Needs.bindable(HostPort.here(address)));
        findings.look("relay clients on", () -> Needs.bindable(HostPort.here(linkAddress)));
        if (!announce.isEmpty()) {
            findings.look("announced as", this::announced);
        }
        findings.look("admin on", () -> Needs.bindable(HostPort.here(adminAddress)));
        relay.checkLink(findings, CERTIFICATE_KIND, () -> {
            certificate().close();
            return relay.key() + ", " + relay.authority();
        });
        findings.look("rooms", () -> {
            admissions(book());
            return terms().size() + " in the settings, watched by "
                    + (admission == Admit.OPEN ? "everybody" : "those whom " + admission + " admits");
        });
        URI media = mediaServer;
        if (media != null) {
            findings.look(
                    "media server", () -> PullSettings.of(media).mediaServer().toString());
        }
        relay.checkKafka(findings);
        return findings.end("relay server") == 0 ? 0 : 1;
    }

    private RelayServerEdgeSettings settings() throws IOException {
        RoomBook book = book();
        FollowedCertificate certificate = certificate();
        try {
            return new RelayServerEdgeSettings(
                    HostPort.here(address),
                    HostPort.here(adminAddress),
                    book,
                    admissions(book),
                    mediaServer == null ? null : PullSettings.of(mediaServer).withContainer(mediaContainer),
                    relay.server(),
                    RoomSettings.DEFAULTS,
                    new LinkPort(
                            HostPort.here(linkAddress),
                            certificate,
                            LongLinkSettings.DEFAULTS,
                            LegSettings.DEFAULTS.withUpstream(upstream, secondaryMasters),
                            book::mergeable),
                    announced(),
                    certificate,
                    relay.kit(RelayServerEdgeSettings.KIND, HostPort.here(adminAddress)));
        } catch (IllegalArgumentException e) {
            throw new UserError("The relay server can't start: " + e.getMessage() + ".", e);
        }
    }

    private String announced() {
        if (!announce.isEmpty()) {
            HostPort.elsewhere(announce);
        }
        return announce;
    }

    private RoomBook book() {
        try {
            return new RoomBook(terms());
        } catch (IllegalArgumentException e) {
            throw new UserError("--room: " + e.getMessage() + ".", e);
        }
    }

    private Map<String, RoomTerms> terms() {
        Map<String, RoomTerms> terms = new HashMap<>();
        Set<String> apart = Set.copyOf(unmergeable);
        for (String each : rooms) {
            int equals = each.indexOf('=');
            if (equals < 1) {
                throw new UserError("--room has '" + each
                        + "'; write ROOM=DIGEST, with the digest that `fairlead room digest` prints of the key.");
            }
            String room = each.substring(0, equals);
            terms.put(
                    room,
                    new RoomTerms(
                            List.of(each.substring(equals + 1)), RoomAdmission.EDGE, !apart.contains(room), Set.of()));
        }
        apart.forEach(room -> terms.putIfAbsent(room, new RoomTerms(List.of(), RoomAdmission.EDGE, false, Set.of())));
        return terms;
    }

    private RoomAdmissions admissions(RoomBook book) throws IOException {
        Path keyFile = signingKeyFile;
        try {
            return new RoomAdmissions(
                    book,
                    RoomAdmission.valueOf(admission.name()),
                    keyFile == null ? null : new SignedUrls(SignCommand.key(keyFile), InstantSource.system()),
                    admissionHook == null ? null : AdmissionHook.of(admissionHook));
        } catch (IllegalArgumentException e) {
            throw new UserError("The relay server can't say who may watch: " + e.getMessage() + ".", e);
        }
    }

    private FollowedCertificate certificate() {
        return relay.follow(CERTIFICATE_KIND, FollowedCertificate::ofServer);
    }
}
