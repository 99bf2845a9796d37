package io.fairlead.host.flink;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.apache.flink.metrics.prometheus.AbstractPrometheusReporter;

/** Flink's metrics for Prometheus, on the loopback interface alone: Flink's own reporter listens on all there are. */
final class LoopbackReporter extends AbstractPrometheusReporter {
    private final HttpServer server;
    private final CollectorRegistry registry;

    /** @throws IOException if the port is taken */
    LoopbackReporter(int port) throws IOException {
        registry = registry();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/metrics", this::answer);
        server.start();
    }

    /** The one thing that Flink keeps to itself: all that it was told stands there. */
    private CollectorRegistry registry() {
        try {
            Field field = AbstractPrometheusReporter.class.getDeclaredField("registry");
            field.setAccessible(true);
            return (CollectorRegistry) field.get(this);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Flink's reporter has changed: it holds no registry any more", e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            StringWriter text = new StringWriter();
            TextFormat.write004(text, registry.metricFamilySamples());
            byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", TextFormat.CONTENT_TYPE_004);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        super.close();
    }
}
