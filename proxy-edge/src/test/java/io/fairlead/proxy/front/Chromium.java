package io.fairlead.proxy.front;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The real Chromium behind a proxy, with one page, led by its DevTools protocol. When the proxy asks who is there, it answers as a person
 * would in the dialog.
 */
final class Chromium implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MESSAGES_TOLD = 40;
    private static final Pattern PAGE = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]+/page/[^\"]+)\"");
    private static final Pattern REQUEST = Pattern.compile("\"requestId\":\"([^\"]+)\"");
    private static final Pattern TEXT = Pattern.compile("\"type\":\"string\",\"value\":\"([^\"]*)\"");

    private final Process process;
    private final Path log;
    private final WebSocket page;
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final Queue<String> messages = new ConcurrentLinkedQueue<>();
    private final String user;
    private final String secret;
    private volatile String text;
    private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

    /** @param proxy as {@code --proxy-server} takes it */
    Chromium(Path directory, String proxy, String user, String secret) throws Exception {
        this.user = user;
        this.secret = secret;
        Path profile = directory.resolve("chromium");
        log = directory.resolve("chromium.log");
        process = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--ignore-certificate-errors",
                        "--user-data-dir=" + profile,
                        "--remote-debugging-port=0",
                        "--proxy-server=" + proxy,
                        "--proxy-bypass-list=<-loopback>",
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        HttpClient client = HttpClient.newHttpClient();
        page = client.newWebSocketBuilder()
                .buildAsync(URI.create(found("a page", () -> pageAddress(client, profile))), new Events())
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        send("Fetch.enable", "{\"handleAuthRequests\":true}");
    }

    private interface Search {
        /** Null until it is there. */
        String look() throws Exception;
    }

    /** Chromium's own words and ours to it are told when what is looked for does not come. */
    private String found(String what, Search search) throws IOException {
        String[] found = new String[1];
        try {
            Awaitility.await().atMost(LIMIT).until(() -> {
                found[0] = process.isAlive() ? search.look() : null;
                return found[0] != null || !process.isAlive();
            });
        } catch (ConditionTimeoutException late) {
            throw new AssertionError(missing(what), late);
        }
        if (found[0] == null) {
            throw new AssertionError(missing(what) + " It has ended with " + process.exitValue());
        }
        return found[0];
    }

    private String missing(String what) throws IOException {
        return "Chromium has not shown " + what + ". It said: " + Files.readString(log) + String.join("\\n", messages);
    }

    private static String pageAddress(HttpClient client, Path profile) throws IOException, InterruptedException {
        Path told = profile.resolve("DevToolsActivePort");
        List<String> lines = Files.exists(told) ? Files.readAllLines(told) : List.of();
        if (lines.size() < 2) {
            return null;
        }
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + lines.get(0) + "/json/list"))
                .build();
        Matcher address = PAGE.matcher(
                client.send(list, HttpResponse.BodyHandlers.ofString()).body());
        return address.find() ? address.group(1) : null;
    }

    /** Goes to an address and gives the text of the page once all of it is there. */
    String textOf(String url) throws IOException {
        text = null;
        send("Page.navigate", "{\"url\":\"" + url + "\"}");
        String whenThere =
                "location.href === '" + url + "' && document.readyState === 'complete' ? document.body.innerText : 0";
        return found(url, () -> {
            send("Runtime.evaluate", "{\"expression\":\"" + whenThere + "\"}");
            return text;
        });
    }

    /** How often the proxy has asked who is there. */
    int timesAsked() {
        return asked.get();
    }

    /** One after the other: a message may not be sent before the former is out. */
    private synchronized void send(String method, String parameters) {
        String command = "{\"id\":" + commands.incrementAndGet() + ",\"method\":\"" + method + "\",\"params\":"
                + parameters + "}";
        sent = sent.thenCompose(before -> page.sendText(command, true));
    }

    private void told(String message) {
        messages.add(message);
        if (messages.size() > MESSAGES_TOLD) {
            messages.remove();
        }
        Matcher request = REQUEST.matcher(message);
        String id = request.find() ? request.group(1) : "";
        if (message.contains("\"Fetch.authRequired\"")) {
            asked.incrementAndGet();
            send(
                    "Fetch.continueWithAuth",
                    "{\"requestId\":\"" + id
                            + "\",\"authChallengeResponse\":{\"response\":\"ProvideCredentials\",\"username\":\"" + user
                            + "\",\"password\":\"" + secret + "\"}}");
        } else if (message.contains("\"Fetch.requestPaused\"")) {
            send("Fetch.continueRequest", "{\"requestId\":\"" + id + "\"}");
        } else {
            Matcher value = TEXT.matcher(message);
            if (value.find()) {
                text = value.group(1);
            }
        }
    }

    private final class Events implements WebSocket.Listener {

        private final StringBuilder message = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                told(message.toString());
                message.setLength(0);
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public void close() throws InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
