package io.fairlead.lab.bench.relay;

import io.fairlead.lab.bench.proxy.PinnedProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Node-Media-Server of npm (Apache-2.0): takes RTMP and HTTP-FLV, sends HTTP-FLV; somebody else's reading of both. Its packages are fetched once,
 * each verified by the sum in the lock file, and kept in the project's cache.
 */
public final class NodeMediaServer implements AutoCloseable {

    private static final String VERSION = "4.4.3";
    private static final int FETCH_LIMIT_MINUTES = 5;

    private final PinnedProcess process;
    private final InetSocketAddress http;

    private NodeMediaServer(PinnedProcess process, InetSocketAddress http) {
        this.process = process;
        this.http = http;
    }

    /** On the servers' processor. */
    static NodeMediaServer start(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        InetSocketAddress http = RelayProcesses.freeAddress();
        List<String> command = command(directory, http, RelayProcesses.freeAddress());
        return new NodeMediaServer(PinnedProcess.start("node-media-server", command, directory, http), http);
    }

    /**
     * What starts one; fetches it if it has to be.
     *
     * @param directory where its settings and data stand
     * @param http where it takes HTTP-FLV and sends it, at {@code /APP/ROOM.flv}
     * @param rtmp where it takes RTMP
     */
    public static List<String> command(Path directory, InetSocketAddress http, InetSocketAddress rtmp)
            throws IOException, InterruptedException {
        Path settings = directory.resolve("settings.json");
        Files.writeString(
                settings,
                String.format(
                        Locale.ROOT,
                        "{\"bind\":\"%s\",\"store\":{\"path\":\"./data\"},\"http\":{\"port\":%d},\"rtmp\":{\"port\":%d},"
                                + "\"webadmin\":{\"enable\":false},\"record\":{\"auto\":false,\"path\":\"./record\"}}",
                        InetAddress.getLoopbackAddress().getHostAddress(),
                        http.getPort(),
                        rtmp.getPort()));
        Path program = installed().resolve("node_modules/node-media-server/bin/app.js");
        return List.of("node", program.toString(), "--config", settings.toString());
    }

    /** Whole under its name: it is moved there at the end, and who fetches at the same time loses nothing. */
    private static Path installed() throws IOException, InterruptedException {
        String told = System.getenv("FAIRLEAD_CACHE");
        Path cache = told != null && !told.isBlank()
                ? Path.of(told)
                : Path.of(System.getProperty("user.home"), ".cache", "fairlead");
        Path home = cache.toAbsolutePath().resolve("node-media-server-" + VERSION);
        if (!Files.isDirectory(home)) {
            Files.createDirectories(cache);
            Path fresh = Files.createTempDirectory(cache.toAbsolutePath(), "node-media-server-fetching");
            fetch(fresh);
            try {
                Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException | DirectoryNotEmptyException | AtomicMoveNotSupportedException e) {
                if (!Files.isDirectory(home)) {
                    throw e;
                }
            }
        }
        return home;
    }

    private static void fetch(Path fresh) throws IOException, InterruptedException {
        for (String each : List.of("package.json", "package-lock.json")) {
            try (InputStream resource = NodeMediaServer.class.getResourceAsStream("node-media-server/" + each)) {
                if (resource == null) {
                    throw new IOException("node-media-server/" + each + " is missing in the program; build it anew");
                }
                Files.copy(resource, fresh.resolve(each));
            }
        }
        Path said = fresh.resolve("npm.log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(fresh.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!npm.waitFor(FETCH_LIMIT_MINUTES, TimeUnit.MINUTES) || npm.exitValue() != 0) {
                throw new IOException("npm can't fetch Node-Media-Server " + VERSION + "; it said: "
                        + Files.readString(said).strip());
            }
        } finally {
            npm.destroyForcibly();
        }
    }

    InetSocketAddress http() {
        return http;
    }

    PinnedProcess process() {
        return process;
    }

    @Override
    public String toString() {
        return "Node-Media-Server " + VERSION;
    }

    @Override
    public void close() {
        process.close();
    }
}
