package io.fairlead.lab.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lets an operator make exits of a running fleet worse: {@code GET /exits}, {@code PUT /exits/ID/impairment} with an {@link
 * Impairment} as JSON, {@code DELETE} of the same to have it as it was; {@code PUT /networks/ASN/impairment} and {@code
 * DELETE} for all exits of a network, {@code PUT /networks/ASN/decay} with a {@link Fleet.Decay}. On loopback.
 */
public final class FleetControl implements AutoCloseable {

    private static final int BODY_BYTES_MAX = 4_096;
    private static final String EXITS = "/exits";
    private static final String IMPAIRMENT = "/impairment";
    private static final Pattern NETWORK = Pattern.compile("/networks/(\\d{1,10})/(impairment|decay)");

    private final Fleet fleet;
    private final HttpServer server;
    private final ObjectMapper json = new ObjectMapper();

    private FleetControl(Fleet fleet, HttpServer server) {
        this.fleet = fleet;
        this.server = server;
    }

    /** @param port 0: any that is free */
    public static FleetControl start(Fleet fleet, int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        FleetControl control = new FleetControl(fleet, server);
        server.createContext("/", control::handle);
        server.start();
        return control;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String method = exchange.getRequestMethod();
            try {
                if (path.equals(EXITS) && method.equals("GET")) {
                    answer(exchange, 200, fleet.standings());
                } else if (path.startsWith(EXITS + "/") && path.endsWith(IMPAIRMENT)) {
                    String exitId = path.substring(EXITS.length() + 1, path.length() - IMPAIRMENT.length());
                    impairment(exchange, method, exitId);
                } else if (NETWORK.matcher(path).matches()) {
                    network(exchange, method, path);
                } else {
                    answer(
                            exchange,
                            404,
                            Map.of(
                                    "problem",
                                    "There is " + EXITS + ", " + EXITS + "/ID" + IMPAIRMENT
                                            + ", /networks/ASN/impairment and /networks/ASN/decay"));
                }
            } catch (IllegalArgumentException | JsonProcessingException e) {
                answer(exchange, 400, Map.of("problem", String.valueOf(e.getMessage())));
            }
        }
    }

    private void impairment(HttpExchange exchange, String method, String exitId) throws IOException {
        switch (method) {
            case "PUT" -> {
                try (InputStream body = exchange.getRequestBody()) {
                    fleet.impair(exitId, json.readValue(body.readNBytes(BODY_BYTES_MAX), Impairment.class));
                }
                answer(exchange, 200, fleet.impairment(exitId));
            }
            case "DELETE" -> {
                fleet.impair(exitId, fleet.first(exitId));
                answer(exchange, 200, fleet.impairment(exitId));
            }
            case "GET" -> answer(exchange, 200, fleet.impairment(exitId));
            default -> answer(exchange, 405, Map.of("problem", "GET, PUT or DELETE, not " + method));
        }
    }

    private void network(HttpExchange exchange, String method, String path) throws IOException {
        Matcher asked = NETWORK.matcher(path);
        if (!asked.matches()) {
            throw new IllegalArgumentException(path + " names no network");
        }
        long asn = Long.parseLong(asked.group(1));
        boolean decays = asked.group(2).equals("decay");
        if (method.equals("PUT")) {
            try (InputStream body = exchange.getRequestBody()) {
                byte[] told = body.readNBytes(BODY_BYTES_MAX);
                if (decays) {
                    fleet.decay(asn, json.readValue(told, Fleet.Decay.class));
                } else {
                    fleet.impairNetwork(asn, json.readValue(told, Impairment.class));
                }
            }
            answer(exchange, 200, Map.of("asn", asn));
        } else if (method.equals("DELETE")) {
            fleet.healNetwork(asn);
            answer(exchange, 200, Map.of("asn", asn));
        } else {
            answer(exchange, 405, Map.of("problem", "PUT or DELETE, not " + method));
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
