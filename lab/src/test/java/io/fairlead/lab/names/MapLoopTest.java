package io.fairlead.lab.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.Fairlead;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.ClientSubnetOption;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedErrorCodeOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * The loop on real parts: a name is answered, its viewer watches at the group that was named, what the kernel measures of that connection makes the map, and the answer changes. The distances are such that a kernel
 * measures them.
 */
@Tag("loop")
class MapLoopTest {

    /** Hosts of three networks of viewers, each in a /20 of its own so that they say nothing of each other. */
    private static final List<Integer> VIEWERS = List.of(32, 64, 96);

    private static final double FAR_MS = 120;
    private static final double NEAR_MS = 12;
    private static final String WATCH = "watch." + MappedService.ZONE + ".";

    private static final int FORGED = 30_000; // a bench forges a million
    private static final int FORGED_PER_SECOND = 50_000;

    /** So that a socket holds what its busy owner has not taken. */
    private static final int FORGED_AT_ONCE = 2_000;

    /** Maps that are made of what was forged before it is judged. */
    private static final int EPOCHS_AFTER = 3;

    /** From when on no answer may name a group that was cut off. */
    private static final long OUT_MS = 2_000;

    /** So long it is asked before a group is cut off, so that what is recorded begins while it serves. */
    private static final long ASKED_BEFORE_MS = 500;

    private static final long US_PER_MS = 1_000;

    private final List<Process> players = new ArrayList<>();

    /** An answer: the group's address, and what the name server says of it. */
    private record Told(String address, String why) {}

    @Test
    void whatIsMeasuredOfViewersChangesWhereTheyAreSent(@TempDir Path directory) throws Exception {
        try (DistantHosts hosts = DistantHosts.open();
                MappedService service = new MappedService(directory)) {
            for (int viewer : VIEWERS) {
                hosts.apart(viewer, MappedService.FAR_HOST, FAR_MS);
                hosts.apart(viewer, MappedService.NEAR_HOST, NEAR_MS);
            }

            // Nothing is known: all are sent to the first group, and watch there.
            await(service, MappedService.FAR, "far: ");
            for (int viewer : VIEWERS) {
                watch(viewer, ask(service, viewer).address(), service.port());
            }

            // Their pages fetch beacons, which name any group: so each is measured with both.
            for (int viewer : VIEWERS) {
                for (String group : List.of(address(MappedService.FAR), address(MappedService.NEAR))) {
                    fetchBeacon(service, viewer, group);
                }
            }

            // The map says so, and why.
            await(service, MappedService.NEAR, "by CLIENT_RTT");
            String why = explained(service.bootstrap(), DistantHosts.away(VIEWERS.get(0)));
            assertThat(why).contains("is sent to near", "by CLIENT_RTT");
            assertThat(cost(why, "near 100%")).isBetween(NEAR_MS, FAR_MS);
            assertThat(cost(why, "far 0%")).isGreaterThanOrEqualTo(FAR_MS);

            // So it does of the resolver that these clients are behind and that tells no subnet.
            patiently().untilAsserted(() -> {
                Told told = ask(service, null, false);
                assertThat(told.address()).isEqualTo(address(MappedService.NEAR));
                assertThat(told.why()).contains("near 100%", "by CLIENT_RTT");
            });

            // What anybody can forge in the resolver's name and others', and for these networks, moves nothing.
            forgedQuestionsMoveNoEntry(service);

            aGroupThatIsCutOffIsNamedNoMore(hosts, service, directory.resolve("packets"));
        }
    }

    /** Although nobody has heard from its edge that anything is wrong. By the times of packets: from the last that came from the group to the last answer that names it. */
    private static void aGroupThatIsCutOffIsNamedNoMore(DistantHosts hosts, MappedService service, Path file)
            throws Exception {
        int port = service.questions(MappedService.FAR).getPort();
        String group = address(MappedService.NEAR);
        List<RecordedPackets.Packet> packets;
        try (RecordedPackets recorded =
                RecordedPackets.start(file, "(udp and src port " + port + ") or (tcp and host " + group + ")")) {
            askFor(service, ASKED_BEFORE_MS);
            hosts.cutOff(MappedService.NEAR_HOST);
            askFor(service, 2 * OUT_MS);
            packets = recorded.stop();
        }
        long lastSignUs = packets.stream()
                .filter(packet -> packet.isTcp() && packet.from().equals(group))
                .mapToLong(RecordedPackets.Packet::atUs)
                .max()
                .orElseThrow();
        long unansweredUs = packets.stream()
                .filter(packet -> packet.isTcp() && packet.to().equals(group) && packet.atUs() > lastSignUs)
                .mapToLong(RecordedPackets.Packet::atUs)
                .min()
                .orElseThrow();
        long lastNamedUs = packets.stream()
                .filter(packet -> packet.answersWith(port, group))
                .mapToLong(RecordedPackets.Packet::atUs)
                .max()
                .orElseThrow();
        assertThat(packets)
                .as("it was asked on and on")
                .anyMatch(packet -> packet.answersWith(port, address(MappedService.FAR))
                        && packet.atUs() > lastSignUs + OUT_MS * US_PER_MS);
        System.out.printf(
                "a group that was cut off was last named %d ms after its last packet, %d ms after the first one to it that was not answered%n",
                (lastNamedUs - lastSignUs) / US_PER_MS, (lastNamedUs - unansweredUs) / US_PER_MS);
        assertThat((lastNamedUs - lastSignUs) / US_PER_MS).isBetween(1L, OUT_MS);
        assertThat(ask(service, VIEWERS.get(0)).why()).contains("near 100%", "out: ");
    }

    private static void askFor(MappedService service, long ms) throws IOException {
        long untilNanos = System.nanoTime() + ms * 1_000_000;
        while (System.nanoTime() < untilNanos) {
            ask(service, VIEWERS.get(0));
        }
    }

    private static void forgedQuestionsMoveNoEntry(MappedService service) throws Exception {
        List<String> resolvers = new ArrayList<>(List.of("127.0.0.1"));
        IntStream.range(1, 200).forEach(i -> resolvers.add("127.77." + i + ".53"));
        List<byte[]> networks = new ArrayList<>();
        for (int viewer : VIEWERS) {
            networks.add(InetAddress.getByName(DistantHosts.network(viewer)).getAddress());
        }
        Map<String, List<String>> before = sentTo(service);
        assertThat(before.keySet()).contains("127.0.0.1/32", DistantHosts.network(VIEWERS.get(0)) + "/24");
        long until = service.counted(MappedService.FAR) + FORGED;
        try (ForgedQuestions forged =
                new ForgedQuestions(resolvers, networks, "watch." + MappedService.ZONE, RandomGenerator.getDefault())) {
            while (service.counted(MappedService.FAR) < until) {
                forged.send(service.questions(MappedService.FAR), FORGED_AT_ONCE, FORGED_PER_SECOND);
            }
        }
        long epoch = mapEpoch(service);
        patiently().until(() -> mapEpoch(service) >= epoch + EPOCHS_AFTER);
        assertThat(sentTo(service)).containsAllEntriesOf(before);
    }

    private static long mapEpoch(MappedService service) {
        return service.map().get("*") instanceof MapState state ? state.getMapEpoch() : 0;
    }

    /** By prefix, the groups that its viewers are sent to, with their shares. */
    private static Map<String, List<String>> sentTo(MappedService service) {
        Map<String, List<String>> all = new TreeMap<>();
        service.map().forEach((key, record) -> {
            if (record instanceof MapEntry entry) {
                all.put(
                        key,
                        entry.getChoices().stream()
                                .map(choice -> choice.getGroupId() + " " + choice.getShare())
                                .toList());
            }
        });
        return all;
    }

    private static String address(String group) {
        return DistantHosts.away(group.equals(MappedService.FAR) ? MappedService.FAR_HOST : MappedService.NEAR_HOST);
    }

    private static void await(MappedService service, String group, String why) {
        for (int viewer : VIEWERS) {
            patiently().untilAsserted(() -> {
                Told told = ask(service, viewer);
                assertThat(told.address()).as("%s", told).isEqualTo(address(group));
                assertThat(told.why()).contains(why);
            });
        }
    }

    // ---- what viewers do

    private static Told ask(MappedService service, int viewer) throws IOException {
        return ask(service, viewer, false);
    }

    /** @param viewer whose network the question tells; null: it tells none */
    private static Told ask(MappedService service, @Nullable Integer viewer, boolean tcp) throws IOException {
        List<EDNSOption> options = viewer == null
                ? List.of()
                : List.of(new ClientSubnetOption(24, InetAddress.getByName(DistantHosts.network(viewer))));
        Message answer =
                resolver(service.questions(MappedService.FAR), tcp, options).send(question(WATCH));
        String why = "";
        OPTRecord opt = answer.getOPT();
        for (EDNSOption option : opt == null ? List.<EDNSOption>of() : opt.getOptions()) {
            if (option instanceof ExtendedErrorCodeOption explanation) {
                why = explanation.getText();
            }
        }
        Record first = answer.getSection(Section.ANSWER).isEmpty()
                ? null
                : answer.getSection(Section.ANSWER).get(0);
        return new Told(first instanceof ARecord a ? a.getAddress().getHostAddress() : "", why);
    }

    private static SimpleResolver resolver(InetSocketAddress at, boolean tcp, List<EDNSOption> options) {
        SimpleResolver resolver = new SimpleResolver(at);
        resolver.setTCP(tcp);
        resolver.setTimeout(Duration.ofSeconds(5));
        resolver.setEDNS(0, 1_232, ExtendedFlags.DO, options);
        return resolver;
    }

    private static Message question(String name) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name), Type.A, 1));
    }

    private void watch(int viewer, String address, int port) throws IOException {
        players.add(new ProcessBuilder(
                        "curl",
                        "-sN",
                        "--interface",
                        DistantHosts.home(viewer),
                        "-o",
                        "/dev/null",
                        "http://" + address + ":" + port + "/" + MappedService.ROOM + ".flv")
                .inheritIO()
                .start());
    }

    /** As a browser does: its resolver asks for a new name, and it fetches that; here, until the name leads to the group. */
    private static void fetchBeacon(MappedService service, int viewer, String from) throws IOException {
        byte[] drawn = new byte[16];
        String host;
        Message answer;
        do {
            RandomGenerator.getDefault().nextBytes(drawn);
            host = java.util.HexFormat.of().formatHex(drawn) + ".beacon." + MappedService.ZONE;
            answer = resolver(service.questions(MappedService.FAR), true, List.of())
                    .send(question(host + "."));
        } while (!(answer.getSection(Section.ANSWER).get(0) instanceof ARecord a)
                || !a.getAddress().getHostAddress().equals(from));
        try (Socket page = new Socket()) {
            page.bind(new InetSocketAddress(DistantHosts.home(viewer), 0));
            page.connect(new InetSocketAddress(from, service.port()), 5_000);
            page.setSoTimeout(5_000);
            page.getOutputStream()
                    .write(("GET /beacon HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(page.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 204");
        }
    }

    private static String explained(String bootstrap, String address) {
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int code = Fairlead.execute(
                Map.of(),
                out,
                out,
                "nameserver",
                "explain",
                "--resolver=" + address,
                "--name=" + WATCH,
                "--bootstrap-servers=" + bootstrap);
        assertThat(code).as("%s", said).isZero();
        return said.toString();
    }

    /** In ms, of the group and share that it is told of; what the kernel of a busy machine measured is longer than the way. */
    private static double cost(String explained, String choice) {
        Matcher told =
                Pattern.compile(Pattern.quote(choice) + " cost ([0-9.]+)").matcher(explained);
        assertThat(told.find()).as("%s in %s", choice, explained).isTrue();
        return Double.parseDouble(told.group(1));
    }

    private static ConditionFactory patiently() {
        return Awaitility.await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(200));
    }

    @AfterEach
    void end() throws Exception {
        for (Process player : players) {
            player.destroyForcibly().waitFor();
        }
    }
}
