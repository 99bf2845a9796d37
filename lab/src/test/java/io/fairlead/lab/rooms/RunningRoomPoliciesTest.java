package io.fairlead.lab.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.cli.Fairlead;
import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.relay.FixedCertificate;
import io.fairlead.relay.RelayServerEdge;
import io.fairlead.relay.RelayServerEdgeSettings;
import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator says by the command, over a real Kafka, of how long a room lingers and when viewers are slow counts for rooms that run. */
@Tag("loop")
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunningRoomPoliciesTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String KEY = "secret";
    private static final int GOP = 25;
    private static final int FRAME_MS = 40;
    private static final int FRAME_BYTES = 100_000;

    /** Four seconds, of which a connection's buffers hold two at most. */
    private static final int BACKLOG = 100;

    private static final int FEW_BYTES = 10_000;
    private static final Duration TICK = Duration.ofMillis(10);

    private final HttpClient http = HttpClient.newHttpClient();
    private KafkaProcess kafka;
    private RelayServerEdge edge;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        kafka = KafkaProcess.start(
                directory.resolve("kafka"), KafkaProcess.Options.defaults().withQuickStart());
        command("topics", "apply");
        RoomTerms terms = RoomTerms.ofKey(RoomBook.digest(KEY));
        RoomBook book = new RoomBook(Map.of("live/empty", terms, "live/slow", terms));
        CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
        edge = RelayServerEdge.start(new RelayServerEdgeSettings(
                ANYWHERE,
                ANYWHERE,
                book,
                Admission.OPEN,
                null,
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                new LinkPort(
                        ANYWHERE,
                        MutualTls.listening(
                                RelayNames.issueServer(authority, "rs-1", Duration.ofHours(1)),
                                authority.certificate()),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        book::mergeable),
                "",
                new FixedCertificate("rs-1", Instant.now().plus(Duration.ofHours(1))),
                EdgeKitSettings.of(
                        "rs-1", RelayServerEdgeSettings.KIND, "lab", kafka.bootstrap(), directory.resolve("edge"))));
    }

    @AfterAll
    void end() throws Exception {
        edge.close();
        kafka.close();
    }

    private void command(String... line) {
        List<String> all = new ArrayList<>(List.of(line));
        all.add("--bootstrap-servers=" + kafka.bootstrap());
        StringWriter out = new StringWriter();
        int status = Fairlead.execute(
                Map.of(), new PrintWriter(out, true), new PrintWriter(out, true), all.toArray(String[]::new));
        assertThat(status).as("%s: %s", all, out).isZero();
    }

    private void policy(String room, String... fields) {
        List<String> line = new ArrayList<>(List.of("policy", "set", "relay/room:" + room));
        line.addAll(List.of(fields));
        line.add("--author=ann");
        line.add("--reason=a match that must not stop");
        command(line.toArray(String[]::new));
    }

    /** A metric of the edge; 0 as long as it has none of that name. */
    private double metric(String name) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + edge.adminAddress().getPort() + "/metrics");
        String all = http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(name) + " ([0-9.E+]+)$").matcher(all);
        return line.find() ? Double.parseDouble(line.group(1)) : 0;
    }

    private double rooms() throws IOException, InterruptedException {
        return metric("fairlead_relay_rooms");
    }

    @Test
    void anEmptyRoomLingersAsThePolicySays() throws Exception {
        double before = rooms();
        double policies = metric("fairlead_relay_policies");
        policy("live/empty", "lingerMs=600000");
        await().atMost(PATIENCE).until(() -> metric("fairlead_relay_policies") == policies + 1);
        publishOnce("live/empty");
        await().during(Duration.ofMillis(2L * RoomSettings.DEFAULTS.lingerMs()))
                .atMost(PATIENCE)
                .until(() -> rooms() == before + 1);
        policy("live/empty", "lingerMs=0");
        await().atMost(PATIENCE).until(() -> {
            publishOnce("live/empty"); // it is the same room still, until it is over
            return rooms() == before;
        });
    }

    private void publishOnce(String room) throws IOException {
        Frames frames = new Frames(room);
        frames.send(GOP);
        assertThat(frames.end()).isEqualTo(200);
    }

    @Test
    void slowViewersSkipAndAreClosedAsThePolicySays() throws Exception {
        Frames frames = new Frames("live/slow");
        frames.send(GOP);
        await("media are there").atMost(PATIENCE).until(() -> metric("fairlead_relay_bytes_in_total") > 0);
        try (Socket slow = viewer("live/slow")) {
            await("the viewer is there").atMost(PATIENCE).until(() -> metric("fairlead_relay_viewers") == 1);
            frames.send(BACKLOG);
            int[] read = {0};
            await("some of it is read").pollInterval(TICK).atMost(PATIENCE).until(() -> {
                read[0] += slow.getInputStream().read(new byte[FEW_BYTES]);
                return read[0] > 4 * FRAME_BYTES;
            });
            assertThat(metric("fairlead_relay_skips_total")).isZero();

            policy("live/slow", "slowLagMs=1000");
            await("it skips").pollInterval(TICK).atMost(PATIENCE).until(() -> {
                assertThat(slow.getInputStream().read(new byte[FEW_BYTES])).isPositive();
                return metric("fairlead_relay_skips_total") == 1;
            });
            assertThat(metric("fairlead_relay_skipped_tags_total")).isGreaterThan(1_000 / FRAME_MS);
            assertThat(metric("fairlead_relay_viewers")).isEqualTo(1);

            policy("live/slow", "slowLagMs=1000", "slowSkips=0");
            await("it is closed").pollInterval(TICK).atMost(PATIENCE).until(() -> {
                frames.send(1);
                return slow.getInputStream().read(new byte[FEW_BYTES]) < 0
                        || metric("fairlead_relay_viewers_ended_total{reason=\"too_slow\"}") == 1;
            });
            assertThat(metric("fairlead_relay_viewers_ended_total{reason=\"too_slow\"}"))
                    .isEqualTo(1);
            assertThat(metric("fairlead_relay_skips_total"))
                    .as("sooner than without a policy")
                    .isLessThanOrEqualTo(RoomSettings.DEFAULTS.maxSkips());
        }
        assertThat(frames.end()).isEqualTo(200);
    }

    /** One with little room for what it does not read. */
    private Socket viewer(String room) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(edge.address());
        socket.getOutputStream()
                .write(("GET /" + room + ".flv HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** One who publishes as fast as he may, a second of media at a time or less. */
    private final class Frames {

        private static final byte SEQUENCE_HEADER = 0;
        private static final byte NAL_UNITS = 1;
        private static final int KEY_FRAME = 0x17;
        private static final int FRAME = 0x27;

        private final HttpURLConnection connection;
        private final OutputStream out;
        private int next;

        private Frames(String room) throws IOException {
            URI uri = URI.create("http://127.0.0.1:" + edge.address().getPort() + "/" + room + ".flv?key=" + KEY);
            connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setDoOutput(true);
            connection.setChunkedStreamingMode(FRAME_BYTES);
            out = connection.getOutputStream();
            ByteBuf head = Unpooled.buffer();
            FlvWriter.fileHeader(head, false, true);
            FlvWriter.tag(
                    head,
                    TagKind.VIDEO,
                    0,
                    ClockPublishing.payload(KEY_FRAME, SEQUENCE_HEADER, ClockPicture.configuration(), false));
            write(head);
        }

        private void send(int count) throws IOException {
            for (int each = 0; each < count; each++, next++) {
                ByteBuf tag = Unpooled.buffer();
                FlvWriter.tag(
                        tag,
                        TagKind.VIDEO,
                        (long) next * FRAME_MS,
                        ClockPublishing.payload(
                                next % GOP == 0 ? KEY_FRAME : FRAME, NAL_UNITS, new byte[FRAME_BYTES], true));
                write(tag);
            }
        }

        private void write(ByteBuf bytes) throws IOException {
            bytes.readBytes(out, bytes.readableBytes());
            out.flush();
        }

        private int end() throws IOException {
            out.close();
            return connection.getResponseCode();
        }
    }
}
