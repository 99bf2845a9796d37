package io.fairlead.lab.names;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** What tcpdump has recorded of this machine's packets, on all interfaces, each at the time at which the kernel saw it. Needs root and tcpdump; else tests are left out. IPv4 only. */
final class RecordedPackets implements AutoCloseable {

    private static final int FILE_HEAD_BYTES = 24;
    private static final int MAGIC_US = 0xA1B2C3D4;
    private static final int LINUX_SLL = 113;
    private static final int SLL_BYTES = 16;
    private static final int IPV4 = 0x0800;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int UDP_HEAD_BYTES = 8;
    private static final long US_PER_S = 1_000_000;

    private final Process tcpdump;
    private final Path file;

    /**
     * One packet of IPv4.
     *
     * @param atUs since the Unix epoch
     * @param named of UDP, the addresses that it names, being an answer of a name server
     */
    record Packet(long atUs, int protocol, String from, int fromPort, String to, int toPort, List<String> named) {

        boolean isTcp() {
            return protocol == TCP;
        }

        /** Whether it is an answer of a name server at that port that names an address. */
        boolean answersWith(int port, String address) {
            return protocol == UDP && fromPort == port && named.contains(address);
        }
    }

    private RecordedPackets(Process tcpdump, Path file) {
        this.tcpdump = tcpdump;
        this.file = file;
    }

    /** @param what to record, as tcpdump's filters say it */
    static RecordedPackets start(Path file, String what) throws IOException {
        boolean possible = "root".equals(System.getProperty("user.name"))
                && Stream.of((System.getenv("PATH") + ":/usr/sbin:/usr/bin").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, "tcpdump")));
        Assumptions.assumeTrue(possible, "packets are recorded by tcpdump, as root");
        List<String> command =
                new ArrayList<>(List.of("tcpdump", "-i", "any", "-y", "LINUX_SLL", "-n", "-U", "-Z", "root"));
        command.addAll(List.of("--immediate-mode", "-B", "16384", "-w", file.toString(), what));
        Process tcpdump = new ProcessBuilder(command).start();
        BufferedReader said = tcpdump.errorReader(StandardCharsets.UTF_8);
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); !String.valueOf(line).contains("listening on"); line = said.readLine()) {
            if (line == null) {
                Assumptions.assumeFalse(
                        all.toString().toLowerCase(Locale.ROOT).contains("permi"),
                        "root may not record packets here, as in some containers: " + all);
                throw new IOException("tcpdump has ended: " + all);
            }
            all.append(line).append(' ');
        }
        return new RecordedPackets(tcpdump, file);
    }

    /** Ends it; what was recorded, in order. A packet that crossed two interfaces is there twice. */
    List<Packet> stop() throws IOException, InterruptedException {
        close();
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getInt(0) != MAGIC_US || bytes.getInt(FILE_HEAD_BYTES - 4) != LINUX_SLL) {
            throw new IOException(file + " is no record of packets as tcpdump writes it on this machine");
        }
        bytes.position(FILE_HEAD_BYTES);
        List<Packet> packets = new ArrayList<>();
        while (bytes.hasRemaining()) {
            long atUs = Integer.toUnsignedLong(bytes.getInt()) * US_PER_S + bytes.getInt();
            byte[] packet = new byte[bytes.getInt()];
            bytes.getInt();
            bytes.get(packet);
            packets.addAll(read(atUs, packet));
        }
        return packets;
    }

    /** None: it is not of IPv4. */
    private static List<Packet> read(long atUs, byte[] bytes) throws IOException {
        ByteBuffer packet = ByteBuffer.wrap(bytes);
        int ip = SLL_BYTES;
        if (packet.getShort(ip - 2) != IPV4) {
            return List.of();
        }
        int protocol = packet.get(ip + 9);
        int ports = ip + (packet.get(ip) & 0xF) * 4;
        return List.of(new Packet(
                atUs,
                protocol,
                address(bytes, ip + 12),
                Short.toUnsignedInt(packet.getShort(ports)),
                address(bytes, ip + 16),
                Short.toUnsignedInt(packet.getShort(ports + 2)),
                protocol == UDP ? named(Arrays.copyOfRange(bytes, ports + UDP_HEAD_BYTES, bytes.length)) : List.of()));
    }

    private static String address(byte[] bytes, int at) throws IOException {
        return InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + 4)).getHostAddress();
    }

    private static List<String> named(byte[] answer) throws IOException {
        return new Message(answer)
                .getSection(Section.ANSWER).stream()
                        .filter(ARecord.class::isInstance)
                        .map(record -> ((ARecord) record).getAddress().getHostAddress())
                        .toList();
    }

    @Override
    public void close() throws InterruptedException {
        tcpdump.destroy();
        if (!tcpdump.waitFor(5, TimeUnit.SECONDS)) {
            tcpdump.destroyForcibly().waitFor();
        }
    }
}
