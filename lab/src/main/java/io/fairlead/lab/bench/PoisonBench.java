package io.fairlead.lab.bench;

import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.lab.host.KafkaProcess;
import io.fairlead.lab.host.ResumableJobs;
import io.fairlead.lab.names.ForgedQuestions;
import io.fairlead.lab.names.NameService;
import io.fairlead.lab.names.NameServiceConfig;
import io.fairlead.lab.names.NameWorld;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.telemetry.ResolverTally;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Whether forged questions move the map: resolvers ask until it has settled, then fall silent; what moves by itself is counted for a while; then questions come in the resolvers' names, none of which is proven, all of them to
 * one name server, and what moves now is counted.
 */
@Command(
        name = "poison",
        description =
                "A settled map under forged UDP questions in its resolvers' names: how many of its entries they move.")
public final class PoisonBench implements Callable<Integer> {

    private static final int RESOLVERS = 160;
    private static final double QUESTIONS_PER_SECOND = 250;
    private static final double BITS_PER_SECOND = 8e9;
    private static final String JOBS = "io.fairlead.jobs.";
    private static final String EPOCH_MS = "5000";
    private static final long SEED = 7;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--questions",
            defaultValue = "1000000",
            description = "That are forged (default: ${DEFAULT-VALUE}).")
    private int questions;

    @Option(names = "--rate", defaultValue = "25000", description = "Of them, a second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--others",
            defaultValue = "1000",
            description = "Addresses of nobody that questions come from, too (default: ${DEFAULT-VALUE}).")
    private int others;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            defaultValue = "90",
            description = "That resolvers ask before (default: ${DEFAULT-VALUE}).")
    private int settleS;

    @Option(
            names = "--watch",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "That is waited for what moves by itself, and again after the last forged question (default: ${DEFAULT-VALUE}).")
    private int watchS;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        out.println(Processor.machine());
        out.flush();
        try (BenchDirectory directory = BenchDirectory.make("poison");
                KafkaProcess kafka = KafkaProcess.start(directory.resolve("kafka"), KafkaProcess.Options.defaults());
                FlinkProcess flink = FlinkProcess.start(directory.resolve("flink"), FlinkProcess.Options.defaults())) {
            new BenchTopics(kafka.bootstrap()).create();
            Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrap());
            NameWorld world = NameWorld.synthetic(RESOLVERS, SEED);
            NameServiceConfig.define(world, client, BITS_PER_SECOND);
            ResumableJobs jobs = new ResumableJobs(flink);
            List<String> common = List.of("--bootstrap-servers", kafka.bootstrap());
            jobs.submit(JobsJar.find(), JOBS + "resolvers.ResolverJob", common, 1);
            jobs.submit(
                    JobsJar.find(),
                    JOBS + "map.MapJob",
                    List.of("--bootstrap-servers", kafka.bootstrap(), "--epoch-ms", EPOCH_MS),
                    1);
            try (NameService service = NameService.start(
                    world, client, directory.resolve("names"), QUESTIONS_PER_SECOND, BITS_PER_SECOND, SEED)) {
                TimeUnit.SECONDS.sleep(settleS);
                service.quiet(true);
                judge(world, service, client, out);
            }
        }
        return 0;
    }

    private void judge(NameWorld world, NameService service, Map<String, Object> client, PrintWriter out)
            throws Exception {
        TimeUnit.SECONDS.sleep(watchS); // what was asked last is being told
        Map<String, String> settled = entries(client);
        TimeUnit.SECONDS.sleep(watchS);
        Map<String, String> before = entries(client);
        out.printf(
                "%,d entries; %d moved by themselves in %d s of silence%n",
                before.size(), moved(settled, before), watchS);
        out.flush();
        try (KafkaConsumer<byte[], byte[]> tallies = tallies(client);
                ForgedQuestions forged = new ForgedQuestions(
                        addresses(world), networks(world), "watch." + NameService.ZONE, new SplittableRandom(SEED))) {
            InetSocketAddress last =
                    service.nameServers().get(service.nameServers().size() - 1);
            long beganNanos = System.nanoTime();
            forged.send(last, questions, rate);
            double seconds = (System.nanoTime() - beganNanos) / 1e9;
            TimeUnit.SECONDS.sleep(watchS);
            long[] told = told(tallies);
            Map<String, String> after = entries(client);
            out.printf(
                    "%,d forged questions in %.0f s, of which the jobs were told %,d, %,d of them as proven: %d of %,d entries moved, %,d are new%n",
                    questions,
                    seconds,
                    told[0],
                    told[1],
                    moved(before, after),
                    before.size(),
                    after.keySet().stream()
                            .filter(key -> !before.containsKey(key))
                            .count());
            out.flush();
        }
    }

    /** Those of all resolvers, and of nobody. */
    private List<String> addresses(NameWorld world) {
        List<String> all = new java.util.ArrayList<>(
                world.resolvers().stream().map(NameWorld.Asker::address).toList());
        IntStream.range(0, others).forEach(i -> all.add("127.200." + i / 250 + "." + (1 + i % 250)));
        return all;
    }

    private static List<byte[]> networks(NameWorld world) {
        return world.resolvers().stream()
                .flatMap(asker -> asker.clients().stream())
                .map(clients -> AddressPrefix.address(
                        clients.prefix().substring(0, clients.prefix().indexOf('/'))))
                .toList();
    }

    /** By prefix, where it is sent. */
    private static Map<String, String> entries(Map<String, Object> client) {
        Map<String, String> all = new TreeMap<>();
        new ConfigStore(client).read(Topics.DECISIONS_MAP).forEach((key, entry) -> {
            if (entry.value() instanceof MapEntry known) {
                all.put(
                        key,
                        known.getChoices().stream()
                                .filter(choice -> choice.getShare() > 0)
                                .map(choice -> choice.getGroupId() + " " + choice.getShare())
                                .toList()
                                .toString());
            }
        });
        return all;
    }

    /** Entries that say something else, or are gone. */
    private static long moved(Map<String, String> before, Map<String, String> after) {
        return before.entrySet().stream()
                .filter(each -> !each.getValue().equals(after.get(each.getKey())))
                .count();
    }

    private static KafkaConsumer<byte[], byte[]> tallies(Map<String, Object> client) {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions = IntStream.range(0, Topics.TELEMETRY_RESOLVERS.partitions())
                .mapToObj(partition -> new TopicPartition(Topics.TELEMETRY_RESOLVERS.name(), partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    /** Questions that were told since, and how many of them as proven. */
    private static long[] told(KafkaConsumer<byte[], byte[]> from) throws UnreadableRecordException {
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        long[] told = new long[2];
        for (var polled = from.poll(Duration.ofSeconds(2));
                !polled.isEmpty();
                polled = from.poll(Duration.ofSeconds(2))) {
            for (var record : polled) {
                if (reader.read(record.value()) instanceof ResolverTally tally) {
                    told[0] += tally.getQuestions();
                    told[1] += tally.getProvenQuestions();
                }
            }
        }
        return told;
    }
}
