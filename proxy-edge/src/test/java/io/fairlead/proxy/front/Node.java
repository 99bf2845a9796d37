package io.fairlead.proxy.front;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real Node.js, running a script whose output is compared. */
final class Node {

    private Node() {}

    /**
     * Runs a script.
     *
     * @param environment what it finds in {@code process.env}
     * @return what it has written
     */
    static String run(String script, Map<String, String> environment) throws Exception {
        return output(List.of("node", "--no-warnings", "-e", script), environment);
    }

    /** Runs any command of this machine and gives what it has written; one that fails is an error with what it has said. */
    static String output(List<String> command, Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> {
                try {
                    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            if (!process.waitFor(50, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command.get(0) + " does not end; it said: " + output.get(5, TimeUnit.SECONDS));
            }
            String said = output.get(5, TimeUnit.SECONDS);
            if (process.exitValue() != 0) {
                throw new AssertionError(command.get(0) + " failed with " + process.exitValue() + ": " + said);
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
