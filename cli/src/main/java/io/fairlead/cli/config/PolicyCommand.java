package io.fairlead.cli.config;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fairlead policy}. */
@Command(
        name = "policy",
        description =
                "See and change the policies that scores, capacities and benchmarks follow, while everything runs.",
        subcommands = {
            PolicyCommand.ListPolicies.class,
            PolicyCommand.Get.class,
            PolicyCommand.Set.class,
            PolicyCommand.Reset.class,
            PolicyRollback.class,
            PolicyDiff.class,
            CanaryCommand.class,
            PolicyCommand.Validate.class,
            PolicyCommand.History.class
        })
public final class PolicyCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead policy list}. */
    @Command(name = "list", description = "Policies that are set; what is not set follows the built-in defaults.")
    static final class ListPolicies implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            Map<String, ConfigEntry> entries = new ConfigStore(kafka.client()).read(Topics.CONFIG_POLICIES);
            if (entries.isEmpty()) {
                out.println("No policy is set: the built-in defaults count.");
            }
            entries.values()
                    .forEach(entry -> out.printf(
                            "%-32s revision %d, version %d, by %s on %s: %s%n",
                            entry.key(),
                            entry.authorship().getRevision(),
                            entry.offset(),
                            entry.authorship().getAuthor(),
                            Instant.ofEpochMilli(entry.authorship().getWrittenAtMs()),
                            entry.authorship().getReason()));
            return 0;
        }
    }

    /** {@code fairlead policy get}. */
    @Command(name = "get", description = "Show a policy as JSON: what is set, or else the default.")
    static final class Get extends OnPolicy {

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            ConfigEntry entry = store().read(Topics.CONFIG_POLICIES).get(key);
            out.println(
                    ConfigDocument.of(entry == null ? fallback : entry.value()).pretty());
            return 0;
        }
    }

    /** {@code fairlead policy set}. */
    @Command(
            name = "set",
            description = "Change a policy. It counts within seconds, everywhere, and can be seen in its history.")
    static final class Set extends OnPolicyFields {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Mixin
        private TrialOptions trial = new TrialOptions();

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            if (trial.wanted()) {
                return trial(key, fallback, out);
            }
            ConfigStore.Change change = store().write(Topics.CONFIG_POLICIES, key, write.attribution(), next -> {
                ConfigEntry present = next.present();
                return checked(
                        key, over(present == null ? fallback : present.value()).record(next.authorship()));
            });
            out.println(key + " is now revision " + change.revision() + ", version " + change.offset() + ":");
            SpecificRecord before = requireNonNullElse(change.before(), fallback);
            ConfigDocument.changes(before, requireNonNull(change.after())).forEach(line -> out.println("  " + line));
            return 0;
        }

        /** The same, without writing it. */
        private int trial(String key, SpecificRecord fallback, PrintWriter out) {
            ConfigEntry present = store().read(Topics.CONFIG_POLICIES).get(key);
            SpecificRecord before = present == null ? fallback : present.value();
            SpecificRecord after = checked(key, over(before).record(PolicyName.NOBODY));
            List<String> lines = ConfigDocument.changes(before, after);
            out.println(key + " would be accepted" + (lines.isEmpty() ? ", and is so already." : ":"));
            lines.forEach(line -> out.println("  " + line));
            return trial.replay(spec(), kafka(), key, ConfigDocument.difference(before, after), out);
        }
    }

    /** {@code fairlead policy reset}. */
    @Command(name = "reset", description = "Take a policy back, so that a wider one or the default counts.")
    static final class Reset extends OnPolicy {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            ConfigStore.Change change = store().write(Topics.CONFIG_POLICIES, key, write.attribution(), next -> {
                if (next.present() == null) {
                    throw new UserError(key + " is not set; there is nothing to take back.");
                }
                return null;
            });
            out.println(key + " is taken back, version " + change.offset() + ".");
            return 0;
        }
    }

    /** {@code fairlead policy validate}. */
    @Command(
            name = "validate",
            description = "Say whether a change would be accepted, without Kafka and without making it.")
    static final class Validate extends OnPolicyFields {

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            checked(key, over(fallback).record(PolicyName.NOBODY));
            out.println(key + " would be accepted.");
            return 0;
        }
    }

    /** {@code fairlead policy history}. */
    @Command(
            name = "history",
            description =
                    "Who changed what of a policy when, and why. Of what was tried of it: canary/KIND/SCOPE, against the defaults.")
    static final class History extends OnPolicy {

        @Override
        PolicyName named(String said) {
            return PolicyName.orCanary(said);
        }

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            PolicyRevisions revisions = PolicyRevisions.of(store(), key, fallback);
            if (revisions.changes().isEmpty()) {
                out.println(key + " was never changed.");
            }
            SpecificRecord before = fallback;
            for (ConfigChanged change : revisions.changes()) {
                Authorship authorship = change.getAuthorship();
                SpecificRecord after = revisions.effective(authorship.getRevision());
                out.printf(
                        "revision %d, version %d, %s, by %s: %s%s%n",
                        authorship.getRevision(),
                        change.getOffset(),
                        Instant.ofEpochMilli(authorship.getWrittenAtMs()),
                        authorship.getAuthor(),
                        authorship.getReason(),
                        change.getJson().isEmpty() ? " (taken back)" : "");
                ConfigDocument.changes(before, after).forEach(line -> out.println("  " + line));
                before = after;
            }
            return 0;
        }
    }
}
