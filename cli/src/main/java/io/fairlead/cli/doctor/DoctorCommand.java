package io.fairlead.cli.doctor;

import io.fairlead.cli.check.Findings;
import io.fairlead.cli.clickhouse.ClickHouseOptions;
import io.fairlead.cli.flink.FlinkOptions;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead doctor}. */
@Command(
        name = "doctor",
        description =
                "Look at a deployment - topics, schemas, heartbeats, lag, edges and their clocks, how late decisions are, jobs, tables, history, certificates - and say what is wrong and what to do. Changes nothing; ends with 1 if something is wrong.")
public final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private FlinkOptions flink = new FlinkOptions();

    @Mixin
    private ClickHouseOptions clickHouse = new ClickHouseOptions();

    @Option(
            names = "--certificate",
            paramLabel = "PEM",
            description = "A file with a certificate or a chain: is wrong if one ends within 14 days. May be repeated.")
    private List<Path> certificates = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Findings findings = new Findings(spec.commandLine().getOut());
        InstantSource clock = InstantSource.system();
        KafkaHealth kafkaHealth = new KafkaHealth(kafka.client(), clock);
        if (findings.look("topics", kafkaHealth::topics)) {
            findings.look("schemas", kafkaHealth::schemas);
            findings.look("heartbeats", kafkaHealth::heartbeats);
            findings.look("lag", new JobLag(kafka.client(), clock)::check);
            edges(findings, clock);
            findings.look("refused config", kafkaHealth::refused);
        } else {
            findings.left("schemas, heartbeats, lag, edges, refused config: topics come first");
        }
        findings.look("jobs", new FlinkHealth(flink.client(), clock)::jobs);
        HistoryHealth history = new HistoryHealth(clickHouse.url(), clickHouse.user(), clickHouse.password(), clock);
        if (findings.look("tables", history::tables)) {
            findings.look("retention", history::retention);
            findings.look("history", history::fresh);
            findings.look("duplicates", history::accounts);
        } else {
            findings.left("retention, history, duplicates: tables come first");
        }
        if (certificates.isEmpty()) {
            findings.left("certificates: none named (--certificate FILE)");
        } else {
            findings.look("certificates", new CertificatesHealth(certificates, clock)::ends);
        }
        return findings.end() == 0 ? 0 : 1;
    }

    private void edges(Findings findings, InstantSource clock) {
        EdgesHealth edges = new EdgesHealth(new EdgeReports(kafka.client()).since(clock.millis()));
        if (findings.look("edges", edges::reports)) {
            findings.look("decisions", edges::decisions);
            findings.look("clocks", edges::clocks);
            findings.look("telemetry", edges::telemetry);
            findings.look("event to effect", edges::loop);
        } else {
            findings.left("decisions, clocks, telemetry, event to effect: edges come first");
        }
    }
}
