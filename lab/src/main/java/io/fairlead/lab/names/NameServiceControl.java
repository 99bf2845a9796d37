package io.fairlead.lab.names;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code GET /answers}: what answers were worth; {@code PUT /groups/ID/failure}: a group fails; {@code DELETE} of the same: it is back. On loopback. */
final class NameServiceControl implements AutoCloseable {

    private static final Pattern FAILURE = Pattern.compile("/groups/([A-Za-z0-9._-]{1,64})/failure");

    private final NameService service;
    private final HttpServer server;
    private final ObjectMapper json = new ObjectMapper();

    private NameServiceControl(NameService service, HttpServer server) {
        this.service = service;
        this.server = server;
    }

    /** @param port 0: any that is free */
    static NameServiceControl start(NameService service, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        NameServiceControl control = new NameServiceControl(service, server);
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
            Matcher failure = FAILURE.matcher(path);
            if (path.equals("/answers") && method.equals("GET")) {
                answer(exchange, 200, service.seen());
            } else if (failure.matches() && (method.equals("PUT") || method.equals("DELETE"))) {
                try {
                    service.fail(failure.group(1), method.equals("PUT"));
                    answer(exchange, 200, service.seen());
                } catch (IllegalArgumentException e) {
                    answer(exchange, 404, Map.of("problem", String.valueOf(e.getMessage())));
                }
            } else {
                answer(
                        exchange,
                        404,
                        Map.of("problem", "there is GET /answers, and PUT and DELETE of /groups/ID/failure"));
            }
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
    }
}
