package io.fairlead.lab.bench.relay;

import com.sun.net.httpserver.HttpServer;
import io.fairlead.edge.link.MutualTls;
import io.fairlead.relay.client.ClientSettings;
import io.fairlead.relay.client.RelayClient;
import io.fairlead.relay.leg.LegCounters;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.link.LongLinkSettings;
import io.fairlead.relay.link.RelayNames;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.server.Admission;
import io.fairlead.relay.server.LinkPort;
import io.fairlead.relay.server.PullSettings;
import io.fairlead.relay.server.RelayServer;
import io.fairlead.relay.server.Reports;
import io.fairlead.relay.server.RoomBook;
import io.fairlead.relay.server.RoomTerms;
import io.fairlead.relay.server.ServerSettings;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The process that {@link RelayBench} measures: a relay server or a relay client of the product, with the settings of the product but for the time
 * for which tags are gathered. Tells its {@link Counts} over HTTP. Ends when it is killed.
 */
final class BenchRelay {

    static final String ROOM = "live/a";
    static final String WATCH = "/" + ROOM + ".flv";
    static final String KEY = "bench";

    private BenchRelay() {}

    /**
     * {@code server PORT COUNTS MERGE_MS DIRECTORY LINK_PORT [MEDIA_PORT]}, or {@code client PORT COUNTS MERGE_MS DIRECTORY PARENT_PORT…}.
     */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        RoomSettings rooms = RoomSettings.DEFAULTS.withMergeMs(Integer.parseInt(args[3]));
        Path directory = Path.of(args[4]);
        if (args[0].equals("server")) {
            RelayServer server = server(port, rooms, directory, args);
            tell(Integer.parseInt(args[2]), () -> Counts.of(server));
        } else {
            RelayClient client = client(port, rooms, directory, args);
            tell(Integer.parseInt(args[2]), () -> Counts.of(client));
        }
        new CountDownLatch(1).await();
    }

    /**
     * What such a process has counted.
     *
     * @param carriers streams of long links that carry media now; of relay servers
     * @param silences streams from media servers that were silent and gave way; of relay servers
     * @param mediaStreams streams of long links that have brought media so far; of relay clients
     * @param parents relay servers that can be reached; of relay clients
     * @param rooms that are open, with viewers or lingering
     */
    record Counts(long carriers, long silences, long mediaStreams, long parents, long rooms) {

        private static Counts of(RelayServer server) {
            LegCounters legs = server.legCounters();
            return new Counts(
                    legs == null ? 0 : legs.carriers(),
                    server.roomCounters().silences(),
                    0,
                    0,
                    server.roomCounters().rooms());
        }

        private static Counts of(RelayClient client) {
            return new Counts(
                    0,
                    0,
                    client.linkCounters().mediaStreams(),
                    client.reachableParents(),
                    client.roomCounters().rooms());
        }

        static Counts read(String line) {
            String[] words = line.split(" ", -1);
            return new Counts(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]));
        }

        private String line() {
            return carriers + " " + silences + " " + mediaStreams + " " + parents + " " + rooms;
        }
    }

    private static RelayServer server(int port, RoomSettings rooms, Path directory, String[] args) throws Exception {
        @Nullable
        PullSettings pull = args.length > 6 ? PullSettings.of(URI.create("http://127.0.0.1:" + args[6])) : null;
        return RelayServer.start(
                loopback(port),
                new RoomBook(Map.of(ROOM, RoomTerms.ofKey(RoomBook.digest(KEY)))),
                ServerSettings.DEFAULTS,
                rooms,
                pull,
                Admission.OPEN,
                new LinkPort(
                        loopback(Integer.parseInt(args[5])),
                        MutualTls.listening(
                                file(directory, "server.crt"),
                                file(directory, "server.key"),
                                file(directory, "ca.crt")),
                        LongLinkSettings.DEFAULTS,
                        LegSettings.DEFAULTS,
                        room -> true),
                Reports.NONE,
                System::nanoTime);
    }

    private static RelayClient client(int port, RoomSettings rooms, Path directory, String[] args) throws Exception {
        List<InetSocketAddress> parents = new ArrayList<>();
        for (int each = 5; each < args.length; each++) {
            parents.add(loopback(Integer.parseInt(args[each])));
        }
        return RelayClient.start(
                new ClientSettings(
                        "client",
                        loopback(port),
                        parents,
                        MutualTls.dialling(
                                file(directory, "client.crt"),
                                file(directory, "client.key"),
                                file(directory, "ca.crt"),
                                RelayNames.SERVER),
                        LongLinkSettings.DEFAULTS,
                        ServerSettings.DEFAULTS,
                        rooms),
                System::nanoTime,
                ThreadLocalRandom.current(),
                Reports.NONE);
    }

    private static File file(Path directory, String name) {
        return directory.resolve(name).toFile();
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static void tell(int port, Supplier<Counts> counts) throws IOException {
        HttpServer server = HttpServer.create(loopback(port), 0);
        server.createContext("/", exchange -> {
            byte[] body = counts.get().line().getBytes(StandardCharsets.US_ASCII);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }
}
