package io.fairlead.dashboards.console;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The page and its files from the class path, compressed when they were built. Names in {@code /assets/} carry a hash of
 * their content and may be kept for ever; the page itself may not.
 */
final class ConsoleAssets {

    private static final String ROOT = "/console/";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.(js|css|svg|woff2)");
    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "woff2", "font/woff2");

    private final Map<String, Optional<byte[]>> cache = new ConcurrentHashMap<>();

    /** @throws IllegalStateException when the page was not built into this jar */
    ConsoleAssets() {
        if (read("index.html").isEmpty()) {
            throw new IllegalStateException(
                    "The console's page is not on the class path (console/index.html). Build the dashboards module with Maven and npm.");
        }
    }

    void page(Context context) {
        context.header("Cache-Control", "no-cache");
        context.contentType("text/html; charset=utf-8");
        context.result(read("index.html").orElseThrow());
    }

    /** False when there is no such file. */
    boolean asset(Context context, String name) {
        if (!NAME.matcher(name).matches() || read("assets/" + name).isEmpty()) {
            return false;
        }
        String accepted = Optional.ofNullable(context.header("Accept-Encoding")).orElse("");
        context.header("Cache-Control", "public, max-age=31536000, immutable");
        context.header("Vary", "Accept-Encoding");
        context.contentType(TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream"));
        context.disableCompression();
        Optional<byte[]> brotli = accepted.contains("br") ? read("assets/" + name + ".br") : Optional.empty();
        Optional<byte[]> gzip = accepted.contains("gzip") ? read("assets/" + name + ".gz") : Optional.empty();
        if (brotli.isPresent()) {
            context.header("Content-Encoding", "br").result(brotli.get());
        } else if (gzip.isPresent()) {
            context.header("Content-Encoding", "gzip").result(gzip.get());
        } else {
            context.result(read("assets/" + name).orElseThrow());
        }
        return true;
    }

    private Optional<byte[]> read(String path) {
        Optional<byte[]> known = cache.get(path);
        if (known != null) {
            return known;
        }
        try (InputStream in = ConsoleAssets.class.getResourceAsStream(ROOT + path)) {
            if (in == null) {
                return Optional.empty();
            }
            Optional<byte[]> bytes = Optional.of(in.readAllBytes());
            cache.put(path, bytes);
            return bytes;
        } catch (IOException e) {
            throw new IllegalStateException("The console's file " + path + " can't be read from the jar.", e);
        }
    }
}
