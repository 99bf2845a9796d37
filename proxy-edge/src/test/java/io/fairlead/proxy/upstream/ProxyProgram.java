package io.fairlead.proxy.upstream;

import io.fairlead.schemas.config.UpstreamKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;

/** A real proxy of Debian's, as a child process on loopback. */
final class ProxyProgram implements AutoCloseable {

    final UpstreamKind kind;
    final int port;
    private final Process process;

    private ProxyProgram(UpstreamKind kind, int port, List<String> command) throws IOException {
        this.kind = kind;
        this.port = port;
        this.process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        Awaitility.await(command.get(0)).atMost(Duration.ofSeconds(60)).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError(command + " has ended with " + process.exitValue());
            }
            return takesConnections(port);
        });
    }

    /** @param user empty: no log-in is wanted */
    static ProxyProgram tinyproxy(Path directory, String user, String password) throws IOException {
        int port = freePort();
        Path settings = directory.resolve("tinyproxy-" + port + ".conf");
        List<String> lines = new ArrayList<>(
                List.of("Port " + port, "Listen 127.0.0.1", "Timeout 600", "MaxClients 100", "LogLevel Critical"));
        if (!user.isEmpty()) {
            lines.add("BasicAuth " + user + " " + password);
        }
        Files.write(settings, lines);
        return new ProxyProgram(
                UpstreamKind.HTTP, port, List.of(installed("tinyproxy"), "-d", "-c", settings.toString()));
    }

    /** @param user empty: no log-in is wanted */
    static ProxyProgram microsocks(String user, String password) throws IOException {
        int port = freePort();
        List<String> command =
                new ArrayList<>(List.of(installed("microsocks"), "-i", "127.0.0.1", "-p", String.valueOf(port)));
        if (!user.isEmpty()) {
            command.addAll(List.of("-u", user, "-P", password));
        }
        return new ProxyProgram(UpstreamKind.SOCKS5, port, command);
    }

    private static String installed(String program) {
        for (String directory : List.of("/usr/bin", "/usr/sbin", "/usr/local/bin")) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return directory + "/" + program;
            }
        }
        return Assumptions.abort("there is no " + program + " here");
    }

    /** A port that nobody listens on now. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean takesConnections(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends it as {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
