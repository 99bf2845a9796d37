package io.fairlead.lab.relay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The real Chromium with a page on which mpegts.js and hls.js play; the page tells how each fares. */
final class Players implements AutoCloseable {

    /** A player's state. */
    record State(double timeS, int frames, int ranges, double bufferedToS, int longestWaitMs, List<String> errors) {}

    private static final ObjectMapper JSON = new ObjectMapper();
    private final Path modules =
            ProjectHome.find().directory().resolve("dashboards").resolve("web").resolve("node_modules");
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Process chromium;
    private volatile JsonNode told = JSON.createObjectNode();

    /** @param players KIND:ADDRESS by name, where KIND is flv, mpegts or hls */
    Players(Path directory, Map<String, String> players) throws Exception {
        server.createContext("/players.html", exchange -> answer(exchange, "text/html", page()));
        server.createContext(
                "/mpegts.js", exchange -> answer(exchange, "text/javascript", script("mpegts.js/dist/mpegts.js")));
        server.createContext(
                "/hls.js", exchange -> answer(exchange, "text/javascript", script("hls.js/dist/hls.min.js")));
        server.createContext("/state", this::hear);
        server.start();
        String query = players.entrySet().stream()
                .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        chromium = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--autoplay-policy=no-user-gesture-required",
                        "--user-data-dir=" + directory.resolve("chromium"),
                        "--remote-debugging-port=0",
                        "http://127.0.0.1:" + server.getAddress().getPort() + "/players.html?" + query)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("chromium.log").toFile())
                .start();
    }

    private static byte[] page() throws IOException {
        try (InputStream page = Objects.requireNonNull(Players.class.getResourceAsStream("players.html"))) {
            return page.readAllBytes();
        }
    }

    private byte[] script(String path) throws IOException {
        return Files.readAllBytes(modules.resolve(path));
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private void hear(HttpExchange exchange) throws IOException {
        told = JSON.readTree(exchange.getRequestBody());
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    /** As it was told last; all zero before. */
    State state(String player) {
        JsonNode node = told.path(player);
        List<String> errors = new ArrayList<>();
        node.path("errors").forEach(error -> errors.add(error.asText()));
        return new State(
                node.path("time").asDouble(),
                node.path("frames").asInt(),
                node.path("ranges").asInt(),
                node.path("end").asDouble(),
                node.path("longestWaitMs").asInt(),
                errors);
    }

    /** All that was told last. */
    String all() {
        return told.toString();
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> children = chromium.descendants().toList();
        chromium.destroy();
        if (!chromium.waitFor(10, TimeUnit.SECONDS)) {
            chromium.destroyForcibly().waitFor();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        server.stop(0);
    }
}
