package io.fairlead.lab.rooms;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code GET /rooms}: how the room is; {@code PUT /clients/ID/leave-master} and {@code PUT /clients/ID/silence-upstream}: a promotion at a
 * relay client, answered with what its viewers saw. On loopback.
 */
final class RoomsControl implements AutoCloseable {

    private static final Pattern PROMOTION =
            Pattern.compile("/clients/([A-Za-z0-9._-]{1,64})/(leave-master|silence-upstream)");

    private final LiveRooms rooms;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "rooms-control");
        thread.setDaemon(true);
        return thread;
    });
    private final ObjectMapper json = new ObjectMapper();

    private RoomsControl(LiveRooms rooms, HttpServer server) {
        this.rooms = rooms;
        this.server = server;
    }

    /** @param port 0: any that is free */
    static RoomsControl start(LiveRooms rooms, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        RoomsControl control = new RoomsControl(rooms, server);
        server.setExecutor(control.threads); // a promotion is watched for seconds, and others may look meanwhile
        server.createContext("/", control::handle);
        server.start();
        return control;
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            Matcher promotion = PROMOTION.matcher(path);
            if (path.equals("/rooms") && method.equals("GET")) {
                answer(exchange, 200, rooms.picture());
            } else if (promotion.matches() && method.equals("PUT")) {
                promote(exchange, promotion.group(1), promotion.group(2).equals("leave-master"));
            } else {
                answer(
                        exchange,
                        404,
                        Map.of(
                                "problem",
                                "there is GET /rooms, and PUT of /clients/ID/leave-master and /clients/ID/silence-upstream"));
            }
        }
    }

    private void promote(HttpExchange exchange, String client, boolean leaves) throws IOException {
        try {
            answer(exchange, 200, leaves ? rooms.leaveMaster(client) : rooms.silenceUpstream(client));
        } catch (IllegalArgumentException e) {
            answer(exchange, 409, Map.of("problem", String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange, int status, Object value) throws IOException {
        byte[] body = json.writeValueAsString(value).getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
