package io.fairlead.lab.rooms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fairlead.lab.host.ProjectHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real Chromium on a room's page of the console, where it has pressed play; the page is looked at twice a second. */
final class BrowserViewer implements AutoCloseable {

    /**
     * The player's tile.
     *
     * @param waitMs longest wait since it was looked at before
     * @param gapMs longest time in which nothing new came into the buffer
     * @param leastMs least that was buffered ahead of the picture
     * @param stillMs longest time in which the page itself did nothing, for want of a processor
     * @param problem the sentence that it shows; empty: none
     */
    record Sight(
            double timeS,
            int decoded,
            int waitMs,
            int gapMs,
            int leastMs,
            int stillMs,
            String problem,
            String button) {}

    private static final int END_S = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process node;
    private final List<Sight> sights = new ArrayList<>(); // guarded by itself

    BrowserViewer(Path directory, URI console, String room, String relayClient, String query) throws IOException {
        Path web = ProjectHome.find().directory().resolve("dashboards/web");
        node = new ProcessBuilder("node", "test/player.mjs", console.toString(), room, relayClient, query)
                .directory(web.toFile())
                .redirectError(directory.resolve("player.log").toFile())
                .start();
        Thread reading = new Thread(this::read, "browser-viewer");
        reading.setDaemon(true);
        reading.start();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(node.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode told = JSON.readTree(line);
                synchronized (sights) {
                    sights.add(new Sight(
                            told.path("timeS").asDouble(),
                            told.path("decoded").asInt(),
                            told.path("waitMs").asInt(),
                            told.path("gapMs").asInt(),
                            told.path("leastMs").asInt(),
                            told.path("stillMs").asInt(),
                            told.path("problem").asText(),
                            told.path("button").asText()));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("what the browser says can't be read", e);
        }
    }

    /** How often it has been looked at. */
    int looks() {
        synchronized (sights) {
            return sights.size();
        }
    }

    /** All of it since so many looks. */
    List<Sight> since(int looks) {
        synchronized (sights) {
            return List.copyOf(sights.subList(looks, sights.size()));
        }
    }

    /** The newest; all zero before. */
    Sight now() {
        synchronized (sights) {
            return sights.isEmpty() ? new Sight(0, 0, 0, 0, 0, 0, "", "") : sights.get(sights.size() - 1);
        }
    }

    @Override
    public void close() throws Exception {
        node.getOutputStream().close();
        if (!node.waitFor(END_S, TimeUnit.SECONDS)) {
            node.descendants().forEach(ProcessHandle::destroyForcibly);
            node.destroyForcibly().waitFor();
        }
    }
}
