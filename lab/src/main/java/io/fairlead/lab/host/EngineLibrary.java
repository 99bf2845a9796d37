package io.fairlead.lab.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The engine of ClickHouse as a library, fetched once with npm (178 MB), verified, and kept in a cache outside the project.
 *
 * <p>Several processes may ask at once: one fetches, the others wait. What stands under its final name is whole and verified,
 * because it is moved there at the end.
 */
final class EngineLibrary {
    private static final String PACKAGE = "@chdb/lib-linux-x64-gnu@26.7.3-stable.1";
    private static final String VERSION = "26.7.3-stable.1";
    private static final String MEMBER = "package/libchdb.so";
    private static final String ARCHIVE_SHA256 = "c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad";
    private static final String LIBRARY_SHA256 = "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5";
    private static final long LIBRARY_BYTES = 566_330_096;
    private static final long FETCH_LIMIT_MINUTES = 15;
    private static final int TAIL_LINES = 15;

    private final Path cache;
    private final String npm;
    private final Consumer<String> notices;

    /**
     * @param cache directory that outlives the project's build
     * @param npm the command to fetch with
     */
    EngineLibrary(Path cache, String npm, Consumer<String> notices) {
        this.cache = cache.toAbsolutePath();
        this.npm = npm;
        this.notices = notices;
    }

    /**
     * The library in {@code $FAIRLEAD_CACHE}, or else {@code ~/.cache/fairlead}.
     *
     * @throws HostFailure if the engine does not run on this kind of machine
     */
    static EngineLibrary ofThisMachine(Consumer<String> notices) throws HostFailure {
        requirePlatform(System.getProperty("os.name"), System.getProperty("os.arch"));
        String told = System.getenv("FAIRLEAD_CACHE");
        Path cache = told != null && !told.isBlank()
                ? Path.of(told)
                : Path.of(System.getProperty("user.home"), ".cache", "fairlead");
        return new EngineLibrary(cache, "npm", notices);
    }

    static void requirePlatform(String system, String architecture) throws HostFailure {
        boolean linux = system.toLowerCase(Locale.ROOT).startsWith("linux");
        boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
        if (!linux || !x86 || !Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"))) {
            throw new HostFailure(
                    "The embedded ClickHouse runs on Linux on x86-64 with glibc only; this is " + system + " on "
                            + architecture + ". Start a ClickHouse server yourself and name it with --clickhouse URL.");
        }
    }

    /**
     * Fetches the library unless it is there.
     *
     * @return where it is
     * @throws HostFailure if npm is missing, the download fails, or what came is not what was published
     */
    Path path() throws HostFailure {
        Path home = cache.resolve("clickhouse").resolve(VERSION);
        Path library = home.resolve("libchdb.so");
        try {
            if (isWhole(library)) {
                return library;
            }
            Files.createDirectories(home);
            // A file lock is held for the whole JVM: within it, threads wait for each other here.
            synchronized (EngineLibrary.class) {
                try (FileChannel channel = FileChannel.open(
                                home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (!lock.isValid() || !isWhole(library)) {
                        fetch(home, library);
                    }
                }
            }
            return library;
        } catch (HostFailure failure) {
            throw failure;
        } catch (IOException failure) {
            throw new HostFailure(
                    "The ClickHouse engine can't be kept in " + home + " (it needs 750 MB there while it is fetched)."
                            + " Another place can be named in the environment variable FAIRLEAD_CACHE.",
                    failure);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            throw new HostFailure("Fetching the ClickHouse engine was interrupted", hurried);
        }
    }

    /** The size is enough: only a verified file is ever moved to this name. */
    private static boolean isWhole(Path library) throws IOException {
        return Files.exists(library) && Files.size(library) == LIBRARY_BYTES;
    }

    private void fetch(Path home, Path library) throws IOException, InterruptedException {
        Path work = home.resolve("fetching");
        delete(work);
        Files.createDirectories(work);
        notices.accept("Fetching the ClickHouse engine with npm, once: " + PACKAGE + " (178 MB) to " + home);
        run(work, npm, "pack", "--silent", "--pack-destination", work.toString(), PACKAGE);
        Path archive = archiveIn(work);
        verify(archive, ARCHIVE_SHA256);
        run(work, "tar", "-xzf", archive.toString(), MEMBER);
        Path unpacked = work.resolve(MEMBER);
        verify(unpacked, LIBRARY_SHA256);
        Files.move(unpacked, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        delete(work);
    }

    private static Path archiveIn(Path work) throws IOException {
        try (Stream<Path> files = Files.list(work)) {
            return files.filter(file -> file.toString().endsWith(".tgz"))
                    .findFirst()
                    .orElseThrow(() ->
                            new HostFailure("npm pack " + PACKAGE + " succeeded, but left no archive in " + work));
        }
    }

    private static void verify(Path file, String sha256) throws IOException {
        String found = sha256(file);
        if (!found.equals(sha256)) {
            throw new HostFailure("What npm brought as " + PACKAGE + " is not what was published: " + file.getFileName()
                    + " has SHA-256 " + found + ", not " + sha256
                    + ". Look at the registry that npm uses (npm config get registry).");
        }
    }

    private void run(Path work, String... command) throws IOException, InterruptedException {
        Path output = work.resolve("output.txt");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(work.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
        } catch (IOException missing) {
            throw new HostFailure(
                    "The embedded ClickHouse needs " + command[0] + ", which can't be run. Install it (Debian:"
                            + " apt-get install " + command[0] + "), or name a server with --clickhouse URL.",
                    missing);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(FETCH_LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new HostFailure(String.join(" ", command) + " took more than " + FETCH_LIMIT_MINUTES + " minutes."
                        + LogTail.of(output, TAIL_LINES));
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new HostFailure(String.join(" ", command) + " failed with exit code " + process.exitValue() + "."
                    + LogTail.of(output, TAIL_LINES));
        }
    }

    private static String sha256(Path file) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("Every Java has SHA-256", absent);
        }
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            byte[] buffer = new byte[1 << 20];
            while (in.read(buffer) >= 0) {
                // Reading feeds the digest.
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }
}
