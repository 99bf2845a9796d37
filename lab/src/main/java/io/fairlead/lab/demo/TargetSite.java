package io.fairlead.lab.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A web site to ask for things, over HTTP and HTTPS (with a certificate of its own making), on loopback. {@code /} greets, {@code
 * /bytes/N} answers with N bytes.
 */
public final class TargetSite implements AutoCloseable {

    private static final int THREADS = 16;
    private static final int BYTES_MAX = 64 << 20;
    private static final String BYTES = "/bytes/";
    private static final byte[] GREETING =
            "This is the demo's web site. It was asked through an exit.\n".getBytes(StandardCharsets.UTF_8);

    private final HttpServer plain;
    private final HttpsServer secure;
    private final ExecutorService threads;
    private final LongAdder requests = new LongAdder();

    private TargetSite(HttpServer plain, HttpsServer secure, ExecutorService threads) {
        this.plain = plain;
        this.secure = secure;
        this.threads = threads;
    }

    /**
     * Opens the site.
     *
     * @param port of HTTP; 0: any that is free
     * @param securePort of HTTPS; 0: any that is free
     */
    public static TargetSite open(int port, int securePort) throws IOException {
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "site-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        InetAddress here = InetAddress.getLoopbackAddress();
        HttpServer plain = HttpServer.create(new InetSocketAddress(here, port), 0);
        HttpsServer secure = HttpsServer.create(new InetSocketAddress(here, securePort), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(tls()));
        TargetSite site = new TargetSite(plain, secure, threads);
        for (HttpServer server : new HttpServer[] {plain, secure}) {
            server.setExecutor(threads);
            server.createContext("/", site::answer);
            server.start();
        }
        return site;
    }

    private static SSLContext tls() throws IOException {
        try {
            X509Bundle bundle = new CertificateBuilder()
                    .subject("CN=localhost")
                    .addSanDnsName("localhost")
                    .addSanIpAddress("127.0.0.1")
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
            KeyManagerFactory keys = bundle.toKeyManagerFactory();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (Exception e) {
            throw new IOException("the site's certificate can't be made: " + e.getMessage(), e);
        }
    }

    public int port() {
        return plain.getAddress().getPort();
    }

    public int securePort() {
        return secure.getAddress().getPort();
    }

    /** Requests answered until now. */
    public long requests() {
        return requests.sum();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.increment();
            String path = exchange.getRequestURI().getPath();
            exchange.getRequestBody().readAllBytes();
            if (path.startsWith(BYTES)) {
                int size = size(path.substring(BYTES.length()));
                exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
                exchange.sendResponseHeaders(200, size == 0 ? -1 : size);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(new byte[size]);
                }
            } else {
                exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
                exchange.sendResponseHeaders(200, GREETING.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(GREETING);
                }
            }
        }
    }

    private static int size(String text) {
        try {
            return Math.max(0, Math.min(BYTES_MAX, Integer.parseInt(text)));
        } catch (NumberFormatException e) {
            return 0; // asked for no number of bytes: gets none
        }
    }

    @Override
    public void close() {
        plain.stop(0);
        secure.stop(0);
        threads.shutdownNow();
    }
}
