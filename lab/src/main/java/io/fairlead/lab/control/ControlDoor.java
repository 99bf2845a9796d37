package io.fairlead.lab.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * HTTP on loopback, JSON in and out, of one part of the lab. What can't be done as it was asked is answered 400 with {@code problem}, what there is not 404 with what there is, and another method of what there is 405.
 * Each question has a thread of its own, as some are watched for seconds.
 */
public final class ControlDoor implements AutoCloseable {

    private static final int BODY_BYTES_MAX = 4_096;

    private final HttpServer server;
    private final ExecutorService threads;
    private final List<Route> routes;
    private final ObjectMapper json = new ObjectMapper();

    /** Does what was asked; its result is the answer. An {@link IllegalArgumentException} says why it can't be done. */
    @FunctionalInterface
    public interface Answer {
        Object to(Asked asked) throws IOException, InterruptedException;
    }

    /** What was asked: the parts of the path that its pattern takes, and the body. */
    public static final class Asked {

        private final Matcher path;
        private final InputStream body;
        private final ObjectMapper json;

        private Asked(Matcher path, InputStream body, ObjectMapper json) {
            this.path = path;
            this.body = body;
            this.json = json;
        }

        /** @param number counted from 1 */
        public String part(int number) {
            return path.group(number);
        }

        /** At most {@value #BODY_BYTES_MAX} bytes of it are read. */
        public <T> T body(Class<T> type) throws IOException {
            return json.readValue(body.readNBytes(BODY_BYTES_MAX), type);
        }
    }

    private record Route(String method, Pattern path, String shown, Answer answer) {}

    /** Puts a door together. */
    public static final class Plan {

        private final List<Route> routes = new ArrayList<>();

        /**
         * @param path with {@code ID} for a name and {@code ASN} for a number, which are the parts of what is asked
         */
        public Plan on(String method, String path, Answer answer) {
            Pattern pattern =
                    Pattern.compile(path.replace("ID", "([A-Za-z0-9._-]{1,64})").replace("ASN", "(\\d{1,10})"));
            routes.add(new Route(method, pattern, method + " " + path, answer));
            return this;
        }

        /**
         * @param title of its threads
         * @param port 0: any that is free
         */
        public ControlDoor open(String title, int port) throws IOException {
            ControlDoor door = new ControlDoor(title, port, routes);
            door.server.start();
            return door;
        }
    }

    private ControlDoor(String title, int port, List<Route> routes) throws IOException {
        this.routes = List.copyOf(routes);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, title);
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            List<Route> there = routes.stream()
                    .filter(route -> route.path.matcher(path).matches())
                    .toList();
            for (Route route : there) {
                if (route.method.equals(exchange.getRequestMethod())) {
                    answer(exchange, route, path);
                    return;
                }
            }
            send(
                    exchange,
                    there.isEmpty() ? 404 : 405,
                    Map.of("problem", "There is " + shown(there.isEmpty() ? routes : there) + "."));
        }
    }

    private static String shown(List<Route> routes) {
        return routes.stream().map(Route::shown).collect(Collectors.joining(", "));
    }

    private void answer(HttpExchange exchange, Route route, String path) throws IOException {
        Matcher parts = route.path.matcher(path);
        try (InputStream body = exchange.getRequestBody()) {
            if (parts.matches()) {
                send(exchange, 200, route.answer.to(new Asked(parts, body, json)));
            }
        } catch (IllegalArgumentException | JsonProcessingException e) {
            send(exchange, 400, Map.of("problem", String.valueOf(e.getMessage())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(HttpExchange exchange, int status, Object value) throws IOException {
        byte[] body = json.writeValueAsBytes(value);
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
