package io.fairlead.lab.names;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * Hosts of this machine that are apart for its kernel, too: what it measures of a connection between two of them is the round trip that they were given.
 *
 * <p>Host n is at home at {@code 198.18.n.1}, and others know it as {@code 198.19.n.1} (RFC 2544). What is sent from {@code 198.18.a.b} to {@code 198.19.c.d} goes out at a TUN device, is held for half of the round trip,
 * and comes in again as sent from {@code 198.19.a.b} to {@code 198.18.c.d}: one is added to one half of a sum, and taken from the other, so that all checksums stay true. Needs root, {@code ip} and Perl, which opens the
 * device; else tests are left out.
 */
final class DistantHosts implements AutoCloseable {

    private static final String DEVICE = "fairlead0";
    private static final String HOME = "198.18.0.0/16";
    private static final String AWAY = "198.19.0.0/16";

    /** Host of whoever binds no address. */
    private static final int NOBODY = 250;

    private static final int HEAD_BYTES = 20;
    private static final int SOURCE = 12;
    private static final int DESTINATION = 16;
    private static final long NANOS_PER_MS = 1_000_000;

    /** Opens the device (TUNSETIFF; IFF_TUN | IFF_NO_PI), and copies whole packets of IPv4 both ways until its input ends. */
    private static final String COPY = """
            use strict;
            open(my $tun, '+<:unix', '/dev/net/tun') or die "/dev/net/tun: $!";
            ioctl($tun, 0x400454ca, pack('a16 S x22', $ARGV[0], 0x1001)) or die "TUNSETIFF: $!";
            my $out = fork;
            if ($out == 0) {
                while (sysread($tun, my $packet, 65535)) { syswrite(STDOUT, $packet) if ord($packet) >> 4 == 4 }
                exit;
            }
            syswrite(STDOUT, 'ready!' . chr(10));
            while (read(STDIN, my $head, 4) == 4) {
                my $left = unpack('x2 n', $head) - 4;
                read(STDIN, my $rest, $left) == $left or last;
                syswrite($tun, $head . $rest);
            }
            kill 'TERM', $out;
            """;

    private final Process device;
    private final DataInputStream in;
    private final OutputStream out;
    private final ScheduledExecutorService way = new ScheduledThreadPoolExecutor(1);
    private final Map<Integer, Double> rttMs = new ConcurrentHashMap<>();
    private final Set<Integer> cut = ConcurrentHashMap.newKeySet();

    private DistantHosts() throws IOException {
        device = new ProcessBuilder("perl", "-e", COPY, DEVICE)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = new DataInputStream(device.getInputStream());
        out = new BufferedOutputStream(device.getOutputStream());
    }

    /** Brings the device up. Only one can be: others wait for nobody, and fail. */
    static DistantHosts open() throws IOException, InterruptedException {
        boolean possible = "root".equals(System.getProperty("user.name"))
                && Files.isWritable(Path.of("/dev/net/tun"))
                && Stream.of("perl", "ip").allMatch(DistantHosts::isInstalled);
        Assumptions.assumeTrue(possible, "hosts that are apart need root, /dev/net/tun, perl and ip");
        DistantHosts opened = new DistantHosts();
        try {
            byte[] ready = opened.in.readNBytes("ready!\n".length());
            if (ready.length == 0) {
                opened.close();
                Assumptions.abort("root may not open the TUN device " + DEVICE + " here, as in most containers");
            }
            ip("link", "set", DEVICE, "up", "mtu", "1500");
            ip("route", "add", "local", HOME, "dev", DEVICE);
            ip("route", "add", AWAY, "dev", DEVICE, "src", home(NOBODY));
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        Thread copies = new Thread(opened::copy, "distant-hosts");
        copies.setDaemon(true);
        copies.start();
        return opened;
    }

    private static boolean isInstalled(String program) {
        return Stream.of((System.getenv("PATH") + ":/usr/sbin:/sbin").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Stream.concat(Stream.of("ip"), Stream.of(arguments)).toList())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("ip " + String.join(" ", arguments) + ": " + said);
        }
    }

    /** Where a host listens and dials from. */
    static String home(int host) {
        return "198.18." + host + ".1";
    }

    /** What others dial, and see it dial from. */
    static String away(int host) {
        return "198.19." + host + ".1";
    }

    /** First address of the /24 that others see it in. */
    static String network(int host) {
        return "198.19." + host + ".0";
    }

    /** How far two hosts are from each other, at once; those of which nothing was said are together. */
    void apart(int one, int other, double ms) {
        rttMs.put(pair(one, other), ms);
    }

    /** Nothing comes to a host or from it any more. */
    void cutOff(int host) {
        cut.add(host);
    }

    private static int pair(int one, int other) {
        return Math.max(one, other) << Byte.SIZE | Math.min(one, other);
    }

    private void copy() {
        byte[] head = new byte[HEAD_BYTES];
        try {
            while (true) {
                in.readFully(head);
                int length = (head[2] & 0xFF) << Byte.SIZE | (head[3] & 0xFF);
                byte[] packet = new byte[length];
                System.arraycopy(head, 0, packet, 0, HEAD_BYTES);
                in.readFully(packet, HEAD_BYTES, length - HEAD_BYTES);
                hold(packet);
            }
        } catch (EOFException | RejectedExecutionException e) {
            // it was closed
        } catch (IOException e) {
            throw new UncheckedIOException("the TUN device is lost", e);
        }
    }

    private void hold(byte[] packet) {
        int from = packet[SOURCE + 2] & 0xFF;
        int to = packet[DESTINATION + 2] & 0xFF;
        if (cut.contains(from) || cut.contains(to)) {
            return;
        }
        packet[SOURCE + 1]++;
        packet[DESTINATION + 1]--;
        long nanos = (long) (rttMs.getOrDefault(pair(from, to), 0.0) / 2 * NANOS_PER_MS);
        way.schedule(() -> arrive(packet), nanos, TimeUnit.NANOSECONDS);
    }

    private void arrive(byte[] packet) {
        try {
            out.write(packet);
            out.flush();
        } catch (IOException e) {
            way.shutdownNow(); // it was closed
        }
    }

    /** Takes the device away, and its routes with it. */
    @Override
    public void close() throws IOException, InterruptedException {
        way.shutdownNow();
        device.getOutputStream().close();
        if (!device.waitFor(5, TimeUnit.SECONDS)) {
            device.destroyForcibly().waitFor();
        }
    }
}
