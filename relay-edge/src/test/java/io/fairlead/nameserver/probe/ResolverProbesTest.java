package io.fairlead.nameserver.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.telemetry.ResolverRtt;
import io.fairlead.schemas.telemetry.RttSource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Agents beside other people's resolvers, and beside addresses where nobody answers, or somebody else. */
class ResolverProbesTest {

    private static final Path UNBOUND = Path.of("/usr/sbin/unbound");
    private static final int MINUTE_MS = 60_000;
    private static final int HOUR_MS = 3_600_000;

    private final List<ResolverRtt> told = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    private Targets start(int port, int perSecond, int timeoutMs) throws IOException {
        ProbeSettings settings = ProbeSettings.usual("fra", "probe.live.example")
                .with(port, List.of(), true)
                .withRates(perSecond, HOUR_MS, HOUR_MS, timeoutMs, 1_000);
        Targets targets = new Targets(settings, new SplittableRandom(7));
        ResolverProbes probes = ResolverProbes.start(
                settings,
                targets,
                (topic, key, record) -> told.add((ResolverRtt) record),
                InstantSource.system(),
                new SplittableRandom(8));
        open.add(probes);
        probes.bindTo(metrics);
        return targets;
    }

    private double count(String name, String tag, String value) {
        return metrics.get("fairlead.probe." + name)
                .tag(tag, value)
                .functionCounter()
                .count();
    }

    private static void await(org.awaitility.core.ThrowingRunnable until) {
        Awaitility.await().atMost(Duration.ofMillis(MINUTE_MS)).untilAsserted(until);
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("0.0.0.0"))) {
            return socket.getLocalPort();
        }
    }

    private void unbound(String address, int port, Path directory) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(UNBOUND), "unbound is not installed");
        Path configuration =
                Files.writeString(directory.resolve("unbound.conf"), """
                server:
                  directory: "%s"
                  pidfile: ""
                  chroot: ""
                  username: ""
                  use-syslog: no
                  do-daemonize: no
                  num-threads: 1
                  module-config: "iterator"
                  interface: %s@%d
                  access-control: 127.0.0.0/8 refuse
                remote-control:
                  control-enable: no
                """.formatted(directory, address, port));
        Process process = new ProcessBuilder(UNBOUND.toString(), "-d", "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        open.add(() -> process.destroyForcibly().waitFor(5, TimeUnit.SECONDS));
        Message question = Message.newQuery(Record.newRecord(Name.fromString("ready.example."), Type.A, 1));
        byte[] bytes = question.toWire();
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            socket.setSoTimeout(500);
            Awaitility.await("unbound; its log is in " + directory)
                    .atMost(Duration.ofMillis(MINUTE_MS))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> {
                        socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getByName(address), port));
                        DatagramPacket answer = new DatagramPacket(new byte[512], 512);
                        socket.receive(answer);
                        return new Message(java.util.Arrays.copyOf(answer.getData(), answer.getLength())).getRcode()
                                == Rcode.REFUSED;
                    });
        }
    }

    /** It is no client of ours, nor are we one of its: a refusal is as far away as an answer. */
    @Test
    void aResolverThatRefusesIsMeasuredOnceAnHour(@TempDir Path directory) throws Exception {
        int port = freePort();
        unbound("127.0.0.91", port, directory);
        Targets targets = start(port, 100, 10_000);
        targets.wanted("127.0.0.91", false, System.currentTimeMillis());
        await(() -> assertThat(told).isNotEmpty());
        ResolverRtt rtt = told.get(0);
        assertThat(rtt.getPrefix()).isEqualTo("127.0.0.91/32");
        assertThat(rtt.getSource()).isEqualTo(RttSource.PROBE);
        assertThat(rtt.getGroupId()).isEqualTo("fra");
        assertThat(rtt.getSamples()).isEqualTo(1);
        assertThat(rtt.getMedianUs()).isBetween(1L, 1_000_000L);
        assertThat(targets.next(System.currentTimeMillis())).as("at once again").isNull();
        assertThat(count("measured", "by", "udp")).isEqualTo(1);
        assertThat(count("sent", "by", "tcp")).isZero();
    }

    /** Nobody listens there: the refusal of a connection tells as much. */
    @Test
    void whereNoQuestionIsAnsweredARefusedConnectionIs() throws Exception {
        int port = freePort();
        Targets targets = start(port, 100, 500);
        targets.wanted("127.0.0.92", false, System.currentTimeMillis());
        await(() -> assertThat(told).hasSize(1));
        assertThat(told.get(0).getPrefix()).isEqualTo("127.0.0.92/32");
        assertThat(count("sent", "by", "udp")).isEqualTo(1);
        assertThat(count("measured", "by", "tcp")).isEqualTo(1);
    }

    /** He has seen the address and the id, but not the question. */
    @Test
    void anAnswerToAnotherQuestionIsNone() throws Exception {
        try (DatagramSocket liar = new DatagramSocket(0, InetAddress.getByName("127.0.0.93"))) {
            List<Message> asked = Collections.synchronizedList(new ArrayList<>());
            Thread answering = new Thread(() -> lie(liar, asked));
            answering.setDaemon(true);
            answering.start();
            Targets targets = start(liar.getLocalPort(), 100, 1_000);
            targets.wanted("127.0.0.93", false, System.currentTimeMillis());
            await(() -> assertThat(told).hasSize(1));
            assertThat(count("measured", "by", "udp")).isZero();
            assertThat(count("measured", "by", "tcp")).isEqualTo(1);
            Message question = asked.get(0);
            assertThat(question.getQuestion().getName().toString()).endsWith(".probe.live.example.");
            assertThat(question.getQuestion().getType()).isEqualTo(Type.TXT);
            assertThat(question.getHeader().getFlag(Flags.RD))
                    .as("nobody is made to ask others")
                    .isFalse();
        }
    }

    private static void lie(DatagramSocket socket, List<Message> asked) {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                socket.receive(packet);
                Message question = new Message(java.util.Arrays.copyOf(packet.getData(), packet.getLength()));
                asked.add(question);
                Message answer = Message.newQuery(
                        Record.newRecord(Name.fromString("00000000.probe.live.example."), Type.TXT, 1));
                answer.getHeader().setID(question.getHeader().getID());
                answer.getHeader().setFlag(Flags.QR);
                answer.getHeader().setRcode(Rcode.REFUSED);
                byte[] bytes = answer.toWire();
                socket.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
            }
        } catch (SocketException e) {
            // closed: the test is over
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noMoreAreSentInASecondThanMayBe() throws Exception {
        try (DatagramSocket all = new DatagramSocket(0, InetAddress.getByName("0.0.0.0"))) {
            all.setSoTimeout(MINUTE_MS);
            long begunNanos = System.nanoTime();
            Targets targets = start(all.getLocalPort(), 20, 10_000);
            for (int i = 1; i <= 10; i++) {
                targets.wanted("127.0.7." + i, false, System.currentTimeMillis());
            }
            for (int i = 1; i <= 10; i++) {
                all.receive(new DatagramPacket(new byte[512], 512));
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos))
                        .as("packet %d of 20 a second", i)
                        .isGreaterThanOrEqualTo(50L * i - 1);
            }
        }
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }
}
