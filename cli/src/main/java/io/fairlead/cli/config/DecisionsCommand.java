package io.fairlead.cli.config;

import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead decisions}. */
@Command(name = "decisions", description = "See what is decided.", subcommands = DecisionsCommand.Watch.class)
public final class DecisionsCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead decisions watch}. */
    @Command(
            name = "watch",
            description = "Print decisions on exits as they come, with their reasons; ends with Ctrl-C.")
    static final class Watch implements Callable<Integer> {

        private static final Duration POLL = Duration.ofMillis(500);

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Option(names = "--exit", paramLabel = "ID", defaultValue = "", description = "Of this exit only.")
        private String exitId = "";

        @Option(names = "--from-beginning", description = "Begin with what stands there, not with what comes.")
        private boolean fromBeginning;

        @Option(names = "--count", paramLabel = "N", defaultValue = "0", description = "End after so many; 0: never.")
        private long count;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            WireReader reader = new WireReader(SchemaDirectory.builtIn());
            Map<String, Object> properties = new HashMap<>(kafka.client());
            properties.put("isolation.level", "read_committed");
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                List<TopicPartition> partitions = IntStream.range(0, Topics.DECISIONS_EXITS.partitions())
                        .mapToObj(partition -> new TopicPartition(Topics.DECISIONS_EXITS.name(), partition))
                        .toList();
                consumer.assign(partitions);
                if (fromBeginning) {
                    consumer.seekToBeginning(partitions);
                } else {
                    consumer.seekToEnd(partitions);
                }
                long shown = 0;
                while (true) {
                    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                        String key = new String(record.key(), StandardCharsets.UTF_8);
                        if (exitId.isEmpty() || exitId.equals(key)) {
                            out.println(line(reader, key, record));
                            shown++;
                            if (shown == count) {
                                return 0;
                            }
                        }
                    }
                    out.flush();
                }
            }
        }

        private static String line(WireReader reader, String key, ConsumerRecord<byte[], byte[]> record) {
            Instant at = Instant.ofEpochMilli(record.timestamp());
            if (record.value() == null) {
                return at + " " + key + " ended: nothing was heard of it for long";
            }
            try {
                if (reader.read(record.value()) instanceof ExitScore score) {
                    return String.format(
                            Locale.ROOT,
                            "%s %-16s %-7s quality %5.1f  capacity %3d  policy %3d  %-8s %s",
                            at,
                            key,
                            score.getState(),
                            score.getQuality(),
                            score.getCapacityRequests(),
                            score.getPolicyVersion(),
                            score.getTrigger(),
                            String.join("; ", score.getReasons()));
                }
                return at + " " + key + " is no decision on an exit";
            } catch (UnreadableRecordException e) {
                return at + " " + key + " can't be read: " + e.getMessage();
            }
        }
    }
}
