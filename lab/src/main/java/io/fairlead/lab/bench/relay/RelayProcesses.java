package io.fairlead.lab.bench.relay;

import io.fairlead.edge.link.CertificateAuthority;
import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.bench.LiveMemory;
import io.fairlead.lab.bench.proxy.PinnedProcess;
import io.fairlead.relay.link.RelayNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Starts relay servers and relay clients, each in a process of its own on the servers' processor, with certificates of one authority. */
final class RelayProcesses {

    private static final String HEAP = "-Xmx512m";

    private final Path directory;
    private final HttpClient http = HttpClient.newHttpClient();

    private RelayProcesses(Path directory) {
        this.directory = directory;
    }

    static RelayProcesses in(BenchDirectory bench) throws Exception {
        Path directory = bench.resolve("relays");
        CertificateAuthority authority = CertificateAuthority.create(InstantSource.system());
        RelayNames.issueServer(authority, "server", Duration.ofHours(2)).save(directory, "server");
        RelayNames.issueClient(authority, "client", Duration.ofHours(2)).save(directory, "client");
        LinkIdentity.write(
                directory.resolve("ca.crt"), LinkIdentity.pem(List.of(authority.certificate())), "rw-r--r--");
        return new RelayProcesses(directory);
    }

    /**
     * One relay.
     *
     * @param viewers where viewers and publishers connect
     * @param links where relay clients do; of a relay client any free port that nobody uses
     */
    record Relay(PinnedProcess process, InetSocketAddress viewers, InetSocketAddress links, InetSocketAddress counts)
            implements AutoCloseable {

        @Override
        public void close() {
            process.close();
        }
    }

    /** @param media where rooms are pulled from; null: they are published at it */
    Relay server(int mergeMs, @Nullable InetSocketAddress media) throws IOException, InterruptedException {
        return server(mergeMs, media, freeAddress(), freeAddress());
    }

    /** The same at given addresses, where another was before. */
    Relay server(int mergeMs, @Nullable InetSocketAddress media, InetSocketAddress viewers, InetSocketAddress links)
            throws IOException, InterruptedException {
        InetSocketAddress counts = freeAddress();
        List<String> command = command("server", viewers, counts, mergeMs);
        command.add(port(links));
        if (media != null) {
            command.add(port(media));
        }
        PinnedProcess process = PinnedProcess.start("server-" + port(viewers), command, directory, counts);
        return new Relay(process, viewers, links, counts);
    }

    /** Ready when it reaches all of its relay servers. */
    Relay client(int mergeMs, List<InetSocketAddress> parents) throws IOException, InterruptedException {
        InetSocketAddress viewers = freeAddress();
        InetSocketAddress counts = freeAddress();
        List<String> command = command("client", viewers, counts, mergeMs);
        parents.forEach(each -> command.add(port(each)));
        PinnedProcess process = PinnedProcess.start("client-" + port(viewers), command, directory, counts);
        Relay client = new Relay(process, viewers, viewers, counts);
        awaitParents(client, parents.size());
        return client;
    }

    void awaitParents(Relay client, int parents) throws InterruptedException {
        Audience.await(
                "the relay client reaches its relay servers",
                () -> counts(client).parents() == parents);
    }

    BenchRelay.Counts counts(Relay relay) {
        try {
            return BenchRelay.Counts.read(http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(relay.counts()) + "/"))
                                    .build(),
                            BodyHandlers.ofString())
                    .body());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(relay.process() + " does not tell its counts", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private List<String> command(String role, InetSocketAddress viewers, InetSocketAddress counts, int mergeMs) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-Dlog4j2.configurationFile=classpath:fairlead-log4j2.xml",
                LiveMemory.TRACKED,
                "-cp",
                System.getProperty("java.class.path"),
                BenchRelay.class.getName(),
                role,
                port(viewers),
                port(counts),
                Integer.toString(mergeMs),
                directory.toString()));
    }

    private static String port(InetSocketAddress address) {
        return Integer.toString(address.getPort());
    }

    /** On the loopback, free now. */
    static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
        }
    }
}
