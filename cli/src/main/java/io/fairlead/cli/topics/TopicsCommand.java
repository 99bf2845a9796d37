package io.fairlead.cli.topics;

import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead topics}. */
@Command(
        name = "topics",
        description = "Compare a Kafka cluster with the topic catalogue, and make it agree.",
        subcommands = TopicsCommand.Apply.class)
public final class TopicsCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead topics apply}. */
    @Command(
            name = "apply",
            description =
                    "Create missing topics and correct settings; shows what changes, never deletes, may be repeated.")
    static final class Apply implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Option(names = "--dry-run", description = "Only show what would change; exit code 3 if anything would.")
        private boolean dryRun;

        @Option(
                names = "--replication",
                paramLabel = "N",
                defaultValue = "-1",
                description = "Replicas of new topics (default: the cluster's own default).")
        private short replication = -1;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try (TopicApplier applier = new TopicApplier(kafka.client())) {
                List<TopicPlan> plans = applier.plan();
                plans.forEach(plan -> plan.lines().forEach(out::println));
                long changes = plans.stream().filter(TopicPlan::changes).count();
                if (dryRun) {
                    out.println(changes == 0 ? "Nothing to change." : changes + " topics would change.");
                    return changes == 0 ? 0 : 3;
                }
                applier.apply(plans, replication);
                out.println(
                        changes == 0
                                ? "Nothing to change: " + plans.size() + " topics agree with the catalogue."
                                : changes + " of " + plans.size() + " topics changed.");
                return 0;
            }
        }
    }
}
