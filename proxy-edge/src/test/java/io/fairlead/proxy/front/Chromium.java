package io.fairlead.proxy.front;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The real Chromium behind a proxy, with one page, led by its DevTools protocol. When the proxy asks who is there, it answers as a person
 * would in the dialog.
 */
final class Chromium implements AutoCloseable {

    private static final int LIMIT_S = 60;
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");
    private static final Pattern PAGE = Pattern.compile("\"webSocketDebuggerUrl\": *\"(ws://[^\"]+/page/[^\"]+)\"");
    private static final Pattern REQUEST = Pattern.compile("\"requestId\":\"([^\"]+)\"");
    private static final Pattern TEXT = Pattern.compile("\"type\":\"string\",\"value\":\"([^\"]*)\"");

    private final Process process;
    private final BufferedReader output;
    private final WebSocket page;
    private final AtomicInteger commands = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final String user;
    private final String secret;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private volatile CompletableFuture<String> text = new CompletableFuture<>();
    private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

    /** @param proxy as {@code --proxy-server} takes it */
    Chromium(Path directory, String proxy, String user, String secret) throws Exception {
        this.user = user;
        this.secret = secret;
        process = new ProcessBuilder(
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--ignore-certificate-errors",
                        "--user-data-dir=" + directory.resolve("chromium"),
                        "--remote-debugging-port=0",
                        "--proxy-server=" + proxy,
                        "--proxy-bypass-list=<-loopback>",
                        "about:blank")
                .redirectErrorStream(true)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String devTools = match(LISTENING, this::line);
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://" + devTools + "/json/list"))
                .build();
        String address = match(PAGE, () -> client.send(list, HttpResponse.BodyHandlers.ofString())
                .body());
        page = client.newWebSocketBuilder()
                .buildAsync(URI.create(address), new Events())
                .get(LIMIT_S, TimeUnit.SECONDS);
        send("Fetch.enable", "{\"handleAuthRequests\":true}");
        send("Page.enable", "{}");
    }

    private interface Said {
        String next() throws IOException, InterruptedException;
    }

    private static String match(Pattern pattern, Said said) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (System.nanoTime() - deadlineNanos < 0) {
            Matcher matcher = pattern.matcher(said.next());
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        throw new AssertionError("Chromium has not said " + pattern);
    }

    private String line() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new AssertionError("Chromium has ended with " + process.exitValue());
        }
        return line;
    }

    /** Goes to an address and gives the text of the page. */
    String textOf(String url) throws Exception {
        send("Page.navigate", "{\"url\":\"" + url + "\"}");
        loaded.get(LIMIT_S, TimeUnit.SECONDS);
        text = new CompletableFuture<>();
        send("Runtime.evaluate", "{\"expression\":\"document.body.innerText\"}");
        return text.get(LIMIT_S, TimeUnit.SECONDS);
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
        } else if (message.contains("\"Page.loadEventFired\"")) {
            loaded.complete(null);
        } else {
            Matcher value = TEXT.matcher(message);
            if (value.find()) {
                text.complete(value.group(1));
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
