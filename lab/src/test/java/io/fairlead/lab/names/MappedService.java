package io.fairlead.lab.names;

import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.Host;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.nameserver.NameServerEdge;
import io.fairlead.nameserver.NameServerEdgeSettings;
import io.fairlead.nameserver.map.MapSettings;
import io.fairlead.nameserver.server.NameServerSettings;
import io.fairlead.nameserver.tally.TallySettings;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import io.fairlead.relay.FixedCertificate;
import io.fairlead.relay.RelayClientEdge;
import io.fairlead.relay.RelayClientEdgeSettings;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * A whole service whose viewers are sent by a map: Kafka, both jobs on Flink, a name server with each of two delivery groups, a relay server with one room that ffmpeg publishes, and a relay client for each group. Group {@value #FAR} gets those
 * of whom nothing is known. What takes hours in production takes seconds.
 */
final class MappedService implements AutoCloseable {

    static final String ZONE = "fairlead.example";
    static final String ROOM = "live/a";
    static final String FAR = "far";
    static final String NEAR = "near";

    /** Hosts of the groups. */
    static final int FAR_HOST = 1;

    static final int NEAR_HOST = 2;

    private static final String KEY = "a-key-for-tests";
    private static final String JOBS = "io.fairlead.jobs.";
    private static final Duration VALID = Duration.ofHours(1);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final Path directory;
    private final KafkaProcess kafka;
    private final CertificateAuthority authority;
    private final int port;
    private final List<NameServerEdge> nameServers = new ArrayList<>();

    MappedService(Path directory) throws Exception {
        this.directory = directory;
        try {
            kafka = opened(KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults()));
            FlinkProcess flink =
                    opened(FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults()));
            createTopics();
            ResumableJobs jobs = new ResumableJobs(flink);
            List<String> common = List.of("--bootstrap-servers", kafka.bootstrap(), "--checkpoint-ms", "2000");
            jobs.submit(JobsJar.find(), JOBS + "resolvers.ResolverJob", more(common, "--look-ms", "500"), 1);
            jobs.submit(JobsJar.find(), JOBS + "map.MapJob", more(common, "--epoch-ms", "1000"), 1);

            authority = CertificateAuthority.create(InstantSource.system());
            RelayServer server = opened(relayServer());
            publish(server);
            port = relayClient(FAR, FAR_HOST, 0, server).getPort();
            relayClient(NEAR, NEAR_HOST, port, server);
            define();
            nameServers.add(opened(nameServer(FAR)));
            nameServers.add(opened(nameServer(NEAR)));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private static List<String> more(List<String> common, String... arguments) {
        List<String> all = new ArrayList<>(common);
        all.addAll(List.of(arguments));
        return all;
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    private void createTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrap()))) {
            admin.createTopics(Topics.all().stream()
                            .map(topic ->
                                    new NewTopic(topic.name(), topic.partitions(), (short) 1).configs(topic.settings()))
                            .toList())
                    .all()
                    .get();
        }
    }

    // ---- the room

    private RelayServer relayServer() throws Exception {
        return RelayServer.start(
                anywhere(),
                new RoomBook(Map.of(ROOM, RoomTerms.ofKey(RoomBook.digest(KEY)))),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                null,
                Admission.OPEN,
                new LinkPort(
                        anywhere(),
                        MutualTls.listening(
                                RelayNames.issueServer(authority, "server", VALID), authority.certificate()),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        room -> true),
                Reports.NONE,
                System::nanoTime);
    }

    private void publish(RelayServer server) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error"));
        line.addAll(List.of("-re", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10"));
        line.addAll(List.of("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "10"));
        line.addAll(List.of("-pix_fmt", "yuv420p", "-threads", "1", "-f", "flv"));
        line.add("http://127.0.0.1:" + server.address().getPort() + "/" + ROOM + "?key=" + KEY);
        Process publishing = new ProcessBuilder(line).inheritIO().start();
        open.add(() -> publishing.destroyForcibly().waitFor());
    }

    private InetSocketAddress relayClient(String group, int host, int onPort, RelayServer server) throws Exception {
        String id = edge(group);
        RelayClientEdge edge = opened(RelayClientEdge.start(new RelayClientEdgeSettings(
                new ClientSettings(
                        id,
                        new InetSocketAddress(DistantHosts.home(host), onPort),
                        List.of(Objects.requireNonNull(server.linkAddress())),
                        MutualTls.dialling(
                                RelayNames.issueClient(authority, id, VALID),
                                authority.certificate(),
                                RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS,
                        RoomSettings.DEFAULTS),
                anywhere(),
                group,
                "",
                new FixedCertificate(id, Instant.now().plus(VALID)),
                null,
                kit(id, RelayClientEdgeSettings.KIND))));
        return edge.address();
    }

    private static String edge(String group) {
        return "rc-" + group;
    }

    // ---- the names

    private void define() {
        ConfigStore store = new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap()));
        define(store, FAR, FAR_HOST, 1);
        define(store, NEAR, NEAR_HOST, 2);
        MapPolicy usual = MapPolicy.defaults();
        store.write(
                Topics.CONFIG_POLICIES,
                "map/default",
                Attribution.of("test", "seconds pass for hours"),
                next -> PolicyRecords.write(
                        new MapPolicy(
                                Scope.GLOBAL,
                                0,
                                usual.halfLifeMs(),
                                usual.minCount(),
                                usual.sigmas(),
                                0,
                                usual.hysteresisMs(),
                                usual.hysteresisShare(),
                                1,
                                usual.shedFromShare(),
                                1_000,
                                0,
                                usual.haltRegretMs()),
                        next.authorship()));
    }

    private void define(ConfigStore store, String group, int host, int rank) {
        store.write(Topics.CONFIG_GROUPS, group, Attribution.of("test", "a group"), next -> DeliveryGroup.newBuilder()
                .setGroupId(group)
                .setAuthorship(next.authorship())
                .setAddresses(List.of(new DeliveryAddress(DistantHosts.away(host), edge(group))))
                .setCapacityBitsPerSecond(1_000_000_000)
                .setProbePort(port)
                .setDefaultRank(rank)
                .build());
    }

    private NameServerEdge nameServer(String group) throws Exception {
        Zone zone = Objects.requireNonNull(Zone.parse("""
                $ORIGIN fairlead.example.
                $TTL 300
                @ SOA ns hostmaster 1 1h 15m 1w 60
                  NS ns
                ns A 127.0.0.1
                $MAPPED watch 20
                $MAPPED *.watch 20
                $BEACON *.beacon
                """, null).zone());
        return NameServerEdge.start(
                new NameServerEdgeSettings(
                        List.of(anywhere()),
                        NameServerSettings.DEFAULTS
                                .withUdpSockets(1)
                                .withRate(0, 0)
                                .withExplainTo(List.of(AddressPrefix.parse("127.0.0.0/8"))),
                        MapSettings.DEFAULTS,
                        TallySettings.DEFAULTS.withIntervalMs(500),
                        kit("ns-" + group, NameServerEdgeSettings.KIND)),
                new Zones(List.of(zone)));
    }

    private EdgeKitSettings kit(String id, String kind) {
        return EdgeKitSettings.of(id, kind, "test", kafka.bootstrap(), directory.resolve(id));
    }

    private static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    // ---- what others need of it

    String bootstrap() {
        return kafka.bootstrap();
    }

    /** The name server that stands with group {@value #FAR}, and that with group {@value #NEAR}. */
    InetSocketAddress questions(String group) {
        return nameServers.get(group.equals(FAR) ? 0 : 1).addresses().get(0);
    }

    /** What stands on the topic of the map: entries by their prefixes, and the state of the whole. */
    Map<String, SpecificRecord> map() {
        Map<String, SpecificRecord> all = new TreeMap<>();
        new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap()))
                .read(Topics.DECISIONS_MAP)
                .forEach((key, entry) -> all.put(key, entry.value()));
        return all;
    }

    /** Questions that this name server has counted, by its own metrics. */
    long counted(String group) throws IOException {
        NameServerEdge of = nameServers.get(group.equals(FAR) ? 0 : 1);
        URI metrics = URI.create("http://127.0.0.1:" + of.adminAddress().getPort() + "/metrics");
        try (InputStream in = metrics.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("fairlead_dns_questions_total{transport=\"udp\"}"))
                    .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
        }
    }

    /** Port of both relay clients. */
    int port() {
        return port;
    }

    @Override
    public void close() throws Exception {
        Collections.reverse(open);
        List<Host> hosts = new ArrayList<>();
        for (AutoCloseable each : open) {
            if (each instanceof Host host) {
                hosts.add(host);
            } else {
                each.close();
            }
        }
        Host.closeAll(hosts);
    }
}
