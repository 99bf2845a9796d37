package io.fairlead.cli.doctor;

import io.fairlead.cli.check.Findings;
import io.fairlead.cli.clickhouse.ClickHouseOptions;
import io.fairlead.cli.flink.FlinkOptions;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fairlead doctor}. */
@Command(
        name = "doctor",
        description =
                "Look at a deployment - topics, heartbeats, jobs, tables, history - and say what is wrong and what to do. Changes nothing; ends with 1 if something is wrong.")
public final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private FlinkOptions flink = new FlinkOptions();

    @Mixin
    private ClickHouseOptions clickHouse = new ClickHouseOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Findings findings = new Findings(spec.commandLine().getOut());
        InstantSource clock = InstantSource.system();
        KafkaHealth kafkaHealth = new KafkaHealth(kafka.client(), clock);
        if (findings.look("topics", kafkaHealth::topics)) {
            findings.look("heartbeats", kafkaHealth::heartbeats);
            findings.look("refused config", kafkaHealth::refused);
        } else {
            findings.left("heartbeats, refused config: topics come first");
        }
        findings.look("jobs", new FlinkHealth(flink.client(), clock)::jobs);
        HistoryHealth history = new HistoryHealth(clickHouse.url(), clickHouse.user(), clickHouse.password(), clock);
        if (findings.look("tables", history::tables)) {
            findings.look("history", history::fresh);
            findings.look("duplicates", history::accounts);
        } else {
            findings.left("history, duplicates: tables come first");
        }
        return findings.end() == 0 ? 0 : 1;
    }
}
