package io.fairlead.lab.names;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/** Somebody else's recursive server, in a process of its own, which finds one zone at some name servers. */
final class RecursiveServer implements AutoCloseable {

    private static final Path SBIN = Path.of("/usr/sbin");
    private static final int ANSWER_MS = 5_000;
    private static final int AT_ONCE = 6;

    private final InetSocketAddress address;
    private final Process process;
    private final Path log;

    private RecursiveServer(InetSocketAddress address, List<String> command, Path directory) throws IOException {
        this.address = address;
        this.log = directory.resolve("log");
        this.process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }

    /**
     * BIND 9 as it is. It asks all name servers at one port, and listens only where an interface has the address.
     *
     * @param own where its questions come from
     */
    static RecursiveServer bind(String own, String zone, List<InetSocketAddress> nameServers, Path directory)
            throws IOException {
        String named = installed("named");
        int port = nameServers.get(0).getPort();
        Path configuration = directory.resolve("named.conf");
        Files.writeString(configuration, """
                options {
                  directory "%1$s"; pid-file none; session-keyfile none; port %2$d;
                  listen-on port %2$d { 127.0.0.1; }; listen-on-v6 { none; }; query-source address %3$s;
                  recursion yes; allow-query { any; }; dnssec-validation no; empty-zones-enable no; max-cache-size 16M;
                };
                controls { };
                zone "%4$s" { type static-stub; server-addresses { %5$s }; };
                """.formatted(
                        directory,
                        port,
                        own,
                        zone,
                        nameServers.stream()
                                .map(each -> each.getAddress().getHostAddress() + ";")
                                .collect(Collectors.joining(" "))));
        return new RecursiveServer(
                new InetSocketAddress("127.0.0.1", port),
                List.of(named, "-g", "-n", "1", "-c", configuration.toString()),
                directory);
    }

    /** @param settings more lines of the section {@code server:}; empty: Unbound as it is */
    static RecursiveServer unbound(
            String own, String zone, List<InetSocketAddress> nameServers, String settings, Path directory)
            throws IOException {
        String unbound = installed("unbound");
        int port = nameServers.get(0).getPort();
        Path configuration = directory.resolve("unbound.conf");
        Files.writeString(configuration, """
                server:
                  directory: "%1$s"
                  pidfile: ""
                  chroot: ""
                  username: ""
                  use-syslog: no
                  do-daemonize: no
                  num-threads: 1
                  module-config: "iterator"
                  interface: %3$s@%2$d
                  outgoing-interface: %3$s
                  access-control: 127.0.0.0/8 allow
                  do-not-query-localhost: no
                  minimal-responses: yes
                %6$s
                remote-control:
                  control-enable: no
                stub-zone:
                  name: "%4$s"
                %5$s
                """.formatted(
                        directory,
                        port,
                        own,
                        zone,
                        nameServers.stream()
                                .map(each -> "  stub-addr: " + each.getAddress().getHostAddress() + "@" + port)
                                .collect(Collectors.joining("\n")),
                        settings));
        return new RecursiveServer(
                new InetSocketAddress(own, port), List.of(unbound, "-d", "-c", configuration.toString()), directory);
    }

    private static String installed(String program) {
        Path path = SBIN.resolve(program);
        Assumptions.assumeTrue(Files.isExecutable(path), program + " is not installed");
        return path.toString();
    }

    /** Asks for names that nobody has asked for, until it has answered so often. */
    void answers(String zone, int times) throws IOException {
        awaitReady(zone);
        ask(address, zone, times);
    }

    /** Asks any server, some questions at a time. */
    static void ask(InetSocketAddress server, String zone, int times) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            socket.setSoTimeout(ANSWER_MS);
            for (int i = 0; i < times + AT_ONCE; i++) {
                if (i < times) {
                    byte[] question = question("n" + i + ".beacon." + zone);
                    socket.send(new DatagramPacket(question, question.length, server));
                }
                if (i >= AT_ONCE) {
                    Message answer = answer(socket);
                    if (answer.getRcode() != Rcode.NOERROR) {
                        throw new AssertionError("no answer but\n" + answer);
                    }
                }
            }
        }
    }

    static void askOverTcp(InetSocketAddress server, String zone) throws IOException {
        SimpleResolver resolver = new SimpleResolver(server);
        resolver.setTCP(true);
        for (int i = 0; i < AT_ONCE; i++) {
            resolver.send(new Message(question("t" + i + ".beacon." + zone)));
        }
    }

    /** What it says to who wants to know whether it has proven it. */
    Message validated(String name, int type) throws IOException {
        SimpleResolver resolver = new SimpleResolver(address);
        resolver.setTimeout(Duration.ofSeconds(20));
        resolver.setEDNS(0, 1_232, ExtendedFlags.DO);
        return resolver.send(Message.newQuery(Record.newRecord(Name.fromString(name + "."), type, 1)));
    }

    /** Until it says that it can't prove a name. */
    void awaitRefusal(String name) {
        Awaitility.await("refusal; the log is " + log)
                .ignoreExceptionsInstanceOf(IOException.class) // it does not listen yet
                .atMost(Duration.ofSeconds(60))
                .until(() -> validated(name, Type.A).getRcode() == Rcode.SERVFAIL);
    }

    private void awaitReady(String zone) throws IOException {
        byte[] question = question("ready.beacon." + zone);
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            socket.setSoTimeout(500);
            Awaitility.await("recursive server ready; its log is " + log)
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        if (!process.isAlive()) {
                            throw new AssertionError("it ended; it said:\n" + Files.readString(log));
                        }
                        socket.send(new DatagramPacket(question, question.length, address));
                        try {
                            return !answer(socket).getSection(Section.ANSWER).isEmpty();
                        } catch (SocketTimeoutException | java.net.PortUnreachableException e) {
                            return false;
                        }
                    });
        }
    }

    private static byte[] question(String name) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name + "."), Type.A, 1))
                .toWire();
    }

    private static Message answer(DatagramSocket socket) throws IOException {
        byte[] buffer = new byte[4_096];
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        return new Message(java.util.Arrays.copyOf(buffer, packet.getLength()));
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
