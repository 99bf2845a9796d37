package io.fairlead.lab.rooms;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.lab.fleet.ImpairedPath;
import io.fairlead.lab.fleet.Impairment;
import io.fairlead.relay.FixedCertificate;
import io.fairlead.relay.RelayClientEdge;
import io.fairlead.relay.RelayClientEdgeSettings;
import io.fairlead.relay.RelayServerEdge;
import io.fairlead.relay.RelayServerEdgeSettings;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.leg.Standing;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.RoomAdmissions;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import io.fairlead.relay.server.SignedUrls;
import io.fairlead.schemas.config.RoomAdmission;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A live room on this machine, with real relays: a picture that is published to a media server, a relay server that asks that for a stream of
 * each viewer, relay clients at the far end of a long way, and viewers who look at every frame. Promotions are brought about here, and
 * what viewers saw of them is told.
 */
public final class LiveRooms implements AutoCloseable {

    /** The room that everybody watches. */
    public static final String ROOM = "live/show";

    static final String SERVER = "relay-fra";
    /** Relay clients, each with half of the viewers. */
    public static final List<String> CLIENTS = List.of("relay-sao", "relay-sin");

    /** Round trip of the long way, and what it varies by. */
    private static final Impairment LONG_WAY = Impairment.delay(120, 5);

    private static final int FRAME_MS = 1_000 / ClockPicture.FRAMES_PER_SECOND;
    private static final int LOOPS = 2;
    private static final long LOOPS_END_S = 3;
    private static final Duration VALID = Duration.ofDays(30);

    /** One of so many viewers watches a transport stream. */
    private static final int TS_EVERY = 10;

    /** Viewers come so far from each other. */
    private static final int ARRIVAL_MS = 60;

    /** The media server hands on each frame at once. */
    private static final int MEDIA_MERGE_MS = 0;

    private static final int LOOK_MS = 5;
    private static final int USUAL_MS = 2_000;
    private static final int AFTER_MS = 3_000;
    private static final int PROMOTION_MS_MAX = 15_000;
    private static final int ANSWER_S = 5;

    /** Who may link: certificates that are on no disk. */
    private final CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());

    /** Makes addresses for when somebody lets the room be watched by signed ones alone. */
    private final SignedUrls signed = new SignedUrls(UUID.randomUUID().toString(), InstantSource.system());

    /** What the media server lets be published. */
    private final RoomBook book = new RoomBook(Map.of());

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, RelayClientEdge> clients = new LinkedHashMap<>();
    private final Map<String, List<RoomViewer>> viewers = new HashMap<>(); // guarded by itself
    private final LiveSource source;
    private final MediaPath mediaPath;
    private final RelayServerEdge server;
    private volatile @Nullable InetSocketAddress links;
    private int arrivals; // guarded by viewers

    /**
     * What a promotion was to the viewers of one relay client.
     *
     * @param happened what brought it about
     * @param master whose stream from the media server was sent until then
     * @param promoted whose is sent since
     * @param afterMs how long that took, ms
     * @param pauseMs longest time without a frame that any of them saw around it, ms
     * @param usualPauseMs the same before it
     * @param lostFrames frames that did not come, of all viewers together
     * @param repeatedFrames frames that came twice
     * @param viewers who stayed
     * @param cutOff of these, who were ended
     */
    public record Promotion(
            String relayClient,
            String happened,
            String master,
            String promoted,
            long afterMs,
            long pauseMs,
            long usualPauseMs,
            long lostFrames,
            long repeatedFrames,
            int viewers,
            int cutOff) {}

    /**
     * A relay client.
     *
     * @param viewers who watch
     * @param planCounts whether it takes relay servers as the plan says
     */
    public record Client(String id, String address, int viewers, boolean planCounts) {}

    /**
     * How the room is.
     *
     * @param source what publishes
     * @param carriers streams of the long link that carry it
     * @param linkBytes media that crossed the long link since the beginning
     * @param viewerBytes media that viewers got since the beginning
     * @param startP50Ms from a viewer's request to its first key frame, ms; −1: nobody has one
     * @param lostFrames frames that did not come, of all viewers together
     * @param cutOff times that a viewer was ended without having gone
     */
    public record Picture(
            String room,
            String source,
            int viewers,
            int carriers,
            long linkBytes,
            long viewerBytes,
            double startP50Ms,
            double startP95Ms,
            long frames,
            long lostFrames,
            int cutOff,
            List<Client> clients) {}

    private LiveRooms(Map<String, String> kafka, Path data, int viewersInAll, int videoKbits, boolean builtIn)
            throws IOException {
        try {
            Files.createDirectories(data);
            RelayServer media = opened(mediaServer());
            String key = UUID.randomUUID().toString();
            book.put(ROOM, RoomTerms.ofKey(RoomBook.digest(key)));
            mediaPath = opened(MediaPath.open(loops, media.address()));
            ImpairedPath longWay = opened(ImpairedPath.open(loops, this::links, () -> LONG_WAY, new Random()));
            server = opened(server(kafka, data, longWay.address()));
            links = server.linkAddress();
            for (String id : CLIENTS) {
                clients.put(id, opened(client(id, kafka, data, longWay.address())));
            }
            source = opened(new LiveSource(
                    kinds(videoKbits, builtIn, data),
                    URI.create("http://127.0.0.1:" + media.address().getPort() + "/" + ROOM + ".flv?key=" + key)));
            for (int each = 0; each < viewersInAll; each++) {
                String client = CLIENTS.get(each % CLIENTS.size());
                loops.next().schedule(() -> arrive(client), (long) each * ARRIVAL_MS, TimeUnit.MILLISECONDS);
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts it; viewers come one after the other.
     *
     * @param kafka where edges tell and learn
     * @param data directory of the edges
     * @param viewers how many, spread over two relay clients
     * @param videoKbits of the picture, if it comes from ffmpeg, kbit/s
     * @param builtIn take the built-in picture, though ffmpeg is installed
     * @throws IOException if an address can't be bound; nothing is left behind
     */
    public static LiveRooms start(Map<String, Object> kafka, Path data, int viewers, int videoKbits, boolean builtIn)
            throws IOException {
        Map<String, String> client = new HashMap<>();
        kafka.forEach((name, value) -> client.put(name, value.toString()));
        return new LiveRooms(client, data, viewers, videoKbits, builtIn);
    }

    // ---- its parts

    private static List<Publishing> kinds(int videoKbits, boolean builtIn, Path data) {
        return builtIn || !FfmpegPublishing.isInstalled()
                ? List.of(new ClockPublishing())
                : List.of(new FfmpegPublishing(videoKbits, data.resolve("ffmpeg.log")), new ClockPublishing());
    }

    private RelayServer mediaServer() throws IOException {
        return RelayServer.start(
                anywhere(),
                book,
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS.withMergeMs(MEDIA_MERGE_MS),
                null,
                System::nanoTime);
    }

    private RelayServerEdge server(Map<String, String> kafka, Path data, InetSocketAddress announced)
            throws IOException {
        RoomBook rooms = new RoomBook(Map.of());
        LinkIdentity identity = RelayNames.issueServer(authority, SERVER, VALID);
        return RelayServerEdge.start(new RelayServerEdgeSettings(
                anywhere(),
                anywhere(),
                rooms,
                new RoomAdmissions(rooms, RoomAdmission.OPEN, signed, null),
                PullSettings.of(
                        URI.create("http://127.0.0.1:" + mediaPath.address().getPort())),
                ServerSettings.DEFAULTS,
                RoomSettings.DEFAULTS,
                new LinkPort(
                        anywhere(),
                        MutualTls.listening(identity, authority.certificate()),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        rooms::mergeable),
                "127.0.0.1:" + announced.getPort(),
                new FixedCertificate(SERVER, Instant.now().plus(VALID)),
                kit(SERVER, RelayServerEdgeSettings.KIND, kafka, data)));
    }

    private RelayClientEdge client(String id, Map<String, String> kafka, Path data, InetSocketAddress parent)
            throws IOException {
        LinkIdentity identity = RelayNames.issueClient(authority, id, VALID);
        return RelayClientEdge.start(new RelayClientEdgeSettings(
                new ClientSettings(
                        id,
                        anywhere(),
                        List.of(parent),
                        MutualTls.dialling(identity, authority.certificate(), RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS,
                        RoomSettings.DEFAULTS),
                anywhere(),
                "",
                "",
                new FixedCertificate(id, Instant.now().plus(VALID)),
                null,
                kit(id, RelayClientEdgeSettings.KIND, kafka, data)));
    }

    private static EdgeKitSettings kit(String id, String kind, Map<String, String> kafka, Path data) {
        return EdgeKitSettings.of(id, kind, "lab", String.valueOf(kafka.get("bootstrap.servers")), data.resolve(id))
                .withKafka(kafka);
    }

    private static InetSocketAddress anywhere() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private InetSocketAddress links() {
        InetSocketAddress known = links;
        if (known == null) {
            throw new IllegalStateException("the relay server has not started");
        }
        return known;
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    // ---- viewers

    private void arrive(String client) {
        RelayClientEdge edge = clients.get(client);
        if (edge == null) {
            throw new IllegalArgumentException(
                    "there is no relay client '" + client + "'; there are " + String.join(", ", clients.keySet()));
        }
        synchronized (viewers) {
            int number = ++arrivals;
            viewers.computeIfAbsent(client, none -> new ArrayList<>())
                    .add(new RoomViewer(
                            "viewer-" + number,
                            edge.address(),
                            ROOM,
                            number % TS_EVERY == 0 ? ".ts" : ".flv",
                            FRAME_MS,
                            loops.next()));
        }
    }

    private List<RoomViewer> viewers(String client) {
        synchronized (viewers) {
            return List.copyOf(viewers.getOrDefault(client, List.of()));
        }
    }

    // ---- promotions

    /**
     * Lets the master among a relay client's viewers leave, and another viewer come later.
     *
     * @throws IllegalArgumentException if there is no such relay client, or nobody could follow
     */
    public Promotion leaveMaster(String client) throws InterruptedException {
        return promotion(client, "the master left", master -> {
            RoomViewer leaving = viewers(client).stream()
                    .filter(each -> each.name().equals(master))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "the master at " + client + " is none of the demo's viewers: '" + master + "'; try again"));
            synchronized (viewers) {
                viewers.getOrDefault(client, new ArrayList<>()).remove(leaving);
            }
            leaving.close();
            loops.next().schedule(() -> arrive(client), AFTER_MS + USUAL_MS, TimeUnit.MILLISECONDS);
        });
    }

    /**
     * Lets the master's stream from the media server fall silent, without a word.
     *
     * @throws IllegalArgumentException as {@link #leaveMaster}
     */
    public Promotion silenceUpstream(String client) throws InterruptedException {
        return promotion(client, "the master's stream from the media server fell silent", master -> {
            if (mediaPath.silence(master) == 0) {
                throw new IllegalArgumentException(
                        "the master at " + client + " has no stream from the media server just now; try again");
            }
        });
    }

    private interface Trouble {
        void befall(String master);
    }

    /** One at a time, so that none is seen in another's time. */
    private synchronized Promotion promotion(String client, String happened, Trouble trouble)
            throws InterruptedException {
        if (!clients.containsKey(client)) {
            throw new IllegalArgumentException(
                    "there is no relay client '" + client + "'; there are " + String.join(", ", clients.keySet()));
        }
        awaitFollower(client);
        long usualMs = longestPauseMs(client);
        String master = of(Role.MASTER, client);
        List<RoomViewer> staying = viewers(client).stream()
                .filter(each -> !each.name().equals(master))
                .toList();
        List<RoomViewer.Sight> before = staying.stream().map(RoomViewer::sight).toList();
        staying.forEach(RoomViewer::mark);
        long begunNanos = System.nanoTime();
        trouble.befall(master);
        String promoted = awaitAnother(client, master);
        long afterMs = (System.nanoTime() - begunNanos) / 1_000_000;
        TimeUnit.MILLISECONDS.sleep(AFTER_MS);
        List<RoomViewer.Sight> after = staying.stream().map(RoomViewer::sight).toList();
        long lost = 0;
        long repeated = 0;
        int cutOff = 0;
        for (int each = 0; each < after.size(); each++) {
            lost += after.get(each).lost() - before.get(each).lost();
            repeated += after.get(each).repeated() - before.get(each).repeated();
            cutOff += after.get(each).cutOff() - before.get(each).cutOff();
        }
        long pauseMs = after.stream().mapToLong(RoomViewer.Sight::pauseMs).max().orElse(0);
        return new Promotion(
                client, happened, master, promoted, afterMs, pauseMs, usualMs, lost, repeated, staying.size(), cutOff);
    }

    private long longestPauseMs(String client) throws InterruptedException {
        List<RoomViewer> all = viewers(client);
        all.forEach(RoomViewer::mark);
        TimeUnit.MILLISECONDS.sleep(USUAL_MS);
        return all.stream().mapToLong(each -> each.sight().pauseMs()).max().orElse(0);
    }

    /** Streams that fell silent before have been given up, and there is a spare that flows. */
    private void awaitFollower(String client) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROMOTION_MS_MAX);
        while (mediaPath.silent() > 0
                || of(Role.MASTER, client).isEmpty()
                || of(Role.SPARE, client).isEmpty()) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new IllegalArgumentException("nobody at " + client
                        + " could follow just now: it takes a master and a spare; try again when there are viewers");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private String awaitAnother(String client, String master) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PROMOTION_MS_MAX);
        while (System.nanoTime() - deadlineNanos < 0) {
            String now = of(Role.MASTER, client);
            if (!now.isEmpty() && !now.equals(master)) {
                return now;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        throw new IllegalArgumentException(
                "nobody at " + client + " was promoted within " + PROMOTION_MS_MAX / 1_000 + " s");
    }

    /** Name of the first viewer with that role; empty: nobody has it. */
    private String of(Role role, String client) throws InterruptedException {
        try {
            return server.standings(ROOM, client).get(ANSWER_S, TimeUnit.SECONDS).stream()
                    .filter(each -> each.role() == role)
                    .map(Standing::query)
                    .map(query -> query.replaceFirst("^viewer=", ""))
                    .findFirst()
                    .orElse("");
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalArgumentException("the relay server does not say who is master: " + e, e);
        }
    }

    // ---- what others see

    /** What an address of the room must show until then where admission is by signed addresses. */
    public String signedQuery(Instant until) {
        return signed.query(ROOM, until.getEpochSecond());
    }

    /** How the room is now. */
    public Picture picture() {
        List<RoomViewer.Sight> all = clients.keySet().stream()
                .flatMap(client -> viewers(client).stream())
                .map(RoomViewer::sight)
                .toList();
        double[] starts = all.stream()
                .filter(each -> each.startMs() >= 0)
                .mapToDouble(RoomViewer.Sight::startMs)
                .sorted()
                .toArray();
        return new Picture(
                ROOM,
                source.name(),
                (int) all.stream().filter(RoomViewer.Sight::watching).count(),
                server.legCounters().carriers(),
                clients.values().stream()
                        .mapToLong(each -> each.linkCounters().mediaBytes())
                        .sum(),
                all.stream().mapToLong(RoomViewer.Sight::bytes).sum(),
                quantile(starts, 0.5),
                quantile(starts, 0.95),
                all.stream().mapToLong(RoomViewer.Sight::frames).sum(),
                all.stream().mapToLong(RoomViewer.Sight::lost).sum(),
                all.stream().mapToInt(RoomViewer.Sight::cutOff).sum(),
                clients.entrySet().stream().map(this::client).toList());
    }

    private Client client(Map.Entry<String, RelayClientEdge> each) {
        RelayClientEdge edge = each.getValue();
        return new Client(
                each.getKey(),
                "http://127.0.0.1:" + edge.address().getPort() + "/" + ROOM + ".flv",
                (int) viewers(each.getKey()).stream()
                        .filter(viewer -> viewer.sight().watching())
                        .count(),
                edge.planCounts());
    }

    private static double quantile(double[] sorted, double share) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    @Override
    public void close() throws IOException {
        clients.keySet().forEach(client -> viewers(client).forEach(RoomViewer::close));
        List<AutoCloseable> parts = new ArrayList<>(open);
        Collections.reverse(parts);
        IOException failed = null;
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                failed = failed == null ? new IOException("a part did not close: " + e.getMessage(), e) : failed;
            }
        }
        loops.shutdownGracefully(0, LOOPS_END_S, TimeUnit.SECONDS).awaitUninterruptibly();
        if (failed != null) {
            throw failed;
        }
    }
}
