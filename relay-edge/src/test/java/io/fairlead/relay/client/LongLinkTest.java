package io.fairlead.relay.client;

import static io.fairlead.relay.client.RelayPair.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.fairlead.edge.link.PulseSettings;
import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.Upstream;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.AdmissionHook;
import io.fairlead.relay.server.MediaServer;
import io.fairlead.relay.server.Publisher;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.RoomPolicies;
import io.fairlead.relay.server.SignedUrls;
import io.fairlead.relay.server.Watched;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.telemetry.ViewerRole;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LongLinkTest {

    private static final int BYTES_RECEIVED_AT = 128;
    private static final RawUnixChannelOption TCP_INFO =
            new RawUnixChannelOption("TCP_INFO", 6, 11, BYTES_RECEIVED_AT + Long.BYTES);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final RelayPair relays = new RelayPair();
    private MediaServer media;
    private RelayServer server;
    private RelayClient client;

    @BeforeEach
    void start() throws Exception {
        media = new MediaServer();
    }

    @AfterEach
    void stop() throws Exception {
        relays.close();
        media.close();
    }

    private void begin() throws Exception {
        server = relays.server(media.address());
        client = relays.client("client-1", linkOf(server));
        await().atMost(PATIENCE).until(() -> client.reachableParents() == 1);
    }

    private static InetSocketAddress linkOf(RelayServer of) {
        return Objects.requireNonNull(of.linkAddress());
    }

    private LegCounters legs() {
        return Objects.requireNonNull(server.legCounters());
    }

    private HttpRequest request(String query) {
        return request(client, query);
    }

    private static HttpRequest request(RelayClient at, String query) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + at.address().getPort() + "/live/a.flv" + query))
                .build();
    }

    /** A viewer, and the connection it came on. */
    private record Seen(Watched watched, InputStream body) {

        void leave() throws Exception {
            body.close();
        }
    }

    private Seen watch(String query) throws Exception {
        return watch(client, query);
    }

    private Seen watch(RelayClient at, String query) throws Exception {
        HttpResponse<InputStream> answer = http.send(request(at, query), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        Watched watched = new Watched();
        watched.reading(answer.body());
        return new Seen(watched, answer.body());
    }

    private List<Seen> watchAtOnce(int viewers) {
        List<CompletableFuture<HttpResponse<InputStream>>> joining = new ArrayList<>();
        for (int each = 0; each < viewers; each++) {
            joining.add(http.sendAsync(request(""), BodyHandlers.ofInputStream()));
        }
        List<Seen> seen = new ArrayList<>();
        for (CompletableFuture<HttpResponse<InputStream>> each : joining) {
            HttpResponse<InputStream> answer = each.join();
            assertThat(answer.statusCode()).isEqualTo(200);
            Watched watched = new Watched();
            watched.reading(answer.body());
            seen.add(new Seen(watched, answer.body()));
        }
        return seen;
    }

    private void flowing(int streams) {
        await().atMost(PATIENCE)
                .until(() ->
                        media.clients.stream().filter(MediaServer.Client::flows).count() == streams);
    }

    private void seen(List<Seen> all, int last) {
        await().atMost(PATIENCE).until(() -> all.stream().allMatch(each -> each.watched.last() == last));
        for (Seen each : all) {
            assertThat(each.watched.isWhole())
                    .as("frames %s without a gap", each.watched.numbers)
                    .isTrue();
            assertThat(each.watched.timesRise()).as("times rise").isTrue();
        }
    }

    @Test
    void howeverManyComeAtOnceOneStreamCrossesAndTheMediaServerAdmitsEach() throws Exception {
        begin();
        List<Seen> all = watchAtOnce(100);
        flowing(2);
        media.send(0, 60);
        seen(all, 59);
        assertThat(client.linkCounters().mediaStreams()).isEqualTo(1);
        assertThat(legs().carried()).isEqualTo(1);
        assertThat(legs().viewers()).isEqualTo(100);
        assertThat(media.requests()).isEqualTo(100);
        // Frames of 115 bytes on the wire, and what stands before them: a second stream would double it.
        assertThat(client.linkCounters().mediaBytes()).isLessThan(60 * 115 + 500);
        assertThat(server.roomCounters().bytesSpare()).isPositive();
    }

    @Test
    void whenTheMasterLeavesNobodyElseLosesAFrame() throws Exception {
        begin();
        Seen master = watch("?token=one");
        flowing(1);
        List<Seen> others = new ArrayList<>(List.of(watch("?token=two"), watch("?token=three")));
        flowing(2);
        media.send(0, 60);
        seen(others, 59);
        master.leave();
        media.send(60, 120); // comes while nobody knows yet
        await().atMost(PATIENCE).until(() -> legs().carried() == 2);
        // The third one's request was closed when it had been admitted, and is made again.
        await().atMost(PATIENCE)
                .until(() -> media.asked.stream()
                                .filter(line -> line.contains("token=three"))
                                .count()
                        == 2);
        flowing(2);
        media.send(120, 180);
        seen(others, 179);
        assertThat(legs().promotions()).isEqualTo(1);
        assertThat(legs().carriers()).isEqualTo(1);
        assertThat(client.counters().turnedAway(io.fairlead.relay.server.ServerCounters.Turned.UPSTREAM))
                .isZero();
    }

    @Test
    void whenTheMastersStreamFallsSilentTheSparesFollows() throws Exception {
        begin();
        List<Seen> all = List.of(watch(""), watch(""));
        flowing(2);
        media.send(0, 60);
        seen(all, 59);
        media.clients.get(0).silence();
        int[] next = {60};
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            media.send(next[0], next[0] + 1);
            next[0]++;
            return server.roomCounters().silences() > 0;
        });
        media.send(next[0], next[0] + 20);
        seen(all, next[0] + 19);
        assertThat(legs().carried()).as("the carrier stays").isEqualTo(1);
    }

    @Test
    void whoIsRefusedBehindARunningRoomGetsNoByte() throws Exception {
        media.refusedTokens.add("token=stale");
        begin();
        List<Seen> all = List.of(watch("?token=fresh"));
        flowing(1);
        media.send(0, 60);
        seen(all, 59);
        HttpResponse<String> refused = http.send(request("?token=stale"), BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).doesNotContain("FLV");
    }

    @Test
    void whomTheHookRefusesBehindARunningRoomGetsNoByte() throws Exception {
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(form.contains("token%3Dfresh") ? 204 : 403, -1);
            exchange.close();
        });
        hook.start();
        try {
            relays.admission = new AdmissionHook(
                    URI.create("http://127.0.0.1:" + hook.getAddress().getPort() + "/"), 20_000, 4);
            begin();
            List<Seen> all = List.of(watch("?token=fresh"));
            flowing(1);
            media.send(0, 60);
            seen(all, 59);
            HttpResponse<byte[]> refused = http.send(request("?token=stale"), BodyHandlers.ofByteArray());
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("content-type").orElse("")).doesNotContain("flv");
            assertThat(new String(refused.body(), StandardCharsets.ISO_8859_1)).doesNotContain("FLV");
            assertThat(client.linkCounters().mediaStreams())
                    .as("streams that carried")
                    .isEqualTo(1);
            assertThat(media.asked).as("asked of the media server").noneMatch(line -> line.contains("stale"));
        } finally {
            hook.stop(0);
        }
    }

    @Test
    void aSlaveWhoseTokenIsUsedUpGivesWayToTheNext() throws Exception {
        begin();
        Seen master = watch("?token=one");
        flowing(1);
        Seen spare = watch("?token=two");
        flowing(2);
        List<Seen> slaves = List.of(watch("?token=three"), watch("?token=four"));
        media.refusedTokens.add("token=three");
        media.send(0, 60);
        seen(slaves, 59);
        master.leave();
        spare.leave();
        await().atMost(PATIENCE)
                .until(() -> media.asked.stream()
                                .filter(line -> line.contains("token=four"))
                                .count()
                        == 2);
        flowing(1);
        media.send(60, 120);
        // A stream that is asked for anew begins where the media server lets it begin: here at the next key frame.
        await().atMost(PATIENCE).until(() -> slaves.stream().allMatch(each -> each.watched.last() == 119));
        assertThat(slaves).allMatch(each -> each.watched.timesRise());
    }

    @Test
    void signedAddressesAdmitAtTheRelayServer() throws Exception {
        SignedUrls signed = new SignedUrls("0123456789abcdef", InstantSource.system());
        relays.admission = signed;
        begin();
        long tomorrow = InstantSource.system().instant().getEpochSecond() + 86_400;
        List<Seen> all = List.of(watch("?" + signed.query("live/a", tomorrow)));
        flowing(1);
        media.send(0, 30);
        seen(all, 29);
        assertThat(http.send(request(""), BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(http.send(request("?" + signed.query("live/b", tomorrow)), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
        assertThat(http.send(request("?" + signed.query("live/a", 1)), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void aRelayClientThatSaysItIsAnotherIsRefused() throws Exception {
        server = relays.server(media.address());
        client = relays.client("client-2", relays.tls("client-1"), linkOf(server));
        await().atMost(PATIENCE).until(() -> client.reachableParents() == 1);
        assertThat(http.send(request(""), BodyHandlers.ofString()).statusCode()).isEqualTo(403);
        assertThat(server.linkCounters().forged()).isEqualTo(1);
        assertThat(media.requests()).isZero();
    }

    @Test
    void aForeignCertificateGetsNoLink() throws Exception {
        server = relays.server(media.address());
        try (RelayPair strangers = new RelayPair()) {
            client = relays.client("client-1", strangers.tls("client-1"), linkOf(server));
            await().atMost(PATIENCE).until(() -> client.linkCounters().refused() > 0);
            assertThat(client.reachableParents()).isZero();
            assertThat(http.send(request(""), BodyHandlers.ofString()).statusCode())
                    .isEqualTo(502);
        }
    }

    @Test
    void aRoomMovesToTheStandbyWhenItsRelayServerDies() throws Exception {
        server = relays.server(media.address());
        RelayServer standby = relays.server(media.address());
        client = relays.client("client-1", linkOf(server), linkOf(standby));
        await().atMost(PATIENCE).until(() -> client.reachableParents() == 2);
        List<Seen> all = List.of(watch(""), watch(""), watch(""));
        flowing(2);
        media.send(0, 60);
        seen(all, 59);
        relays.open.remove(server);
        server.close();
        await().atMost(PATIENCE)
                .until(() -> Objects.requireNonNull(standby.legCounters()).carriers() == 1);
        flowing(2);
        media.send(60, 120);
        await().atMost(PATIENCE).until(() -> all.stream().allMatch(each -> each.watched.last() == 119));
        assertThat(all).allMatch(each -> each.watched.timesRise());
    }

    /** Nothing is reset and nothing ends: the relay server just says no more. One stream on the link is enough to notice. */
    @Test
    void aRoomOfOneViewerMovesWhenItsRelayServerFallsSilent() throws Exception {
        relays.links = relays.links.withPulse(new PulseSettings(10_000, 0.2, 50, 200, 60_000));
        server = relays.server(media.address());
        RelayServer standby = relays.server(media.address());
        try (StallingPath path = new StallingPath(linkOf(server))) {
            client = relays.client("client-1", path.address(), linkOf(standby));
            await().atMost(PATIENCE).until(() -> client.reachableParents() == 2);
            Seen viewer = watch("");
            media.send(0, 60);
            seen(List.of(viewer), 59);
            path.stall();
            await().atMost(PATIENCE)
                    .until(() -> Objects.requireNonNull(standby.legCounters()).carriers() == 1);
            assertThat(client.linkCounters().silent()).isPositive();
        }
    }

    /** A new stream begins with a key frame that came meanwhile, unless it is told which one the room had last. */
    @Test
    void framesOfTheTimeInWhichNobodyAnsweredAreNotLost() throws Exception {
        relays.links = relays.links.withPulse(new PulseSettings(10_000, 0.2, 50, 200, 60_000));
        RelayServer origin = relays.server(null);
        URI from = URI.create("http://127.0.0.1:" + origin.address().getPort());
        server = relays.server(from);
        RelayServer standby = relays.server(from);
        try (StallingPath path = new StallingPath(linkOf(server));
                Publisher publisher = new Publisher(origin.address(), "/live/a?key=" + RelayPair.KEY)) {
            client = relays.client("client-1", path.address(), linkOf(standby));
            await().atMost(PATIENCE).until(() -> client.reachableParents() == 2);
            publisher.send(0, 30);
            Seen viewer = watch("");
            publisher.send(30, 60);
            seen(List.of(viewer), 59);
            path.stall();
            publisher.send(60, 99);
            await().atMost(PATIENCE)
                    .until(() -> Objects.requireNonNull(standby.legCounters()).carriers() == 1);
            publisher.send(99, 120);
            seen(List.of(viewer), 119);
        }
    }

    /** Not to the next of the links to the same relay server, on which it would wait once more. */
    @Test
    void aRoomLeavesARelayServerThatIsSilentWithAllOfItsLinks() throws Exception {
        relays.links = relays.links.withLinksPerParent(2).withPulse(new PulseSettings(60_000, 0.2, 50, 3_000, 60_000));
        server = relays.server(media.address());
        RelayServer standby = relays.server(media.address());
        try (StallingPath path = new StallingPath(linkOf(server))) {
            client = relays.client("client-1", path.address(), linkOf(standby));
            await().atMost(PATIENCE)
                    .until(() -> client.reachableParents() == 2
                            && client.linkCounters().up() == 4);
            Seen viewer = watch("");
            media.send(0, 60);
            seen(List.of(viewer), 59);
            path.stall();
            await().atMost(PATIENCE)
                    .until(() -> Objects.requireNonNull(standby.legCounters()).carriers() == 1);
            assertThat(client.linkCounters().silent())
                    .as("links that were waited on")
                    .isEqualTo(1);
        }
    }

    /** Of each viewer and of both ends of the leg; sums are those of the bytes that were seen. */
    @Test
    void viewersAndLegsAreToldOfAndTheirBytesAddUp() throws Exception {
        begin();
        List<Seen> all = List.of(watch(""), watch(""), watch(""));
        flowing(2);
        media.send(0, 60);
        seen(all, 59);
        await().atMost(PATIENCE).until(() -> told(ViewerReport.class).anyMatch(each -> each.getFirstKeyUs() >= 0));
        media.clients.get(0).silence();
        int[] next = {60};
        await().atMost(PATIENCE).until(() -> {
            media.send(next[0], ++next[0]);
            return server.roomCounters().silences() > 0;
        });
        for (Seen each : all) {
            each.leave();
        }
        await().atMost(PATIENCE)
                .until(() -> told(ViewerReport.class)
                                        .filter(each -> each.getClose() == ViewerClose.LEFT)
                                        .count()
                                == 3
                        && told(LegReport.class).filter(LegReport::getOver).count() == 2);

        List<ViewerReport> viewers = told(ViewerReport.class).toList();
        assertThat(viewers).allSatisfy(each -> {
            assertThat(each.getRoom()).isEqualTo("live/a");
            assertThat(each.getObservedPrefix()).isEqualTo("127.0.0.0/24");
            assertThat(each.getProtocol()).isEqualTo(ViewerProtocol.HTTP_FLV);
        });
        assertThat(viewers.stream().map(ViewerReport::getRole).distinct())
                .containsExactlyInAnyOrder(ViewerRole.MASTER, ViewerRole.SPARE, ViewerRole.SLAVE);
        assertThat(viewers.stream().filter(each -> each.getFirstKeyUs() >= 0))
                .hasSize(3)
                .allSatisfy(each -> {
                    assertThat(each.getFirstByteUs()).isBetween(0L, each.getFirstKeyUs());
                });
        assertThat(viewers.stream().mapToLong(ViewerReport::getBytes).sum())
                .isEqualTo(client.roomCounters().bytesOut())
                .isEqualTo(sum(LegEnd.RELAY_CLIENT, LegReport::getViewerBytes));
        assertThat(sum(LegEnd.RELAY_SERVER, LegReport::getLinkBytes)).isPositive();
        assertThat(sum(LegEnd.RELAY_SERVER, LegReport::getSpareBytes))
                .isEqualTo(server.roomCounters().bytesSpare());
        assertThat(sum(LegEnd.RELAY_SERVER, LegReport::getSilences))
                .isEqualTo(server.roomCounters().silences())
                .isPositive();
        // One for the silent source. A carrier that leaves before the last viewer may hand over once more.
        assertThat(sum(LegEnd.RELAY_SERVER, LegReport::getPromotions))
                .isEqualTo(legs().promotions())
                .isPositive();
        assertThat(told(LegReport.class)).allSatisfy(each -> {
            assertThat(each.getRelayClientId()).isEqualTo("client-1");
            assertThat(each.getRelayServerId())
                    .as("not known at a relay client before the relay server has answered")
                    .isIn(each.getOver() ? List.of("server-1") : List.of("", "server-1"));
        });
    }

    @Test
    void ofARoomThatLegsShareEachByteIsToldByOneOfThem() throws Exception {
        relays.legs = relays.legs.withUpstream(Upstream.SINGLE, 0);
        begin();
        RelayClient other = relays.client("client-2", linkOf(server));
        await().atMost(PATIENCE).until(() -> other.reachableParents() == 1);
        Seen near = watch("");
        Seen far = watch(other, "");
        flowing(2);
        media.send(0, 40);
        seen(List.of(near, far), 39);
        near.leave();
        await().atMost(PATIENCE).until(() -> legs().legs() == 1);
        media.send(40, 80);
        seen(List.of(far), 79);
        far.leave();
        await().atMost(PATIENCE)
                .until(() -> told(LegReport.class)
                                .filter(each -> each.getEnd() == LegEnd.RELAY_SERVER && each.getOver())
                                .count()
                        == 2);
        assertThat(sum(LegEnd.RELAY_SERVER, LegReport::getReceivedBytes))
                .isEqualTo(server.roomCounters().bytesIn())
                .isPositive();
    }

    /** By the kernel's own count of the link's connection. */
    @Test
    void aHundredViewersCostTheLongLinkNoMoreThanOne() throws Exception {
        begin();
        List<Seen> all = watchAtOnce(100);
        flowing(2);
        media.send(0, 40);
        seen(all, 39);
        Channel connection = Objects.requireNonNull(client.parents().choose(null, "live/a", Set.of()))
                .link("live/a")
                .connection();
        assumeTrue(connection instanceof EpollSocketChannel, "the kernel is not asked without epoll");
        long kernelBefore = kernelReceived(connection);
        long mediaBefore = client.linkCounters().mediaBytes();
        for (int from = 40; from < 540; from += 100) { // less at once than makes a viewer slow
            media.send(from, from + 100);
            seen(all, from + 99);
        }
        long one = client.linkCounters().mediaBytes() - mediaBefore;
        assertThat(kernelReceived(connection) - kernelBefore)
                .as("bytes that the kernel has received for 100 viewers; one stream has %d", one)
                .isBetween(one, 2 * one);
        assertThat(client.roomCounters().bytesOut()).as("to viewers").isGreaterThan(90 * one);
        assertThat(told(LegReport.class).filter(each -> each.getEnd() == LegEnd.RELAY_SERVER))
                .as("the relay server tells how fast the link can go and what it carries")
                .anyMatch(each -> each.getDeliveryBps() > 0 && each.getCarriedBps() > 0);
        assertThat(told(LegReport.class).filter(each -> each.getEnd() == LegEnd.RELAY_CLIENT))
                .allMatch(each -> each.getDeliveryBps() == -1 && each.getCarriedBps() == -1);
    }

    /** {@code tcpi_bytes_received} (Linux, struct tcp_info), in the machine's order of bytes. */
    private static long kernelReceived(Channel connection) {
        ByteBuffer told = Objects.requireNonNull(connection.config().getOption(TCP_INFO));
        return told.order(ByteOrder.nativeOrder()).getLong(BYTES_RECEIVED_AT);
    }

    private <T> Stream<T> told(Class<T> of) {
        return relays.told.stream().filter(of::isInstance).map(of::cast);
    }

    private long sum(LegEnd end, ToLongFunction<LegReport> of) {
        return told(LegReport.class)
                .filter(each -> each.getEnd() == end)
                .mapToLong(of)
                .sum();
    }

    @Test
    void aPolicyOfMoreOrFewerSparesIsFollowedByARoomThatRuns() throws Exception {
        begin();
        RoomPolicies policies = new RoomPolicies(InstantSource.system());
        server.obey(policies);
        List<Seen> all = watchAtOnce(5);
        flowing(2);
        media.send(0, 60);
        seen(all, 59);
        policies.put("relay/room:live/a", policy(3));
        flowing(4);
        policies.put("relay/room:live/a", policy(0));
        flowing(1);
        policies.removed("relay/room:live/a");
        flowing(2);
        media.send(60, 120);
        seen(all, 119);
    }

    private static SpecificRecord policy(int secondaryMasters) {
        RelayPolicy policy = new RelayPolicy(
                Scope.ofRoom("live/a"), 0, 300, 6_000, 5, 20_000, secondaryMasters, 500, 65_536, 10, 30_000, 0.2);
        return PolicyRecords.write(policy, new Authorship("ada", "tried out", 7L, 1L));
    }

    @Test
    void whenTheRelayClientVanishesItsViewersLeave() throws Exception {
        begin();
        watch("");
        watch("");
        flowing(2);
        assertThat(legs().viewers()).isEqualTo(2);
        relays.open.remove(client);
        client.close();
        await().atMost(PATIENCE).until(() -> legs().viewers() == 0 && legs().legs() == 0);
        flowing(0);
    }

    @Test
    void aNewcomerWhileTheLegLingersFindsItAsItWas() throws Exception {
        relays.legs = relays.legs.withWaits(60_000, 100, 400);
        begin();
        Seen first = watch("?token=one");
        flowing(1);
        media.send(0, 40);
        seen(List.of(first), 39);
        first.leave();
        await().atMost(PATIENCE).until(() -> legs().viewers() == 0);
        assertThat(legs().legs()).isEqualTo(1);
        Seen second = watch("?token=two");
        // Without a frame from the media server: from the ring, from the last key frame on.
        await().atMost(PATIENCE).until(() -> second.watched.last() == 39);
        assertThat(second.watched.isWhole()).isTrue();
        flowing(1);
    }

    @Test
    void inRoomsThatCantBeMergedEachHasItsOwnStream() throws Exception {
        relays.mergeable = room -> false;
        begin();
        List<Seen> all = List.of(watch("?token=one"), watch("?token=two"));
        flowing(2);
        media.send(0, 40);
        seen(all, 39);
        assertThat(client.linkCounters().mediaStreams()).isEqualTo(2);
        assertThat(legs().legs()).isEqualTo(2);
        all.get(0).leave();
        await().atMost(PATIENCE).until(() -> legs().legs() == 1);
    }

    @Test
    void withASingleUpstreamTheMediaServerIsAskedForTheRoomAlone() throws Exception {
        relays.legs = relays.legs.withUpstream(Upstream.SINGLE, 0);
        relays.admission = Admission.OPEN;
        begin();
        List<Seen> all = watchAtOnce(10);
        flowing(2);
        media.send(0, 40);
        seen(all, 39);
        assertThat(media.requests()).as("one, and the room's spare").isEqualTo(2);
        assertThat(client.linkCounters().mediaStreams()).isEqualTo(1);
        all.get(0).leave();
        media.send(40, 80);
        seen(all.subList(1, 10), 79);
    }

    @Test
    void perViewerAllStreamsFlow() throws Exception {
        relays.legs = relays.legs.withUpstream(Upstream.PER_VIEWER, 0);
        begin();
        List<Seen> all = watchAtOnce(5);
        flowing(5);
        media.send(0, 40);
        seen(all, 39);
        assertThat(client.linkCounters().mediaStreams()).isEqualTo(1);
    }
}
