package io.fairlead.proxy.front;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A package of npm without dependencies, fetched once, verified, and kept in the project's cache outside of it. */
record NodePackage(String name, String version, String sha512Base64) {

    /** What Node's fetch is made of; its agents for proxies come with the package only. MIT. */
    static final NodePackage UNDICI = new NodePackage(
            "undici",
            "6.21.3",
            "gBLkYIlEnSp8pFbT64yFgGE6UIB9tAkhukC23PmMDCe5Nd+cRqKxSjw5y54MK2AZMgZfJWMaNE4nYUHgi1XEOw==");

    /** The package's directory, to be required by its path. */
    Path directory() throws Exception {
        String told = System.getenv("FAIRLEAD_CACHE");
        Path cache = told != null && !told.isBlank()
                ? Path.of(told)
                : Path.of(System.getProperty("user.home"), ".cache", "fairlead");
        Path home = cache.toAbsolutePath().resolve(name + "-" + version);
        if (!Files.isDirectory(home)) {
            Files.createDirectories(cache);
            fetch(home, Files.createTempDirectory(cache, name + "-fetching"));
        }
        return home.resolve("package");
    }

    /** Whole and verified before it has its name; who fetches the same at the same time loses nothing. */
    private void fetch(Path home, Path fresh) throws Exception {
        Node.output(
                List.of("npm", "pack", "--silent", "--pack-destination", fresh.toString(), name + "@" + version),
                Map.of());
        Path archive = fresh.resolve(name + "-" + version + ".tgz");
        String digest = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(archive)));
        if (!digest.equals(sha512Base64)) {
            throw new IOException(archive + " has SHA-512 " + digest + ", published was " + sha512Base64
                    + "; delete it and look at what npm is set up to fetch from");
        }
        Node.output(List.of("tar", "-xzf", archive.toString(), "-C", fresh.toString()), Map.of());
        Files.delete(archive);
        try {
            Files.move(fresh, home);
        } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
            // another run was faster; what it has fetched is the same
        }
    }
}
