package io.fairlead.host.clickhouse;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Talks to the engine over its own HTTP server: is it there, and may it go. */
final class Supervision {
    private static final String USER = "supervisor";
    private static final int TIMEOUT_MS = 2_000;

    private final int port;
    private final String password;
    private final String keepalive;

    /** @param keepalive the {@code log_comment} of the statement that keeps the engine running */
    Supervision(int port, String keepalive) {
        this.port = port;
        this.keepalive = keepalive;
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        this.password = HexFormat.of().formatHex(random);
    }

    /** Of this life of the engine only; nobody else ever needs it. */
    String password() {
        return password;
    }

    boolean answers() {
        try {
            HttpURLConnection ping = open("/ping");
            return ping.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Ends what is running, waits for that, then ends the statement that keeps the engine alive. */
    void letGo() throws IOException {
        execute("KILL QUERY WHERE Settings['log_comment'] != '" + keepalive + "' AND query_id != queryID() SYNC");
        execute("KILL QUERY WHERE Settings['log_comment'] = '" + keepalive + "' ASYNC");
    }

    private void execute(String statement) throws IOException {
        HttpURLConnection request = open("/");
        request.setRequestMethod("POST");
        request.setDoOutput(true);
        request.setRequestProperty("X-ClickHouse-User", USER);
        request.setRequestProperty("X-ClickHouse-Key", password);
        try (OutputStream body = request.getOutputStream()) {
            body.write(statement.getBytes(StandardCharsets.UTF_8));
        }
        int status = request.getResponseCode();
        try (InputStream reply = status < 400 ? request.getInputStream() : request.getErrorStream()) {
            String text = reply == null ? "" : new String(reply.readAllBytes(), StandardCharsets.UTF_8);
            if (status >= 400) {
                throw new IOException("ClickHouse answered " + status + " to \"" + statement + "\": " + text.strip());
            }
        }
    }

    /** Never kept alive: the engine would wait 5 s for an idle connection before it ends, and then end by force. */
    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        return connection;
    }
}
