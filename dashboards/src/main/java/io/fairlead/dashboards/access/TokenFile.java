package io.fairlead.dashboards.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of a console in a file that its user alone reads: {@code {"tokens": [{"name", "role", "sha256", "endsAt"}]}}. Who has it learns no secret from it. It is read
 * again when it was changed, so that a token that is taken away opens nothing from then on. Any thread.
 */
public final class TokenFile {

    /** Of one file. */
    public static final int TOKENS_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);
    private static final int SECRET_BYTES = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private Stamp read = new Stamp(FileTime.fromMillis(0), -1);
    private List<AccessToken> tokens = List.of();

    private record Stamp(FileTime changed, long bytes) {}

    /**
     * @param path a file that is not there yet is one without tokens
     * @throws IOException when it can't be read or says what it can't, with a sentence that names the line of action
     */
    public TokenFile(Path path) throws IOException {
        this.path = path;
        refresh();
    }

    public Path path() {
        return path;
    }

    /** As the file has them now. One that can't be read any more is logged, and what it said before counts. */
    public synchronized List<AccessToken> tokens() {
        try {
            refresh();
        } catch (IOException e) {
            LOG.error("{} What it said before counts until then.", e.getMessage());
        }
        return tokens;
    }

    /** Whose secret that is, ended or not. */
    public Optional<AccessToken> find(String secret) {
        String digest = AccessToken.digest(secret);
        return tokens().stream().filter(token -> token.digest().equals(digest)).findFirst();
    }

    /**
     * Makes a token, in place of a former one of that name.
     *
     * @return the secret, which nobody can find out again
     */
    public String add(String name, Role role, Instant endsAt) throws IOException {
        byte[] chance = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(chance);
        String secret = "fairlead_" + Base64.getUrlEncoder().withoutPadding().encodeToString(chance);
        AccessToken made = new AccessToken(name, role, AccessToken.digest(secret), endsAt);
        change(before -> {
            List<AccessToken> after = new ArrayList<>(before);
            after.removeIf(token -> token.name().equals(name));
            after.add(made);
            return after;
        });
        return secret;
    }

    /** False when there was none of that name. */
    public boolean remove(String name) throws IOException {
        boolean there = tokens().stream().anyMatch(token -> token.name().equals(name));
        change(before ->
                before.stream().filter(token -> !token.name().equals(name)).toList());
        return there;
    }

    private synchronized void change(UnaryOperator<List<AccessToken>> how) throws IOException {
        Path folder = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(Path.of("/"));
        Files.createDirectories(folder);
        // Two commands at once take turns, so that none undoes what the other did.
        try (FileChannel channel = FileChannel.open(
                        folder.resolve(path.getFileName() + ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
                FileLock turn = channel.lock()) {
            LOG.trace("{}", turn);
            refresh();
            List<AccessToken> after = how.apply(tokens);
            if (after.size() > TOKENS_MAX) {
                throw new IOException(
                        path + " would have over " + TOKENS_MAX + " tokens. Remove what nobody needs any more.");
            }
            write(folder, after);
        }
        refresh();
    }

    private void write(Path folder, List<AccessToken> all) throws IOException {
        ObjectNode document = JSON.createObjectNode();
        ArrayNode list = document.putArray("tokens");
        for (AccessToken token : all) {
            list.addObject()
                    .put("name", token.name())
                    .put("role", token.role().toString())
                    .put("sha256", token.digest())
                    .put("endsAt", token.endsAt().toString());
        }
        Path fresh = Files.createTempFile(
                folder,
                path.getFileName() + ".",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private synchronized void refresh() throws IOException {
        try {
            Stamp now = new Stamp(Files.getLastModifiedTime(path), Files.size(path));
            if (!now.equals(read)) {
                read = now; // one that is wrong is said once, not at each look
                tokens = parsed(Files.readString(path));
            }
        } catch (NoSuchFileException none) {
            read = new Stamp(FileTime.fromMillis(0), -1);
            tokens = List.of();
        }
    }

    private List<AccessToken> parsed(String text) throws IOException {
        List<AccessToken> parsed = new ArrayList<>();
        try {
            for (JsonNode each : JSON.readTree(text).path("tokens")) {
                parsed.add(new AccessToken(
                        each.path("name").asText(),
                        Role.valueOf(each.path("role").asText().toUpperCase(Locale.ROOT)),
                        each.path("sha256").asText(),
                        Instant.parse(each.path("endsAt").asText())));
            }
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IOException(
                    "The token file " + path + " can't be understood: " + e.getMessage()
                            + " Mend it, or make its tokens anew with: fairlead console token add.",
                    e);
        }
        return List.copyOf(parsed);
    }
}
