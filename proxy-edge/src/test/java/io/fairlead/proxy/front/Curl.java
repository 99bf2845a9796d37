package io.fairlead.proxy.front;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real curl. */
public final class Curl {

    /**
     * What became of a run.
     *
     * @param exit curl's exit code
     * @param head all heads as they came, the proxy's answer to CONNECT first
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Result(int exit, String head, byte[] body) {

        /** Status of the last answer; 0: none. */
        public int status() {
            int at = head.lastIndexOf("HTTP/1.");
            return at < 0 ? 0 : Integer.parseInt(head.substring(at + 9, at + 12));
        }

        /** Status of the first answer: with CONNECT, the proxy's. */
        public int firstStatus() {
            return Integer.parseInt(head.substring(9, 12));
        }

        /** Fields of all heads, names in lower case; the last of a name wins. */
        public Map<String, String> fields() {
            Map<String, String> fields = new TreeMap<>();
            for (String line : head.split("\r\n")) {
                int colon = line.indexOf(": ");
                if (colon > 0) {
                    fields.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 2));
                }
            }
            return fields;
        }

        public String proxyStatus() {
            return fields().getOrDefault("proxy-status", "");
        }

        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private Curl() {}

    public static Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-s", "--noproxy", "", "--max-time", "20"));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static Result run(List<String> arguments) throws Exception {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(0, List.of("-D", "/dev/stderr"));
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-s", "--noproxy", "", "--max-time", "20"));
        command.addAll(all);
        Process process = new ProcessBuilder(command).start();
        try {
            CompletableFuture<byte[]> head = CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()));
            byte[] body = readAll(process.getInputStream());
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new AssertionError("curl does not end: " + command);
            }
            return new Result(
                    process.exitValue(), new String(head.get(5, TimeUnit.SECONDS), StandardCharsets.ISO_8859_1), body);
        } finally {
            process.destroyForcibly();
        }
    }

    private static byte[] readAll(java.io.InputStream stream) {
        try {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
