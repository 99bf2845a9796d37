package io.fairlead.lab.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("loop")
class OrphanedHostsTest {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    @Test
    void killedParentLeavesNoHostAndItsSuccessorFindsDataAndPortsFree(@TempDir Path data) throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostsOwner.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<ProcessHandle> hosts;
        List<String> addresses;
        try (BufferedReader said = parent.inputReader(StandardCharsets.UTF_8)) {
            hosts = Stream.of(said.readLine().split(" "))
                    .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                    .toList();
            addresses = List.of(said.readLine().split(" "));
        } finally {
            parent.destroyForcibly().waitFor();
        }
        assertThat(hosts).hasSize(3);

        // The successor does not wait for the test to see the former hosts end: it has to wait for that itself.
        List<Host> successors = HostsOwner.start(data);
        try {
            assertThat(hosts).noneMatch(ProcessHandle::isAlive);
            assertThat(HostsOwner.addresses(successors)).isEqualTo(addresses);
        } finally {
            long stopNs = System.nanoTime();
            Host.closeAll(successors);
            assertThat(Duration.ofNanos(System.nanoTime() - stopNs)).isLessThan(STOP_LIMIT);
        }
        assertThat(successors).noneMatch(Host::isAlive);
    }

    @Test
    void parentKilledWhileAHostStartsLeavesNoHostEither(@TempDir Path data) throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostsOwner.class.getName(),
                        data.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<ProcessHandle> starting = new ArrayList<>();
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> parent.children().peek(starting::add).count() > 0);
        parent.destroyForcibly().waitFor();

        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> starting.stream()
                .noneMatch(ProcessHandle::isAlive));
    }
}
