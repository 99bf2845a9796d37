package io.fairlead.nameserver.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.fairlead.nameserver.server.NameServerCounters.Ended;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** TCP as RFC 7766 wants it: many questions on a connection, in their order; and what liars, the silent and crowds get. */
class TcpTest {

    private static byte[] question(int id, String name, int type) throws IOException {
        Message message = Message.newQuery(Record.newRecord(Name.fromString(name), type, 1));
        message.getHeader().setID(id);
        return message.toWire();
    }

    private static Message answer(DataInputStream in) throws IOException {
        byte[] bytes = new byte[in.readUnsignedShort()];
        in.readFully(bytes);
        return new Message(bytes);
    }

    private static NameServerStage stage(int clients, int perSource, int idleMs) throws IOException {
        return NameServerStage.start(
                NameServerSettings.DEFAULTS.withUdpSockets(1).withTcp(clients, perSource, idleMs),
                NameServerStage.ZONE,
                Steering.NONE);
    }

    @Test
    void questionsThatComeAtOnceAreAnsweredInTheirOrderAlsoWhenTheirSenderHasEnded() throws Exception {
        try (NameServerStage stage = stage(10, 10, 10_000);
                Socket socket = stage.connect()) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int id = 0; id < 500; id++) {
                NameServerStage.send(socket, question(id, "big.fairlead.example.", Type.TXT));
            }
            for (int id = 0; id < 500; id++) {
                Message answer = answer(in);
                assertThat(answer.getHeader().getID()).isEqualTo(id);
                assertThat(answer.getSection(1)).hasSize(1);
            }
        }
    }

    /** As {@code dig +tcp} never does, but some do: it says that no more comes, and waits for what it has asked. */
    @Test
    void aHalfClosedConnectionGetsItsAnswersAndIsClosedThen() throws Exception {
        try (NameServerStage stage = stage(10, 10, 60_000);
                Socket socket = stage.connect()) {
            for (int id = 0; id < 100; id++) {
                NameServerStage.send(socket, question(id, "big.fairlead.example.", Type.TXT));
            }
            socket.shutdownOutput();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int id = 0; id < 100; id++) {
                assertThat(answer(in).getHeader().getID()).isEqualTo(id);
            }
            assertThat(in.read()).isEqualTo(-1);
            Awaitility.await().until(() -> stage.counters().tcpClients() == 0);
        }
    }

    /** They cost what they hold, and hold up nobody; when they go nothing of them stays. */
    @Test
    void tenThousandThatAreSilentAreHeldWithinBoundsAndNobodyWaitsForThem() throws Exception {
        int crowd = 10_000;
        Assumptions.assumeTrue(
                ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                        && system.getMaxFileDescriptorCount() > crowd + 1_000,
                "this process may not have so many descriptors");
        try (NameServerStage stage = stage(crowd + 1, crowd + 1, 120_000)) {
            Process silent = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SilentCrowd.class.getName(),
                            Integer.toString(stage.address().getPort()),
                            Integer.toString(crowd))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader said = silent.inputReader(StandardCharsets.UTF_8);
                    Socket socket = stage.connect()) {
                assertThat(said.readLine()).isEqualTo(Integer.toString(crowd));
                Awaitility.await().until(() -> stage.counters().tcpClients() == crowd + 1);
                long askedNanos = System.nanoTime();
                NameServerStage.send(socket, question(9, "www.fairlead.example.", Type.A));
                assertThat(answer(new DataInputStream(socket.getInputStream()))
                                .getHeader()
                                .getID())
                        .isEqualTo(9);
                assertThat(Duration.ofNanos(System.nanoTime() - askedNanos)).isLessThan(Duration.ofSeconds(5));
                try (Socket oneMore = stage.connect()) {
                    assertThat(closed(oneMore)).isTrue();
                }
                assertThat(stage.counters().ended(Ended.FULL)).isEqualTo(1);
                silent.destroyForcibly().waitFor();
                Awaitility.await()
                        .atMost(Duration.ofMinutes(1))
                        .until(() -> stage.counters().tcpClients() <= 1);
            } finally {
                silent.destroyForcibly().waitFor();
            }
        }
    }

    /** In order or not. */
    private static boolean closed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void aLengthThatNeverComesTrueEndsWithTheIdleTime() throws Exception {
        try (NameServerStage stage = stage(10, 10, 300);
                Socket socket = stage.connect()) {
            socket.getOutputStream().write(new byte[] {(byte) 0xFF, (byte) 0xFF, 1, 2, 3});
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(stage.counters().ended(Ended.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void whatIsNoQuestionEndsTheConnection() throws Exception {
        try (NameServerStage stage = stage(10, 10, 10_000);
                Socket socket = stage.connect()) {
            socket.getOutputStream().write(new byte[] {0, 0});
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(stage.counters().ended(Ended.MALFORMED)).isEqualTo(1);
        }
    }

    @Test
    void oneClientCanNotTakeThePlacesOfOthersNorAllOfThem() throws Exception {
        try (NameServerStage stage = stage(10, 3, 60_000)) {
            List<Socket> crowd = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                crowd.add(stage.connect());
            }
            Awaitility.await().until(() -> stage.counters().ended(Ended.FULL_FOR_SOURCE) == 3);
            Awaitility.await().until(() -> stage.counters().tcpClients() == 3);
            crowd.get(0).close();
            Awaitility.await().until(() -> stage.counters().tcpClients() == 2);
            try (Socket next = stage.connect()) {
                NameServerStage.send(next, question(9, "www.fairlead.example.", Type.A));
                assertThat(answer(new DataInputStream(next.getInputStream()))
                                .getHeader()
                                .getID())
                        .isEqualTo(9);
            }
            for (Socket each : crowd) {
                each.close();
            }
        }
    }
}
