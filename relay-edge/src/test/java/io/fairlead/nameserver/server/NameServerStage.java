package io.fairlead.nameserver.server;

import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.Zones;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A name server on the loopback with one zone, and ways to ask it. */
public final class NameServerStage implements AutoCloseable {

    /** A zone with something of everything. */
    public static final String ZONE = """
            $ORIGIN fairlead.example.
            $TTL 300
            @ IN SOA ns1 hostmaster 7 3600 900 604800 60
              NS ns1
              NS ns2.elsewhere.example.
              MX 10 mail
              TXT "v=spf1 -all" "second string"
              CAA 0 issue "ca.example"
            ns1 A 192.0.2.53
                AAAA 2001:db8::53
            mail A 192.0.2.25
            www A 192.0.2.80
                A 192.0.2.81
                AAAA 2001:db8::80
                HTTPS 1 . alpn=h2,h3 port=443 ipv4hint=192.0.2.80
            alias CNAME www
            far CNAME www.elsewhere.example.
            lost CNAME nowhere
            loop CNAME pool
            pool CNAME loop
            a.deep.tree TXT "leaf"
            _sip._tcp SRV 1 2 5060 mail
            *.wild A 192.0.2.99
            *.wild TXT "any"
            host.wild A 192.0.2.98
            *.walias CNAME www
            sub NS ns.sub
            sub NS ns1
            ns.sub A 192.0.2.54
            odd\\.dot A 192.0.2.1
            """ + "big TXT" + (" \"" + "x".repeat(250) + "\"").repeat(8) + "\n";

    private final NameServer server;

    private NameServerStage(NameServer server) {
        this.server = server;
    }

    static NameServerStage start() throws IOException {
        return start(NameServerSettings.DEFAULTS.withUdpSockets(2).withRate(0, 0), ZONE, Steering.NONE);
    }

    /** Starts one with any settings, zone and steering. */
    public static NameServerStage start(NameServerSettings settings, String zone, Steering steering)
            throws IOException {
        return start(settings, zone, steering, InstantSource.system());
    }

    static NameServerStage start(NameServerSettings settings, String zone, Steering steering, InstantSource clock)
            throws IOException {
        return start(settings, Zone.parse(zone, null), steering, clock);
    }

    static NameServerStage start(
            NameServerSettings settings, Zone.Loaded loaded, Steering steering, InstantSource clock)
            throws IOException {
        Zone good = loaded.zone();
        if (good == null) {
            throw new AssertionError(loaded.problems());
        }
        return start(settings, List.of(good), steering, clock);
    }

    static NameServerStage start(NameServerSettings settings, List<Zone> zones, Steering steering, InstantSource clock)
            throws IOException {
        return new NameServerStage(NameServer.start(
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                settings,
                new Served(new Zones(zones), steering),
                new NameServerCounters(),
                loop -> Asked.NOBODY,
                (channel, from) -> {},
                clock));
    }

    public InetSocketAddress address() {
        return server.addresses().get(0);
    }

    NameServerCounters counters() {
        return server.counters();
    }

    /** What dig says, all of it. */
    public String dig(String... arguments) throws IOException, InterruptedException {
        return digAt(address(), arguments);
    }

    /** The same of a name server that is not on this stage. */
    public static String digAt(InetSocketAddress address, String... arguments)
            throws IOException, InterruptedException {
        return digAt(address.getAddress().getHostAddress(), address.getPort(), arguments);
    }

    /** @param address as text, with the link that it is of, if it is of one */
    public static String digAt(String address, int port, String... arguments) throws IOException, InterruptedException {
        return run("dig", "@" + address, "-p", Integer.toString(port), "+tries=1", "+time=5", arguments);
    }

    static String run(
            String program, String server, String port, String number, String tries, String time, String... more)
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
                program + " is not installed");
        List<String> command = new ArrayList<>(List.of(program, server, port, number, tries, time));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(command + " does not end");
        }
        return said;
    }

    /** One datagram there, and what comes back within a time; null: nothing does. */
    byte @Nullable [] ask(byte[] question, int waitMs) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(waitMs);
            socket.send(new DatagramPacket(question, question.length, address()));
            byte[] buffer = new byte[65_535];
            DatagramPacket answer = new DatagramPacket(buffer, buffer.length);
            socket.receive(answer);
            return Arrays.copyOf(buffer, answer.getLength());
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(address().getAddress(), address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    static void send(Socket socket, byte[] message) throws IOException {
        byte[] framed = new byte[message.length + 2];
        framed[0] = (byte) (message.length >>> 8);
        framed[1] = (byte) message.length;
        System.arraycopy(message, 0, framed, 2, message.length);
        OutputStream out = socket.getOutputStream();
        out.write(framed);
        out.flush();
    }

    @Override
    public void close() {
        server.close();
    }
}
