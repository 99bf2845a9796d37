package io.fairlead.lab.bench.dns;

import io.fairlead.cli.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;

/**
 * Runs dnsperf and reads what it says.
 *
 * @param questions file of questions
 * @param more arguments
 */
record Dnsperf(Path questions, List<String> more) {

    private static final double US = 1e6;
    private static final Pattern ANSWER = Pattern.compile("> \\S+ \\S+ \\S+ ([0-9.]+)");
    private static final Pattern COMPLETED = Pattern.compile("Queries completed: +(\\d+)");
    private static final Pattern LOST = Pattern.compile("Queries lost: +(\\d+)");
    private static final Pattern PER_SECOND = Pattern.compile("Queries per second: +([0-9.]+)");

    /** What a run came to. */
    record Result(long completed, long lost, double perSecond, double meanUs, double p99Us) {}

    /** @param perSecond 0: as many as are answered */
    Result run(InetSocketAddress server, int seconds, int perSecond) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "dnsperf",
                "-s",
                server.getAddress().getHostAddress(),
                "-p",
                Integer.toString(server.getPort()),
                "-d",
                questions.toString(),
                "-l",
                Integer.toString(seconds),
                "-c",
                "4",
                "-q",
                perSecond == 0 ? "500" : "200"));
        command.addAll(more);
        if (perSecond > 0) {
            command.addAll(List.of("-Q", Integer.toString(perSecond), "-v"));
        }
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UserError("dnsperf is needed (Debian: apt-get install dnsperf): " + e.getMessage(), e);
        }
        Histogram latencyUs = new Histogram(10_000_000L, 3);
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher answer = ANSWER.matcher(line);
                if (answer.matches()) {
                    latencyUs.recordValue(Math.round(Double.parseDouble(answer.group(1)) * US));
                } else {
                    said.append(line).append('\n');
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException("dnsperf failed; it said: " + said);
        }
        return new Result(
                (long) number(COMPLETED, said),
                (long) number(LOST, said),
                number(PER_SECOND, said),
                latencyUs.getMean(),
                latencyUs.getValueAtPercentile(99));
    }

    private static double number(Pattern what, CharSequence said) throws IOException {
        Matcher found = what.matcher(said);
        if (!found.find()) {
            throw new IOException("dnsperf did not say '" + what + "'; it said: " + said);
        }
        return Double.parseDouble(found.group(1));
    }
}
