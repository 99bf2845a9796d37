package io.fairlead.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.cli.Fairlead;
import io.fairlead.cli.UserError;
import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.proxy.link.LinkAuthority;
import io.fairlead.relay.FixedCertificate;
import io.fairlead.relay.RelayServerEdge;
import io.fairlead.relay.RelayServerEdgeSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.schemas.decisions.Bounded;
import io.fairlead.schemas.decisions.CanaryArm;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.WireEncoder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators say by {@code fairlead policy}, {@code tenant}, {@code room} and {@code exits}, on a real broker. */
@Tag("loop")
class ConfigCommandsTest {

    private static final String NOBODY = "127.0.0.1:9";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static KafkaProcess kafka;
    private static Path keys;
    private static Run checkedWithoutTopics;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        kafka = KafkaProcess.start(
                directory.resolve("kafka"), KafkaProcess.Options.defaults().withQuickStart());
        keys = directory.resolve("keys");
        LinkAuthority authority = LinkAuthority.openOrCreate(keys, InstantSource.system());
        authority.issueEdge("edge-1", Duration.ofHours(5)).save(keys, "edge-1");
        checkedWithoutTopics = check(kafka.bootstrap());
        assertThat(on("topics", "apply").status).isZero();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void aPolicyIsSetSeenChangedAndTakenBackAndAllOfItIsHistory() {
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("\"psiMs\"");
        Run set = on("policy", "set", "quality/type:mobile", "psiMs=300", "--author=ann", "--reason=slow networks");
        assertThat(set.err).isEmpty();
        assertThat(set.out).contains("quality/type:mobile is now revision 1", "psiMs", "300");
        assertThat(on("policy", "list").out).contains("quality/type:mobile", "by ann", "slow networks");
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("300");

        Run late =
                on("policy", "set", "quality/type:mobile", "psiMs=200", "--author=bob", "--reason=no", "--revision=0");
        assertThat(late.status).isEqualTo(1);
        assertThat(late.err).contains("Revision 1 of quality/type:mobile is there, not 0");
        assertThat(on("policy", "get", "quality/type:mobile").out).contains("300");

        assertThat(on("policy", "reset", "quality/type:mobile", "--author=bob", "--reason=over").out)
                .contains("is taken back");
        assertThat(on("policy", "list").out).doesNotContain("quality/type:mobile");
        assertThat(on("policy", "history", "quality/type:mobile")
                        .out
                        .lines()
                        .filter(line -> line.startsWith("revision")))
                .hasSize(2)
                .anyMatch(line -> line.contains("by ann: slow networks"))
                .anyMatch(line -> line.contains("by bob: over (taken back)"));
    }

    @Test
    void aPolicyGoesBackToAnEarlierRevisionAndWhatDiffersIsSaid() {
        on("policy", "set", "quality/type:datacenter", "psiMs=300", "--author=ann", "--reason=slow");
        on("policy", "set", "quality/type:datacenter", "psiMs=200", "gamma=3", "--author=bob", "--reason=slower");
        assertThat(on("policy", "diff", "quality/type:datacenter", "1", "2").out)
                .contains("revision 1 → revision 2", "psiMs: 300.0 → 200.0", "gamma: ");
        assertThat(on("policy", "diff", "quality/type:datacenter").out).contains("default → revision 2");
        assertThat(on("policy", "diff", "quality/type:datacenter", "9").err).contains("knows no revision 9", "[1, 2]");
        assertThat(on("policy", "set", "quality/type:datacenter", "psiMs=100", "--dry-run").out)
                .contains("would be accepted", "psiMs: 200.0 → 100.0");

        assertThat(on("policy", "rollback", "quality/type:datacenter", "--author=ann", "--reason=too slow").out)
                .contains("as in revision 1 again: revision 3", "psiMs: 200.0 → 300.0");
        assertThat(on("policy", "rollback", "quality/type:datacenter", "--to=0", "--reason=all of it").out)
                .contains("revision 4", "(taken back)");
        assertThat(on("policy", "rollback", "quality/type:datacenter", "--to=0", "--reason=again").err)
                .contains("is not set, as in revision 0");
        assertThat(on("policy", "rollback", "quality/pool:nobody", "--reason=x").err)
                .contains("was never changed");
        assertThat(on("policy", "history", "quality/type:datacenter").out)
                .contains("revision 3", "too slow", "  psiMs: 200.0 → 300.0", "(taken back)");
        assertThat(on("policy", "set", "quality/type:datacenter", "psiMs=1", "--reason= ").err)
                .contains("Say why: --reason");
    }

    @Test
    void aPolicyIsTriedOnAShareOfExitsAndPromotedOrStopped() throws Exception {
        String key = "quality/type:residential";
        assertThat(on("policy", "canary", "list").out).contains("No policy is being tried.");
        assertThat(on("policy", "canary", "start", key, "psiMs=300", "--share=0", "--reason=x").err)
                .contains("share is 0 but must be between 0.01 and 0.5");
        assertThat(on("policy", "canary", "start", key, "psiMs=300", "--share=60%", "--time=20w", "--reason=x").err)
                .contains("'20w' is no time");
        assertThat(on("policy", "canary", "start", key, "psiMs=0", "--share=60%", "--baseline=0s", "--reason=x").err)
                .contains("share is 0.6", "baselineMs is 0", "psiMs is 0");
        assertThat(on("policy", "canary", "start", "pool/default", "healthMargin=0.9", "--reason=x").err)
                .contains("healthMargin is 0.9");
        assertThat(on("policy", "canary", "start", "pool/pool:homes", "healthMargin=0.1", "--reason=x").err)
                .contains("pool/pool:homes can have no canary", "pool:homes is no more than one; use pool/default");
        assertThat(on("policy", "canary", "start", "map/default", "sigmas=2", "--reason=x").err)
                .contains("map/default can have no canary", "'map' is decided of neither", "rolled out to 1, 5, 25");
        assertThat(on("policy", "canary", "start", "pool/default", "healthMargin=0.1", "--reason=x").out)
                .contains("20.0 % of the pools are decided by", "healthMargin: 0.02 → 0.1");
        assertThat(on("policy", "canary", "show", "pool/default").out).contains("the pool job has not taken it up yet");
        assertThat(on("policy", "canary", "stop", "pool/default", "--reason=x").out)
                .contains("The canary of pool/default is stopped");
        assertThat(on("policy", "canary", "start", "quality/class:shop", "psiMs=300", "--reason=x").err)
                .contains("the scope class:shop is only a part of what they do; use default or type:NAME");
        assertThat(on("policy", "canary", "stop", key, "--reason=x").err).contains("No canary of " + key);
        assertThat(on("policy", "canary", "show", key).err).contains("No canary of " + key + " was ever started");

        Run start = on("policy", "canary", "start", key, "psiMs=300", "--author=ann", "--reason=slow networks");
        assertThat(start.err).isEmpty();
        assertThat(start.out).contains("20.0 % of the exits", "psiMs: 150.0 → 300.0", "baseline of 120 s, for 900 s");
        assertThat(on("policy", "canary", "start", key, "psiMs=200", "--author=bob", "--reason=no").err)
                .contains("A canary of " + key + " is running, by ann: \"slow networks\"", "stop it first");
        assertThat(on("policy", "get", key).out).as("nothing is set").contains("\"psiMs\" : 150.0");
        assertThat(on("policy", "canary", "show", key).out)
                .contains("by ann: slow networks", "psiMs: 150.0 → 300.0", "has not taken it up yet");
        assertThat(on("policy", "canary", "list").out).contains(key, "slow networks");
        assertThat(on("policy", "canary", "promote", key, "--reason=good").err)
                .contains("has not held: it stands at baseline", "say --force");

        say(key, CanaryStage.ROLLED_BACK, "success fell by 7.0 points");
        assertThat(on("policy", "canary", "show", key).out)
                .contains("rolled back by itself since", "success fell by 7.0 points", "its exits     3 exits");
        assertThat(on("policy", "canary", "promote", key, "--force", "--reason=good").err)
                .contains("was rolled back: success fell by 7.0 points", "fairlead policy set");
        assertThat(on("policy", "canary", "start", key, "psiMs=250", "--author=ann", "--reason=less").err)
                .as("that one has ended")
                .isEmpty();

        say(key, CanaryStage.HELD, "within what is borne");
        Run promoted = on("policy", "canary", "promote", key, "--author=ann", "--reason=it held");
        assertThat(promoted.err).isEmpty();
        assertThat(promoted.out).contains(key + " is now revision 1", "psiMs: 150.0 → 250.0");
        assertThat(on("policy", "get", key).out).contains("\"psiMs\" : 250.0");
        assertThat(on("policy", "canary", "list").out).contains("No policy is being tried.");
        assertThat(on("policy", "canary", "show", key).out).contains("none is tried now", "held");

        assertThat(on("policy", "canary", "start", key, "psiMs=300", "--reason=more").out)
                .contains("psiMs: 250.0 → 300.0");
        assertThat(on("policy", "canary", "stop", key, "--reason=enough").out).contains("is stopped");
        assertThat(on("policy", "reset", key, "--reason=over").err).isEmpty();

        Run history = on("policy", "history", "canary/" + key);
        assertThat(history.err).isEmpty();
        assertThat(history.out)
                .contains("revision 1", "by ann: slow networks", "psiMs: 150.0 → 300.0", "enough (taken back)");
        assertThat(on("policy", "history", "canary/map/default").err)
                .contains("'canary/map/default': a canary decides a share of exits");
    }

    /** As the job would, of the canary that is there. */
    private static void say(String policyKey, CanaryStage stage, String reason) throws Exception {
        ConfigEntry canary = new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap()))
                .read(Topics.CONFIG_POLICIES)
                .get(CanaryRecords.key(policyKey));
        CanaryArm arm = new CanaryArm(3, 400L, 300L, 0.95, 0.88, 40.0, 45.0);
        CanaryVerdict verdict = CanaryVerdict.newBuilder()
                .setPolicyKey(policyKey)
                .setVersion(new DecisionVersion(1L, canary.offset()))
                .setIssuedAtMs(1)
                .setPolicyVersion(canary.offset())
                .setStage(stage)
                .setStageSinceMs(1)
                .setReason(reason)
                .setAuthor("ann")
                .setShare(0.2)
                .setCanary(arm)
                .setControl(arm)
                .setSuccessChange(new Bounded(-0.07, -0.1, -0.03, 300.0))
                .setLatencyRatio(new Bounded(1.1, 0.9, 1.3, 300.0))
                .build();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrap()), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.DECISIONS_CANARIES.name(),
                            policyKey.getBytes(StandardCharsets.UTF_8),
                            WireEncoder.encode(verdict)))
                    .get();
        }
    }

    @Test
    void ofTwoWritersAtTheSameMomentTheLoserHearsWhoWonAndWhatStands() {
        ConfigStore store = new ConfigStore(Map.of("bootstrap.servers", kafka.bootstrap()));
        String key = "quality/pool:contested";
        assertThatThrownBy(() -> store.write(Topics.CONFIG_POLICIES, key, Attribution.of("ann", "mine"), next -> {
                    on("policy", "set", key, "psiMs=222", "--author=bob", "--reason=faster");
                    return quality(next, 111);
                }))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("nothing of yours was written: bob has changed " + key)
                .hasMessageContaining("(\"faster\"). Revision 1, version ")
                .hasMessageContaining("--revision 1.");
        assertThat(on("policy", "get", key).out).contains("222");

        AtomicBoolean between = new AtomicBoolean(true);
        ConfigStore.Change change =
                store.write(Topics.CONFIG_POLICIES, key, Attribution.of("ann", "still mine"), next -> {
                    if (between.getAndSet(false)) {
                        on("policy", "set", "quality/pool:another", "psiMs=5", "--author=bob", "--reason=else");
                    }
                    return quality(next, 111);
                });
        assertThat(change.revision())
                .as("who writes something else is no reason to give up")
                .isEqualTo(2);
        assertThat(on("policy", "history", key).out.lines().filter(line -> line.startsWith("revision")))
                .hasSize(2);
    }

    private static SpecificRecord quality(ConfigStore.Next next, double psiMs) {
        return PolicyRecords.write(
                QualityPolicy.defaults()
                        .withScope(Scope.ofPool("contested"), 0)
                        .withReferences(psiMs, QualityPolicy.defaults().omegaMs()),
                next.authorship());
    }

    @Test
    void aPolicyOutOfItsBoundsIsRefusedWithItsValueAndNothingIsWritten() {
        Run set = on("policy", "set", "quality/type:isp", "gamma=17", "--reason=a slip");
        assertThat(set.status).isEqualTo(1);
        assertThat(set.err)
                .contains("quality/type:isp would not be accepted", "gamma", "17")
                .doesNotContain("\tat ");
        assertThat(on("policy", "history", "quality/type:isp").out).contains("was never changed");
    }

    @Test
    void aFieldThatThereIsNotIsNamed() {
        Run set = on("policy", "set", "quality/type:isp", "gama=1", "--reason=a slip");
        assertThat(set.status).isEqualTo(1);
        assertThat(set.err).contains("gama").doesNotContain("\tat ");
    }

    @Test
    void aTenantIsAddedChangedAndRemovedWithoutItsSecretBeingShown() {
        String hash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        Run set = on("tenant", "set", "acme", "--secret-hash=" + hash, "--pools=residential", "--reason=new");
        assertThat(set.err).isEmpty();
        assertThat(set.status).isZero();
        assertThat(on("tenant", "set", "acme", "--max-in-flight=7", "--reason=as agreed").status)
                .isZero();
        Run list = on("tenant", "list");
        assertThat(list.out).contains("acme", "residential", "7").doesNotContain(hash);
        assertThat(on("tenant", "remove", "acme", "--reason=gone").status).isZero();
        assertThat(on("tenant", "list").out).doesNotContain("acme");
    }

    @Test
    void aRoomsKeyCountsAtARelayServerThatRunsUntilItIsTakenAway(@TempDir Path data) throws Exception {
        CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        RoomBook book = new RoomBook(Map.of());
        LinkIdentity identity = RelayNames.issueServer(authority, "rs-1", Duration.ofHours(1));
        LinkPort links = new LinkPort(
                any,
                MutualTls.listening(identity, authority.certificate()),
                LongLinkSettings.DEFAULTS,
                LegSettings.DEFAULTS,
                book::mergeable);
        try (RelayServerEdge edge = RelayServerEdge.start(new RelayServerEdgeSettings(
                any,
                any,
                book,
                Admission.OPEN,
                null,
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                links,
                "",
                new FixedCertificate("rs-1", Instant.now().plusSeconds(3_600)),
                EdgeKitSettings.of("rs-1", RelayServerEdgeSettings.KIND, "test", kafka.bootstrap(), data)))) {
            Run set = on("room", "set", "live/x", "--new-key", "--renditions=720p", "--reason=a new room");
            assertThat(set.err).isEmpty();
            String key = set.out.replaceAll("(?s).*Its key is ([0-9a-f]+) .*", "$1");
            assertThat(on("room", "list").out)
                    .contains("live/x", "1 keys, admission edge, mergeable, renditions [720p]")
                    .doesNotContain(key);
            await().atMost(PATIENCE).until(() -> book.mayPublish("live/x", key) && book.mayPublish("live/x/720p", key));
            try (Socket publisher =
                    new Socket(edge.address().getAddress(), edge.address().getPort())) {
                publisher.setSoTimeout((int) PATIENCE.toMillis());
                publisher
                        .getOutputStream()
                        .write(("POST /live/x?key=" + key
                                        + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nFLV\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(on("room", "remove", "live/x", "--reason=over").status)
                        .isZero();
                String answer = new String(publisher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).startsWith("HTTP/1.1 401").contains("the key for the room live/x is no longer good");
            }
            Run wrong = on("room", "set", "live", "--key-digests=abc", "--reason=a slip");
            assertThat(wrong.status).isEqualTo(1);
            assertThat(wrong.err).contains("room is 'live'", "has 'abc'").doesNotContain("\tat ");
        }
    }

    @Test
    void aPoolIsAskedForChangedAndDeletedWhenNobodyUsesItAnyMore() {
        Run create =
                on("pool", "create", "res-fr", "--wanted=50", "countries=[\"fr\"]", "minQuality=60", "--reason=new");
        assertThat(create.err).isEmpty();
        assertThat(create.out).contains("Pool res-fr is now revision 1");
        assertThat(on("pool", "list").out).contains("res-fr", "50 members wanted; nothing is decided yet");
        assertThat(on("pool", "show", "res-fr").out).contains("\"minQuality\" : 60.0", "Nothing is decided of it yet");

        Run million = on("pool", "create", "giant", "--wanted=1000000", "--reason=more");
        assertThat(million.status).isEqualTo(1);
        assertThat(million.err)
                .contains("wantedMembers is 1000000", "at most 50000")
                .doesNotContain("\tat ");
        Run nobody = on("pool", "create", "p2", "--wanted=5", "owner=nobody", "sibling=none", "--reason=a slip");
        assertThat(nobody.err).contains("no such tenant", "no such pool");
        Run late = on("pool", "create", "res-fr", "wantedMembers=40", "--reason=no", "--revision=0");
        assertThat(late.err).contains("Revision 1 of res-fr is there, not 0");
        assertThat(on("pool", "create", "res-fr", "wantedMembers=40", "--reason=less", "--revision=1").out)
                .contains("wantedMembers: 50 → 40");

        String hash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        on("tenant", "set", "user-of-pool", "--secret-hash=" + hash, "--pools=res-fr", "--reason=new");
        assertThat(on("pool", "delete", "res-fr", "--reason=over").err)
                .contains("Pool res-fr is in use", "is used by tenant user-of-pool");
        on("tenant", "remove", "user-of-pool", "--reason=gone");
        assertThat(on("pool", "delete", "res-fr", "--reason=over").out).contains("is deleted");
        assertThat(on("pool", "history", "res-fr").out.lines())
                .hasSize(4)
                .contains("  wantedMembers: 50 → 40")
                .last()
                .asString()
                .contains("(deleted)");
        assertThat(on("pool", "why", "res-fr").out).contains("Nothing is told of changes in pool res-fr");
    }

    @Test
    void aPoolIsExclusiveForDomainsAsTheyAreWrittenByPeople() {
        Run create = on(
                "pool",
                "create",
                "for-shops",
                "--wanted=5",
                "--exclusive-for=Shop.Example.,münchen.example",
                "--exclusive-until=2126-12-01T00:00:00Z",
                "--reason=new");
        assertThat(create.err).isEmpty();
        assertThat(on("pool", "list").out.lines()).anySatisfy(line -> assertThat(line)
                .contains("for-shops")
                .endsWith("exclusive for shop.example, xn--mnchen-3ya.example until 2126-12-01T00:00:00Z"));
        assertThat(on("pool", "show", "for-shops").out).contains("\"exclusiveDomains\" : [ \"shop.example\"");
        assertThat(on("pool", "create", "for-web", "--wanted=5", "--exclusive-for=www.shop.example", "--reason=x").out)
                .contains("Note: pool 'for-shops' is exclusive for shop.example, too: no exit will be in both.");
        Run wrong = on("pool", "create", "bad", "--wanted=5", "--exclusive-for=203.0.113.7,com", "--reason=x");
        assertThat(wrong.status).isEqualTo(1);
        assertThat(wrong.err)
                .contains(
                        "exclusiveDomains is '203.0.113.7' but must be a domain name such as shop.example; name a domain without port",
                        "exclusiveDomains is 'com'")
                .doesNotContain("\tat ");
        assertThat(on("pool", "create", "for-web", "exclusive=false", "--reason=x").err)
                .contains("exclusiveDomains is [www.shop.example] but must be empty in a pool that is not exclusive");
        on("pool", "create", "for-web", "exclusiveDomains=[]", "--reason=all of it");
        assertThat(on("pool", "history", "for-web").out).contains("  exclusiveDomains: [\"www.shop.example\"] → []");
        on("pool", "delete", "for-web", "--reason=over");
        on("pool", "delete", "for-shops", "--reason=over");
    }

    @Test
    void anExitIsTakenOutAndLetInAgain() {
        assertThat(on("exits", "kill", "exit-07", "--reason=abuse").status).isZero();
        assertThat(on("exits", "list").out.lines()).anyMatch(line -> line.matches("exit-07 +killed .*abuse.*"));
        assertThat(on("exits", "admit", "exit-07", "--reason=clean").status).isZero();
        assertThat(on("exits", "list").out.lines()).anyMatch(line -> line.matches("exit-07 +admitted .*clean.*"));
        assertThat(on("exits", "consent", "exit-07", "--withdraw", "--reason=asked").out)
                .contains("without its owner's consent");
        assertThat(on("exits", "show", "exit-07").out).contains("\"consentWithdrawn\" : true", "Nothing is decided");
        assertThat(on("exits", "consent", "exit-07", "--give", "--reason=asked").status)
                .isZero();
        assertThat(on("exits", "show", "nobody").err).contains("nobody", "fairlead exits list");
    }

    @Test
    void aListOfProxiesIsImportedOnceAndItsPasswordsStayOutOfKafka(@TempDir Path directory) throws Exception {
        Path list = directory.resolve("list");
        Path secrets = directory.resolve("secrets");
        Files.writeString(list, """
                # ours
                192.0.2.1:3128
                192.0.2.1:3128

                gate.example:7000:bob-us:hunter2
                socks5://al:p%40ss@[2001:db8::7]:1080
                """);
        String[] how = {
            "exits",
            "import",
            list.toString(),
            "--pools=residential",
            "--type=residential",
            "--country=us",
            "--secrets-file=" + secrets,
            "--reason=moved over"
        };
        Run dry = on(how, "--dry-run");
        assertThat(dry.err).isEmpty();
        assertThat(dry.out)
                .contains(
                        "+ up-192.0.2.1-3128 http://192.0.2.1:3128",
                        "http://bob-us@gate.example:7000",
                        "Would name or change 3 of 3")
                .doesNotContain("hunter2");
        assertThat(secrets).doesNotExist();
        assertThat(on("exits", "list").out).doesNotContain("192.0.2.1");

        Run first = on(how);
        assertThat(first.out).contains("Named or changed 3 of 3 proxies, 2 passwords; 1 lines repeat");
        assertThat(Files.readString(secrets)).contains("=hunter2\n", "=p@ss\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rw-------");
        Run shown = on("exits", "list");
        assertThat(shown.out)
                .contains("http://192.0.2.1:3128", "pools residential", "moved over")
                .doesNotContain("hunter2");
        String gate = shown.out
                .lines()
                .filter(line -> line.contains("gate.example"))
                .findFirst()
                .orElseThrow()
                .split(" ")[0];
        assertThat(on("exits", "show", gate).out)
                .contains("\"secretReference\" : \"file:secrets#" + gate + "\"")
                .doesNotContain("hunter2");

        assertThat(on(how).out).contains("Named or changed 0 of 3 proxies, 0 passwords");
        assertThat(on("exits", "kill", gate, "--reason=abuse").status).isZero();
        assertThat(on(how, "--capacity=5").out).contains("Named or changed 3 of 3", "upstream.capacityRequests: 0 → 5");
        assertThat(on("exits", "list").out.lines()).anyMatch(line -> line.matches(gate + " +killed .*"));
    }

    @Test
    void aListWithABadLineIsNotImportedUnlessToldTo(@TempDir Path directory) throws Exception {
        Path list = directory.resolve("list");
        Files.writeString(list, "192.0.2.9:3128\nnonsense\nbob:s3cr3t@:80\n");
        String[] how = {"exits", "import", list.toString(), "--pools=a", "--prefix=bad-", "--reason=x"};
        Run refused = on(how);
        assertThat(refused.status).isEqualTo(1);
        assertThat(refused.err)
                .contains("line 2 has no port", "line 3 ", "2 lines", "nothing was written")
                .doesNotContain("s3cr3t");
        assertThat(on("exits", "list").out).doesNotContain("bad-");
        assertThat(on(how, "--skip-bad").out).contains("Named or changed 1 of 1", "2 left out");
        assertThat(on("exits", "list").out).contains("bad-192.0.2.9-3128");
    }

    @Test
    void aProxysConfigurationIsCheckedAgainstKafkaItsTopicsAndTenants() {
        assertThat(checkedWithoutTopics.status).isEqualTo(1);
        assertThat(checkedWithoutTopics.out)
                .containsPattern("ok +Kafka: .*, 1 brokers")
                .containsPattern("WRONG +topics: .*fairlead.config.exits.* are missing; .*fairlead topics apply");
        Run nobody = check(NOBODY);
        assertThat(nobody.status).isEqualTo(1);
        assertThat(nobody.out)
                .containsPattern("WRONG +Kafka: " + NOBODY + " does not answer within 10000 ms; .*--offline")
                .doesNotContain("topics", "tenants");

        String hash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
        assertThat(on("tenant", "set", "checked", "--secret-hash=" + hash, "--pools=residential", "--reason=x").status)
                .isZero();
        Run good = check(kafka.bootstrap());
        assertThat(good.out)
                .containsPattern("ok +topics: [0-9]+ are there")
                .containsPattern("ok +tenants: [0-9]+ are known")
                .contains("Nothing is wrong.");
        assertThat(good.status).isZero();
        assertThat(on("tenant", "remove", "checked", "--reason=x").status).isZero();
        Run alone = check(kafka.bootstrap());
        assertThat(alone.status).isEqualTo(1);
        assertThat(alone.out).containsPattern("WRONG +tenants: there are none, .*fairlead tenant set");
    }

    private record Run(int status, String out, String err) {}

    private static Run check(String bootstrap) {
        return run(
                "proxy",
                "check-config",
                "--edge-id=edge-1",
                "--user-address=127.0.0.1:0",
                "--link-address=127.0.0.1:0",
                "--admin-address=127.0.0.1:0",
                "--certificate=" + keys.resolve("edge-1.crt"),
                "--key=" + keys.resolve("edge-1.key"),
                "--authority=" + keys.resolve("ca.crt"),
                "--data=" + keys.resolve("edge"),
                "--bootstrap-servers=" + bootstrap);
    }

    private static Run on(String[] arguments, String more) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(more);
        return on(all.toArray(String[]::new));
    }

    private static Run on(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--bootstrap-servers=" + kafka.bootstrap());
        return run(all.toArray(String[]::new));
    }

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Fairlead.execute(Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        return new Run(status, out.toString(), err.toString());
    }
}
