package io.fairlead.lab.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.fairlead.cli.UserError;
import io.fairlead.cli.config.PolicyFile;
import io.fairlead.cli.flink.FlinkJob;
import io.fairlead.cli.flink.FlinkRest;
import io.fairlead.cli.flink.JarRun;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.jobs.quality.ReplayResult;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.Recording;
import io.fairlead.lab.bench.BenchDirectory;
import io.fairlead.lab.host.FlinkProcess;
import io.fairlead.lab.host.JobsJar;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs recorded telemetry through the job's operators under the policies in force and under a new one, and says what would differ. */
@Command(
        name = "replay",
        description =
                "Run recorded telemetry through the quality job's operators, and say which decisions a new policy would change.")
public final class ReplayCommand implements Callable<Integer> {

    private static final String JOB = "io.fairlead.jobs.quality.ReplayJob";
    private static final int LOOK_EVERY_MS = 200;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "From when on decisions are compared: 2026-01-31T08:00:00Z, or an age such as 2h or 30m.")
    private String from = "";

    @Option(
            names = "--to",
            defaultValue = "0m",
            paramLabel = "TIME",
            description = "Until when (default: now); as --from.")
    private String to = "";

    @Option(
            names = "--policy",
            required = true,
            paramLabel = "[KIND[/SCOPE]=]FILE",
            description =
                    "Fields to change, as for policy set --file; laid over the policy in force. Without KIND/SCOPE: quality/default.")
    private List<String> policies = List.of();

    @Option(
            names = "--warm-up",
            defaultValue = "30m",
            paramLabel = "TIME",
            description = "Telemetry before --from that state is built of (default: ${DEFAULT-VALUE}).")
    private String warmUp = "";

    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT,…",
            description = "Kafka brokers to read from (default: 127.0.0.1:9092).")
    private @Nullable String kafka;

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = "Further client properties: security.protocol, sasl.…, ssl.….")
    private @Nullable Path kafkaProperties;

    @Option(
            names = "--clickhouse",
            paramLabel = "URL",
            description = "ClickHouse to read from instead: it keeps attempts for 7 days, topics for 3.")
    private @Nullable String clickHouse;

    @Option(
            names = "--clickhouse-user",
            paramLabel = "NAME",
            defaultValue = "fairlead",
            description = "User (default: ${DEFAULT-VALUE}).")
    private String clickHouseUser = "fairlead";

    @Option(
            names = "--clickhouse-password",
            paramLabel = "SECRET",
            defaultValue = "",
            description = "Password; better given as FAIRLEAD_CLICKHOUSE_PASSWORD than on the command line.")
    private String clickHousePassword = "";

    @Option(
            names = "--max-records",
            defaultValue = "5000000",
            description = "Most records that are read (default: ${DEFAULT-VALUE}).")
    private long recordsMax;

    @Option(
            names = "--show",
            defaultValue = "10",
            description = "Exits whose greatest difference is shown (default: ${DEFAULT-VALUE}).")
    private int show;

    @Option(names = "--json", description = "Say it as JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (kafka != null && clickHouse != null) {
            throw new UserError("Give --kafka or --clickhouse, not both.");
        }
        long nowMs = InstantSource.system().millis();
        long fromMs = time("--from", from, nowMs);
        long toMs = time("--to", to, nowMs);
        if (fromMs >= toMs) {
            throw new UserError("--from is " + Instant.ofEpochMilli(fromMs) + " and --to " + Instant.ofEpochMilli(toMs)
                    + ": nothing is between them.");
        }
        policies.forEach(
                each -> PolicyFile.read(each, Map.of())); // what can't be read is said before anything is asked for
        long startMs = fromMs - (nowMs - time("--warm-up", warmUp, nowMs));
        try (BenchDirectory directory = BenchDirectory.make("replay");
                Store store = store()) {
            List<RawRecord> before = store.policies(toMs);
            write(before, directory.resolve("before"));
            write(after(before), directory.resolve("after"));
            long records = copy(store, startMs, fromMs, toMs, directory.resolve("recording"));
            ReplayResult result = run(directory, fromMs);
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(result));
            } else {
                out.print(new ReplayReport(result, records, store.name(), policies).text(show));
            }
            out.flush();
        }
        return 0;
    }

    static long time(String option, String text, long nowMs) {
        try {
            return text.matches("\\d+[smhd]")
                    ? nowMs
                            - Duration.parse(text.endsWith("d") ? "P" + text : "PT" + text)
                                    .toMillis()
                    : Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw new UserError(
                    option + " is '" + text
                            + "'; write a time such as 2026-01-31T08:00:00Z, or an age such as 90s, 30m, 2h or 1d.",
                    e);
        }
    }

    private Store store() {
        String url = clickHouse;
        if (url != null) {
            try {
                return new ClickHouseStore(url, clickHouseUser, clickHousePassword);
            } catch (IllegalArgumentException e) {
                throw new UserError("--clickhouse: " + e.getMessage(), e);
            }
        }
        Map<String, Object> client = new HashMap<>();
        Path file = kafkaProperties;
        if (file != null) {
            Properties read = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                read.load(reader);
            } catch (IOException e) {
                throw new UserError("The Kafka properties " + file + " can't be read: " + e.getMessage(), e);
            }
            read.forEach((key, value) -> client.put(key.toString(), value));
        }
        client.put("bootstrap.servers", Objects.requireNonNullElse(kafka, "127.0.0.1:9092"));
        return new KafkaStore(client);
    }

    /** The policies in force with the new ones behind them. */
    private List<RawRecord> after(List<RawRecord> before) {
        Map<String, SpecificRecord> inForce = new HashMap<>();
        WireReader reader = new WireReader(SchemaDirectory.builtIn());
        long offset = 0;
        for (RawRecord each : before) {
            String key = new String(Objects.requireNonNull(each.key()), StandardCharsets.UTF_8);
            try {
                inForce.put(key, reader.read(Objects.requireNonNull(each.value())));
            } catch (UnreadableRecordException e) {
                throw new UserError("The policy in force " + key + " can't be read: " + e.getMessage(), e);
            }
            offset = Math.max(offset, each.offset() + 1);
        }
        List<RawRecord> after = new ArrayList<>(before);
        for (String each : policies) {
            PolicyFile.Keyed policy = PolicyFile.read(each, inForce);
            after.add(new RawRecord(
                    Topics.CONFIG_POLICIES.name(),
                    0,
                    offset++,
                    0,
                    policy.key().getBytes(StandardCharsets.UTF_8),
                    WireEncoder.encode(policy.record())));
        }
        return after;
    }

    private static void write(List<RawRecord> records, Path file) throws IOException {
        try (Recording.Writer writer = new Recording.Writer(file)) {
            for (RawRecord each : records) {
                writer.write(each);
            }
        }
    }

    private long copy(Store store, long startMs, long fromMs, long toMs, Path file) throws IOException {
        try (Recording.Writer writer = new Recording.Writer(file)) {
            store.copy(startMs, fromMs, recordsMax, writer);
            long warmingUp = writer.records();
            store.copy(fromMs, toMs, recordsMax, writer);
            if (writer.records() == warmingUp) {
                String oldest = store.oldest();
                throw new UserError(store.name() + " holds no telemetry from " + Instant.ofEpochMilli(fromMs) + " to "
                        + Instant.ofEpochMilli(toMs) + "."
                        + (oldest.isEmpty() ? "" : " The oldest there is of " + oldest + "."));
            }
            return writer.records();
        }
    }

    private static ReplayResult run(BenchDirectory directory, long fromMs) throws Exception {
        Path result = directory.resolve("result");
        try (FlinkProcess flink = FlinkProcess.start(
                directory.resolve("flink"),
                FlinkProcess.Options.defaults().withSlots(1).withQuickStart())) {
            FlinkRest rest = new FlinkRest(flink.restUrl());
            String job = rest.run(
                    rest.upload(JobsJar.find()),
                    JarRun.of(
                            JOB,
                            List.of(
                                    "--recording",
                                            directory.resolve("recording").toString(),
                                    "--policies-before",
                                            directory.resolve("before").toString(),
                                    "--policies-after",
                                            directory.resolve("after").toString(),
                                    "--result", result.toString(),
                                    "--from-ms", Long.toString(fromMs)),
                            1));
            awaitEnd(rest, job);
        }
        try (DataInputStream in = new DataInputStream(Files.newInputStream(result))) {
            return ReplayResult.read(in);
        }
    }

    private static void awaitEnd(FlinkRest rest, String job) throws IOException, InterruptedException {
        while (true) {
            String state = rest.job(job).map(FlinkJob::state).orElse("");
            if (state.equals("FINISHED")) {
                return;
            }
            if (state.equals("FAILED") || state.equals("CANCELED")) {
                throw new IOException("The replay did not come to its end: "
                        + rest.lastFailure(job).orElse("Flink says only " + state));
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY_MS);
        }
    }
}
