package io.fairlead.nameserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.nameserver.server.NameServerStage;
import java.io.BufferedReader;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Asked over IPv6, UDP and TCP, by dig: the map answers by networks of IPv6, and what is told of askers and viewers names theirs. */
class Ipv6Test {

    private static final String LIVE = "live.fairlead.example";
    private static final String BEACON = "0123456789abcdef0123456789ABCDEF";

    private static final List<String> told = new CopyOnWriteArrayList<>();
    private static Process edges;
    private static InetSocketAddress questions;
    private static int viewers;

    /** Address of a link of this machine, with its name ({@code fe80::1%eth0}); empty: it has none. */
    private static String ofLink = "";

    private static int ofLinkPort;

    @BeforeAll
    static void start() throws Exception {
        Path interfaces = Path.of("/proc/net/if_inet6");
        Assumptions.assumeTrue(
                Files.isReadable(interfaces) && Files.readString(interfaces).contains("0".repeat(31) + "1 "),
                "there is no ::1 on this machine");
        ofLink = Files.readAllLines(interfaces).stream()
                .map(line -> line.trim().split(" +"))
                .filter(fields -> fields[0].startsWith("fe80"))
                .map(fields -> fields[0].replaceAll("(.{4})(?=.)", "$1:") + "%" + fields[5])
                .findFirst()
                .orElse("");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Ipv6Edges.class.getName()));
        if (!ofLink.isEmpty()) {
            command.add(ofLink);
        }
        edges = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader said = edges.inputReader(StandardCharsets.UTF_8);
        String ports = said.readLine();
        while (ports != null && !ports.matches("\\d+ \\d+ \\d+")) {
            ports = said.readLine(); // what is logged
        }
        assertThat(ports).as("the process has not ended").isNotNull();
        questions = new InetSocketAddress(home(), Integer.parseInt(ports.split(" ")[0]));
        viewers = Integer.parseInt(ports.split(" ")[1]);
        ofLinkPort = Integer.parseInt(ports.split(" ")[2]);
        Thread hears = new Thread(() -> said.lines().forEach(told::add), "hears");
        hears.setDaemon(true);
        hears.start();
    }

    /** Without IPv6 in this process an address is still one. */
    private static InetAddress home() throws Exception {
        byte[] bytes = new byte[16];
        bytes[15] = 1;
        return Inet6Address.getByAddress("", bytes, -1);
    }

    private static String dig(String... arguments) throws Exception {
        return NameServerStage.digAt(questions, arguments);
    }

    private static void awaitTold(String... parts) {
        Awaitility.await(String.join(" ", parts)).atMost(Duration.ofSeconds(20)).until(() -> isTold(parts));
    }

    private static boolean isTold(String... parts) {
        return told.stream().anyMatch(line -> List.of(parts).stream().allMatch(line::contains));
    }

    @Test
    void staticNamesAreAnsweredOverUdpAndTcp() throws Exception {
        for (String way : List.of("+notcp", "+tcp")) {
            assertThat(dig("+norec", way, "AAAA", "www.fairlead.example"))
                    .contains("status: NOERROR", "2001:db8::80", "SERVER: ::1#");
        }
    }

    @Test
    void theMapAnswersByTheSubnetAndElseByTheResolver() throws Exception {
        for (String way : List.of("+notcp", "+tcp")) {
            assertThat(dig("+norec", way, "+subnet=2001:db8:7:100::/56", "AAAA", LIVE))
                    .contains("2001:db8:2::1", "CLIENT-SUBNET: 2001:db8:7:100::/56/48", "near 100% cost 12.0")
                    .doesNotContain("2001:db8:3::1");
            assertThat(dig("+norec", way, "+subnet=2001:db8:8::/48", "AAAA", LIVE))
                    .contains("2001:db8:1::1", "first: nothing is known of this address");
            assertThat(dig("+norec", way, "AAAA", LIVE)).contains("2001:db8:3::1", "home: map 1, entry ::/48");
        }
    }

    @Test
    void whoAsksAndForWhomIsToldWithItsRoundTrip() throws Exception {
        String first = dig("+norec", "+cookie=0011223344556677", "AAAA", LIVE);
        String cookie = first.replaceAll("(?s).*COOKIE: ([0-9a-f]{48}).*", "$1");
        assertThat(dig("+norec", "+cookie=" + cookie, "+subnet=2001:db8:9::/48", "AAAA", LIVE))
                .contains("(good)");
        awaitTold(
                "::/48 {",
                "\"resolver\": \"0:0:0:0:0:0:0:1\"",
                "\"provenQuestions\": 1",
                "\"prefix\": \"2001:db8:9::/48\"");
        dig("+norec", "+tcp", "AAAA", LIVE);
        awaitTold("\"source\": \"TCP_DNS\"", "\"prefix\": \"0:0:0:0:0:0:0:1/128\"");
    }

    /** It is answered as others are; that another resolver elsewhere has the same address keeps it from being told. */
    @Test
    void aResolverOnTheSameLinkIsAnsweredAndNothingIsToldOfIt() throws Exception {
        Assumptions.assumeTrue(!ofLink.isEmpty(), "no interface of this machine has an address of its link");
        for (String way : List.of("+notcp", "+tcp")) {
            assertThat(NameServerStage.digAt(ofLink, ofLinkPort, "+norec", way, "AAAA", LIVE))
                    .contains("status: NOERROR", "2001:db8:1::1");
        }
        dig("+norec", "+subnet=2001:db8:a::/48", "AAAA", LIVE);
        awaitTold("\"prefix\": \"2001:db8:a::/48\"");
        assertThat(told).noneMatch(line -> line.contains("fe80") || line.contains("%"));
    }

    @Test
    void aBeaconTiesTheResolverToTheNetworkOfTheViewerWhoseRoundTripIsTold() throws Exception {
        String host = BEACON + ".beacon.fairlead.example";
        assertThat(dig("+norec", "AAAA", host))
                .as("who is not proven must come over TCP")
                .contains("2001:db8:");
        awaitTold(
                "\"beacon\": \"" + BEACON.toLowerCase(java.util.Locale.ROOT) + "\"",
                "\"resolver\": \"0:0:0:0:0:0:0:1\"");
        fetch(host);
        awaitTold("\"beacon\": \"" + BEACON.toLowerCase(java.util.Locale.ROOT) + "\"", "\"prefix\": \"::/48\"");
        // A kernel whose machine is busy has nothing new to say of a connection now and then.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            fetch(host);
            return isTold("\"source\": \"CLIENT\"", "\"prefix\": \"::/48\"", "\"groupId\": \"near\"");
        });
    }

    private static void fetch(String host) throws Exception {
        Process curl = new ProcessBuilder(
                        "curl",
                        "-sv",
                        "-6",
                        "--resolve",
                        host + ":" + viewers + ":[::1]",
                        "http://" + host + ":" + viewers + "/beacon")
                .redirectErrorStream(true)
                .start();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("HTTP/1.1 204");
    }

    @AfterAll
    static void stop() throws Exception {
        if (edges != null) {
            edges.getOutputStream().close();
            if (!edges.waitFor(10, TimeUnit.SECONDS)) {
                edges.destroyForcibly().waitFor();
            }
        }
    }
}
