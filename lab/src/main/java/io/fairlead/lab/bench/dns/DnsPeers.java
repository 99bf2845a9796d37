package io.fairlead.lab.bench.dns;

import io.fairlead.lab.bench.proxy.PinnedProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Other people's name servers, as many as are installed, each with the same zone and one worker. */
public final class DnsPeers implements AutoCloseable {

    static final String POWER_DNS = "pdns";
    static final String POWER_DNS_SIGNING = "pdns, signing";

    private static final Path SBIN = Path.of("/usr/sbin");

    private final Path directory;
    private final List<Server> running = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    /** A name server that runs. */
    public record Server(String name, InetSocketAddress address, PinnedProcess process) {}

    private DnsPeers(Path directory) throws IOException {
        this.directory = directory;
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("zone"), BenchZone.text());
    }

    /** Starts all of them that are installed. */
    static DnsPeers startAll(Path directory) throws IOException, InterruptedException {
        DnsPeers peers = new DnsPeers(directory);
        try {
            peers.start("knotd", "Debian: apt-get install knot", peers::knot);
            peers.start("nsd", "Debian: apt-get install nsd", peers::nsd);
            peers.start("gdnsd", "Debian: apt-get install gdnsd", peers::gdnsd);
            peers.start("named", "Debian: apt-get install bind9", peers::bind);
            if (PowerDns.hasBackends()) {
                peers.start(POWER_DNS, PowerDns.PROGRAM, PowerDns.INSTALL, PowerDns::serving);
                peers.start(POWER_DNS_SIGNING, PowerDns.PROGRAM, PowerDns.INSTALL, PowerDns::signing);
            } else {
                peers.missing.add(PowerDns.PROGRAM + " with its backends bind and geoip (" + PowerDns.INSTALL + ")");
            }
            return peers;
        } catch (IOException | InterruptedException | RuntimeException e) {
            peers.close();
            throw e;
        }
    }

    /** Starts NSD alone; nothing runs if it is not installed. */
    public static DnsPeers startNsd(Path directory) throws IOException, InterruptedException {
        DnsPeers peers = new DnsPeers(directory);
        peers.start("nsd", "Debian: apt-get install nsd", peers::nsd);
        return peers;
    }

    List<String> missing() {
        return missing;
    }

    /** Those that run. */
    public List<Server> running() {
        return List.copyOf(running);
    }

    Optional<Server> named(String name) {
        return running.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    private interface Configuration {
        /** Writes it; gives the command. */
        List<String> write(Path program, Path own, int port) throws IOException;
    }

    private void start(String program, String install, Configuration configuration)
            throws IOException, InterruptedException {
        start(program, program, install, configuration);
    }

    private void start(String name, String program, String install, Configuration configuration)
            throws IOException, InterruptedException {
        Path path = SBIN.resolve(program);
        if (!Files.isExecutable(path)) {
            missing.add(program + " (" + install + ")");
            return;
        }
        Path own = Files.createDirectories(directory.resolve(name.replaceAll("\\W+", "-")));
        Files.copy(directory.resolve("zone"), own.resolve("zone"));
        InetSocketAddress address = freeAddress();
        List<String> command = configuration.write(path, own, address.getPort());
        running.add(new Server(name, address, PinnedProcess.start(program, command, own, address)));
    }

    /** Free for datagrams and connections a moment ago. */
    static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        }
    }

    private List<String> knot(Path program, Path own, int port) throws IOException {
        Path file = own.resolve("knot.conf");
        Files.writeString(file, """
                server:
                  rundir: "%1$s"
                  listen: 127.0.0.1@%2$d
                  udp-workers: 1
                  tcp-workers: 1
                database:
                  storage: "%1$s/db"
                zone:
                  - domain: %3$s
                    storage: "%1$s"
                    file: zone
                """.formatted(own, port, BenchZone.NAME));
        return List.of(program.toString(), "-c", file.toString());
    }

    private List<String> nsd(Path program, Path own, int port) throws IOException {
        Path file = own.resolve("nsd.conf");
        Files.writeString(file, """
                server:
                  ip-address: 127.0.0.1@%2$d
                  server-count: 1
                  username: ""
                  chroot: ""
                  zonesdir: "%1$s"
                  pidfile: "%1$s/pid"
                  xfrdfile: "%1$s/xfrd"
                  zonelistfile: "%1$s/list"
                  database: ""
                  rrl-ratelimit: 0
                remote-control:
                  control-enable: no
                zone:
                  name: %3$s
                  zonefile: zone
                """.formatted(own, port, BenchZone.NAME));
        return List.of(program.toString(), "-d", "-c", file.toString());
    }

    private List<String> gdnsd(Path program, Path own, int port) throws IOException {
        Path zones = Files.createDirectories(own.resolve("zones"));
        Files.move(own.resolve("zone"), zones.resolve(BenchZone.NAME));
        Files.writeString(own.resolve("config"), """
                options => {
                  listen => 127.0.0.1:%2$d
                  run_dir => %1$s/run
                  state_dir => %1$s/state
                  udp_threads => 1
                  tcp_threads => 1
                }
                """.formatted(own, port));
        return List.of(program.toString(), "-c", own.toString(), "start");
    }

    private List<String> bind(Path program, Path own, int port) throws IOException {
        Path file = own.resolve("named.conf");
        Files.writeString(file, """
                options {
                  directory "%1$s"; pid-file none; session-keyfile none; listen-on port %2$d { 127.0.0.1; };
                  listen-on-v6 { none; }; recursion no; dnssec-validation no; minimal-responses yes;
                };
                controls { };
                zone "%3$s" { type primary; file "zone"; };
                """.formatted(own, port, BenchZone.NAME));
        return List.of(program.toString(), "-g", "-n", "1", "-c", file.toString());
    }

    @Override
    public void close() {
        running.forEach(each -> each.process().close());
    }
}
