package io.fairlead.lab.bench.proxy;

import io.fairlead.lab.host.HostFailure;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Other people's proxies, as many as are installed: HAProxy and Squid of the system, LittleProxy of Maven. Each has one thread, or as many
 * as it finds right for one processor, and caches and logs nothing unless it is said.
 */
final class Peers implements AutoCloseable {

    private static final int HEAP_MIB = 512;

    private final Path directory;
    private final String site;
    private final List<AutoCloseable> running = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();

    private @Nullable Contender haProxy;
    private @Nullable Contender haProxyLogging;
    private @Nullable Contender haProxyBytes;
    private @Nullable Contender squid;
    private @Nullable Contender littleProxy;

    private Peers(Path directory, String site) {
        this.directory = directory;
        this.site = site;
    }

    /** Starts them. */
    static Peers start(Path directory, String site) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Peers peers = new Peers(directory, site);
        try {
            peers.startHaProxy();
            peers.startSquid();
            peers.startLittleProxy();
            return peers;
        } catch (IOException | InterruptedException | RuntimeException e) {
            peers.close();
            throw e;
        }
    }

    /** What is not there, each with how to install it. */
    List<String> missing() {
        return missing;
    }

    /** HAProxy in HTTP mode, in front of the site. It has no forward mode, but takes whole addresses. */
    Optional<Contender> haProxy() {
        return Optional.ofNullable(haProxy);
    }

    /** The same with a line of log for each request. */
    Optional<Contender> haProxyLogging() {
        return Optional.ofNullable(haProxyLogging);
    }

    /** HAProxy in TCP mode, where it splices in the kernel. */
    Optional<Contender> haProxyBytes() {
        return Optional.ofNullable(haProxyBytes);
    }

    Optional<Contender> squid() {
        return Optional.ofNullable(squid);
    }

    Optional<Contender> littleProxy() {
        return Optional.ofNullable(littleProxy);
    }

    private void startHaProxy() throws IOException, InterruptedException {
        String version = version("haproxy", "-v", "version ([0-9.]+)");
        if (version.isEmpty()) {
            missing.add("HAProxy (Debian: apt-get install haproxy)");
            return;
        }
        InetSocketAddress http = freeAddress();
        InetSocketAddress logging = freeAddress();
        InetSocketAddress bytes = freeAddress();
        java.net.DatagramSocket log = new java.net.DatagramSocket(new InetSocketAddress(loopback(), 0));
        running.add(log); // nobody reads it: what does not fit is dropped, as a busy collector would
        Path config = directory.resolve("haproxy.cfg");
        String server = " server site " + site + "\n";
        Files.writeString(
                config,
                "global\n nbthread 1\n maxconn 4000\n log 127.0.0.1:" + log.getLocalPort() + " local0\n"
                        + "defaults\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n option splice-auto\n"
                        + "listen http\n mode http\n http-reuse always\n bind 127.0.0.1:" + http.getPort() + "\n"
                        + server
                        + "listen logging\n mode http\n log global\n option httplog\n http-reuse always\n bind 127.0.0.1:"
                        + logging.getPort() + "\n" + server
                        + "listen bytes\n mode tcp\n bind 127.0.0.1:" + bytes.getPort() + "\n" + server);
        PinnedProcess process = started(
                PinnedProcess.start("haproxy", List.of("haproxy", "-db", "-f", config.toString()), directory, http));
        String name = "HAProxy " + version;
        haProxy = new Contender(name, process, http, Way.FORWARD, "", site);
        haProxyLogging = new Contender(name + ", logging", process, logging, Way.FORWARD, "", site);
        haProxyBytes = new Contender(name + ", TCP mode", process, bytes, Way.STRAIGHT, "", site);
    }

    private void startSquid() throws IOException, InterruptedException {
        String version = version("squid", "-v", "Version ([0-9.]+)");
        if (version.isEmpty()) {
            missing.add("Squid (Debian: apt-get install squid)");
            return;
        }
        InetSocketAddress address = freeAddress();
        Path config = directory.resolve("squid.conf");
        Files.writeString(
                config,
                "http_port 127.0.0.1:" + address.getPort()
                        + "\nacl all src 0.0.0.0/0\nhttp_access allow all\ncache deny all\n"
                        + "cache_mem 0 MB\naccess_log none\ncache_log " + directory.resolve("squid-cache.log")
                        + "\npid_filename " + directory.resolve("squid.pid") + "\ncoredump_dir " + directory
                        + "\nmax_filedescriptors 20000\nshutdown_lifetime 1 seconds\n");
        PinnedProcess process = started(
                PinnedProcess.start("squid", List.of("squid", "-N", "-f", config.toString()), directory, address));
        squid = new Contender("Squid " + version, process, address, Way.FORWARD, "", site);
    }

    private void startLittleProxy() throws IOException, InterruptedException {
        String classPath;
        try {
            classPath = ProjectHome.find().classPath("littleproxy");
        } catch (HostFailure e) {
            missing.add("LittleProxy (" + e.getMessage() + ")");
            return;
        }
        InetSocketAddress address = freeAddress();
        Path quiet = directory.resolve("littleproxy-log4j2.xml");
        Files.writeString(
                quiet,
                "<Configuration status=\"warn\"><Appenders><Console name=\"c\"/></Appenders>"
                        + "<Loggers><Root level=\"warn\"><AppenderRef ref=\"c\"/></Root></Loggers></Configuration>");
        PinnedProcess process = started(PinnedProcess.start(
                "littleproxy",
                List.of(
                        java("java"),
                        "-Xmx" + HEAP_MIB + "m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        "org.littleshoot.proxy.Launcher",
                        "--server",
                        "--port",
                        Integer.toString(address.getPort()),
                        "--log_config",
                        quiet.toString()),
                directory,
                address));
        littleProxy = new Contender("LittleProxy 2.8.0", process, address, Way.FORWARD, "", site);
    }

    static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    /** A loopback address that is free now. */
    static InetSocketAddress freeAddress() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, loopback())) {
            return new InetSocketAddress(loopback(), probe.getLocalPort());
        }
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    /** What a program says of its version; empty: it is not there. */
    private static String version(String program, String flag, String pattern) throws InterruptedException {
        try {
            Process asked =
                    new ProcessBuilder(program, flag).redirectErrorStream(true).start();
            String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            asked.waitFor();
            var matcher = java.util.regex.Pattern.compile(pattern).matcher(said);
            return matcher.find() ? matcher.group(1) : "of unknown version";
        } catch (IOException notInstalled) {
            return "";
        }
    }

    private PinnedProcess started(PinnedProcess process) {
        running.add(process);
        return process;
    }

    @Override
    public void close() {
        for (AutoCloseable each : running) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("a peer did not end: " + e.getMessage(), e);
            }
        }
    }
}
