package io.fairlead.lab.bench;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.CommandProcess;
import io.fairlead.lab.host.HostFailure;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A large map as a name server takes it in, in a process of its own: without any, from the topic, from its snapshot while Kafka is away, and from both. Times begin with the
 * process; what it holds is looked at after a full collection.
 */
@Command(
        name = "entries",
        description =
                "A map of many entries as a name server takes it in, from its topic and from its snapshot: time, processor time, memory.")
public final class EntriesBench implements Callable<Integer> {

    private static final String ZONE = """
            $ORIGIN bench.test.
            $TTL 300
            @ IN SOA ns1 hostmaster 7 3600 900 604800 60
            @ IN NS ns1
            ns1 IN A 192.0.2.53
            $MAPPED live 20
            """;
    private static final String NOBODY = "127.0.0.1:1";
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int LOOK_EVERY_MS = 100;
    private static final double NANOS = 1e9;
    private static final int MIB_BITS = 20;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--entries", defaultValue = "1000000", description = "Of the map (default: ${DEFAULT-VALUE}).")
    private int entries;

    @Option(names = "--groups", defaultValue = "50", description = "Delivery groups (default: ${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = "--choices",
            defaultValue = "8",
            description = "Groups of each entry, 1 to 8 (default: ${DEFAULT-VALUE}).")
    private int choices;

    @Option(
            names = "--heap",
            paramLabel = "MIB",
            defaultValue = "768",
            description = "Limit of the name server's heap (default: ${DEFAULT-VALUE}).")
    private int heapMib;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s, %,d entries, %d groups, %d an entry, heap up to %d MiB%n",
                Processor.machine(), entries, groups, choices, heapMib);
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("entries");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults())) {
            BenchTopics topics = new BenchTopics(kafka.bootstrap());
            topics.create();
            Path zone = directory.resolve("zone");
            Files.writeString(zone, ZONE);
            Path data = directory.resolve("data");
            measure("without a map", zone, data, kafka.bootstrap(), 0, out);
            topics.fill(Topics.DECISIONS_MAP, MapSample::key, MapSample.entries(entries, groups, choices, 7));
            measure("from the topic", zone, data, kafka.bootstrap(), entries, out);
            measure("from the snapshot, without Kafka", zone, data, NOBODY, entries, out);
            measure("from the snapshot, then the topic", zone, data, kafka.bootstrap(), entries, out);
        }
        return 0;
    }

    private void measure(String what, Path zone, Path data, String bootstrap, int wanted, PrintWriter out)
            throws IOException, InterruptedException, HostFailure {
        long beganNanos = System.nanoTime();
        try (CommandProcess server = start(zone, data, bootstrap)) {
            double ready = (System.nanoTime() - beganNanos) / NANOS;
            URI metrics = URI.create(server.address("admin") + "/metrics");
            double whole = ready;
            while (wanted > 0 && !isWhole(metrics, wanted)) {
                if (System.nanoTime() - beganNanos > LIMIT.toNanos()) {
                    throw new IOException("The name server has "
                            + (long) metric(metrics, "fairlead_dns_map_entries") + " of " + wanted + " entries after "
                            + LIMIT.toMinutes() + " min; its log is "
                            + server.process().log());
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
                whole = (System.nanoTime() - beganNanos) / NANOS;
            }
            boolean fromTopic = !bootstrap.equals(NOBODY);
            while (fromTopic
                    && metric(metrics, "fairlead_table_live{topic=\"" + Topics.DECISIONS_MAP.name() + "\"}") < 1) {
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
            }
            double read = (System.nanoTime() - beganNanos) / NANOS;
            double processor = Processor.time(server.pid()).toNanos() / NANOS;
            double taken = metric(metrics, "fairlead_dns_map_taken_seconds");
            long heap = LiveMemory.heapOf(server.pid()) >> MIB_BITS;
            out.printf(
                    "%-34s answers after %5.2f s, whole map %5.2f s, topic read %5.2f s, processor %5.2f s; tables made in %.2f s; live heap %d MiB, resident %d MiB%n",
                    what,
                    ready,
                    whole,
                    read,
                    processor,
                    taken,
                    heap,
                    server.rssBytes().orElse(0) >> MIB_BITS);
            out.flush();
        }
    }

    private CommandProcess start(Path zone, Path data, String bootstrap) throws HostFailure {
        return CommandProcess.start(
                "name-server",
                "Name server",
                heapMib,
                false,
                Map.of("dns", 0, "admin", 0),
                ports -> List.of(
                        "nameserver",
                        "--edge-id=bench",
                        "--address=127.0.0.1:" + ports.get("dns"),
                        "--admin-address=127.0.0.1:" + ports.get("admin"),
                        "--zone=" + zone,
                        "--data=" + data.resolve("edge"),
                        "--bootstrap-servers=" + bootstrap),
                data,
                notice -> spec.commandLine().getErr().println(notice));
    }

    /** Its entries are all there, and what answers come from was made of them. */
    private static boolean isWhole(URI metrics, int wanted) throws IOException {
        return metric(metrics, "fairlead_dns_map_entries") == wanted
                && metric(metrics, "fairlead_dns_map_answered") == wanted;
    }

    private static double metric(URI metrics, String name) throws IOException {
        String all;
        try (InputStream in = metrics.toURL().openStream()) {
            all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Matcher line =
                Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(all);
        if (!line.find()) {
            throw new IOException("the name server tells no " + name);
        }
        return Double.parseDouble(line.group(1));
    }
}
