package io.fairlead.cli.config;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.model.policy.Scope;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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
            PolicyCommand.Validate.class,
            PolicyCommand.History.class
        })
public final class PolicyCommand {

    private static final Authorship NOBODY = new Authorship("", "default", 0L, 0L);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** What the commands on one policy have in common. */
    abstract static class OnPolicy implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        KafkaOptions kafka = new KafkaOptions();

        @Parameters(
                index = "0",
                paramLabel = "KIND[/SCOPE]",
                description =
                        "KIND: quality, capacity, benchmark, politeness, pool, forecast or map; SCOPE: default (if not said), type:NAME, pool:NAME or class:NAME.")
        private String key = "";

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            int slash = key.indexOf('/');
            String kind = slash < 0 ? key : key.substring(0, slash);
            String scope = slash < 0 ? Scope.GLOBAL.toString() : key.substring(slash + 1);
            try {
                SpecificRecord fallback = PolicyRecords.write(PolicyRecords.defaults(kind, Scope.parse(scope)), NOBODY);
                return run(kind + "/" + scope, fallback, spec.commandLine().getOut());
            } catch (IllegalArgumentException e) {
                throw new UserError("'" + key + "': " + e.getMessage() + ".", e);
            }
        }

        abstract int run(String policyKey, SpecificRecord fallback, PrintWriter out);

        ConfigStore store() {
            return new ConfigStore(kafka.client());
        }
    }

    /** What the commands that change fields have in common. */
    abstract static class OnFields extends OnPolicy {

        @Parameters(index = "1..*", paramLabel = "FIELD=VALUE", description = "Fields to change.")
        private List<String> assignments = List.of();

        @Option(names = "--file", paramLabel = "JSON", description = "File with the fields to change.")
        private @Nullable Path file;

        ConfigDocument over(SpecificRecord record) {
            ConfigDocument document = ConfigDocument.of(record);
            Path from = file;
            if (from != null) {
                try {
                    document = document.withJson(Files.readString(from), from.toString());
                } catch (IOException e) {
                    throw new UserError(from + " can't be read: " + e.getMessage(), e);
                }
            }
            if (from == null && assignments.isEmpty()) {
                throw new UserError("Say what changes: FIELD=VALUE, or --file.");
            }
            return document.with(assignments);
        }
    }

    private static SpecificRecord checked(String key, SpecificRecord record) {
        List<String> violations = PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            throw new UserError(key + " would not be accepted:\n  " + String.join("\n  ", violations));
        }
        return record;
    }

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
    static final class Set extends OnFields {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            ConfigStore.Change change = store().write(
                            Topics.CONFIG_POLICIES, key, write.author(), write.reason(), write.revision(), next -> {
                                ConfigEntry present = next.present();
                                return checked(
                                        key,
                                        over(present == null ? fallback : present.value())
                                                .record(next.authorship()));
                            });
            out.println(key + " is now revision " + change.revision() + ", version " + change.offset() + ":");
            SpecificRecord before = requireNonNullElse(change.before(), fallback);
            ConfigDocument.changes(before, requireNonNull(change.after())).forEach(line -> out.println("  " + line));
            return 0;
        }
    }

    /** {@code fairlead policy reset}. */
    @Command(name = "reset", description = "Take a policy back, so that a wider one or the default counts.")
    static final class Reset extends OnPolicy {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            ConfigStore.Change change = store().write(
                            Topics.CONFIG_POLICIES, key, write.author(), write.reason(), write.revision(), next -> {
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
    static final class Validate extends OnFields {

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            checked(key, over(fallback).record(NOBODY));
            out.println(key + " would be accepted.");
            return 0;
        }
    }

    /** {@code fairlead policy history}. */
    @Command(name = "history", description = "Who changed a policy when, and why.")
    static final class History extends OnPolicy {

        @Override
        int run(String key, SpecificRecord fallback, PrintWriter out) {
            List<ConfigChanged> changes = store().history(key);
            if (changes.isEmpty()) {
                out.println(key + " was never changed.");
            }
            for (ConfigChanged change : changes) {
                Authorship authorship = change.getAuthorship();
                out.printf(
                        "revision %d, version %d, %s, by %s: %s%s%n",
                        authorship.getRevision(),
                        change.getOffset(),
                        Instant.ofEpochMilli(authorship.getWrittenAtMs()),
                        authorship.getAuthor(),
                        authorship.getReason(),
                        change.getJson().isEmpty() ? " (taken back)" : "");
            }
            return 0;
        }
    }
}
