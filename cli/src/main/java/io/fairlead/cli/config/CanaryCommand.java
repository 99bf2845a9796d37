package io.fairlead.cli.config;

import static java.util.Objects.requireNonNull;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.model.policy.CanaryTerms;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.PolicyCanary;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead policy canary}. */
@Command(
        name = "canary",
        description =
                "Try a policy on a share of exits, or of pools: it is compared with what counts for the others, and takes itself back when it is worse.",
        subcommands = {
            CanaryCommand.Start.class,
            CanaryCommand.ListCanaries.class,
            CanaryCommand.Show.class,
            CanaryCommand.Stop.class,
            CanaryCommand.Promote.class
        })
public final class CanaryCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead policy canary start}. */
    @Command(name = "start", description = "Begin to try a policy: what is in force, with the fields told laid over.")
    static final class Start extends OnPolicyFields {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Option(
                names = "--share",
                paramLabel = "SHARE",
                converter = Amounts.Share.class,
                description =
                        "Share of exits, or of pools, that it decides, such as 20%% (default), 50%% at most; of pools one at least.")
        private double share = CanaryTerms.defaults().share();

        @Option(
                names = "--baseline",
                paramLabel = "TIME",
                converter = Amounts.Time.class,
                description =
                        "How long its own and the others are only watched, such as 2m (default); longer where there are too few tries.")
        private Duration baseline = Duration.ofMillis(CanaryTerms.defaults().baselineMs());

        @Option(
                names = "--time",
                paramLabel = "TIME",
                converter = Amounts.Time.class,
                description = "How long it then decides until it has held, such as 15m (default).")
        private Duration time = Duration.ofMillis(CanaryTerms.defaults().runMs());

        @Option(
                names = "--success-fall",
                paramLabel = "SHARE",
                converter = Amounts.Share.class,
                description = "Largest fall of success that is borne, such as 5%% (default): five points.")
        private double successFall = CanaryTerms.defaults().successFallMax();

        @Option(
                names = "--latency-ratio",
                paramLabel = "RATIO",
                description = "Largest rise of the time to the first byte that is borne, such as 1.5 (default).")
        private double latencyRatio = CanaryTerms.defaults().latencyRatioMax();

        @Option(
                names = "--tries",
                paramLabel = "N",
                description =
                        "Tries, or requests to pools, that its own and the others must each have had, before and since (default: 200).")
        private int tries = CanaryTerms.defaults().triesMin();

        @Override
        int run(String policyKey, SpecificRecord fallback, PrintWriter out) {
            possible(policyKey);
            CanaryTerms terms =
                    new CanaryTerms(share, baseline.toMillis(), time.toMillis(), successFall, latencyRatio, tries);
            ConfigEntry inForce = store().read(Topics.CONFIG_POLICIES).get(policyKey);
            SpecificRecord before = inForce == null ? fallback : inForce.value();
            String key = CanaryRecords.key(policyKey);
            Map<String, CanaryVerdict> verdicts = CanaryVerdicts.read(store());
            ConfigStore.Change change = store().write(Topics.CONFIG_POLICIES, key, write.attribution(), next -> {
                refuseASecond(next.present(), verdicts.get(policyKey));
                SpecificRecord proposed = over(before).record(next.authorship());
                return checked(key, CanaryRecords.write(policyKey, terms, proposed, next.authorship()));
            });
            PolicyCanary canary = (PolicyCanary) requireNonNull(change.after());
            out.println("A canary of " + policyKey + " begins, version " + change.offset() + ": "
                    + CanaryVerdicts.percent(share) + " of the " + CanaryRecords.units(policyKey) + " are decided by");
            ConfigDocument.changes(before, requireNonNull(CanaryRecords.proposed(canary)))
                    .forEach(line -> out.println("  " + line));
            out.println("after a baseline of " + baseline.toSeconds() + " s, for " + time.toSeconds()
                    + " s. See how it fares: fairlead policy canary show " + policyKey);
            return 0;
        }

        private static void refuseASecond(@Nullable ConfigEntry present, @Nullable CanaryVerdict verdict) {
            if (present == null || ended(present, verdict)) {
                return;
            }
            Authorship by = present.authorship();
            throw new UserError(
                    "A canary of " + CanaryRecords.policyKey(present.key()) + " is running, by "
                            + by.getAuthor() + ": \"" + by.getReason()
                            + "\". Two of one policy could not be told apart; stop it first (fairlead policy canary stop), or wait for its end.");
        }
    }

    /** {@code fairlead policy canary list}. */
    @Command(name = "list", description = "Canaries that are said, and where each stands.")
    static final class ListCanaries implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            ConfigStore store = new ConfigStore(kafka.client());
            Map<String, CanaryVerdict> verdicts = CanaryVerdicts.read(store);
            List<ConfigEntry> canaries = store.read(Topics.CONFIG_POLICIES).values().stream()
                    .filter(entry -> CanaryRecords.isKey(entry.key()))
                    .toList();
            if (canaries.isEmpty()) {
                out.println("No policy is being tried.");
            }
            for (ConfigEntry each : canaries) {
                String policyKey = CanaryRecords.policyKey(each.key());
                out.printf(
                        "%-24s version %d, by %s: %s%n  %s%n",
                        policyKey,
                        each.offset(),
                        each.authorship().getAuthor(),
                        each.authorship().getReason(),
                        CanaryVerdicts.standing(each, verdicts.get(policyKey)));
            }
            return 0;
        }
    }

    /** {@code fairlead policy canary show}. */
    @Command(name = "show", description = "How the canary of a policy fares, or what became of the last one.")
    static final class Show extends OnPolicy {

        @Override
        int run(String policyKey, SpecificRecord fallback, PrintWriter out) {
            possible(policyKey);
            CanaryVerdict verdict = CanaryVerdicts.read(store()).get(policyKey);
            ConfigEntry entry = store().read(Topics.CONFIG_POLICIES).get(CanaryRecords.key(policyKey));
            if (entry == null && verdict == null) {
                throw new UserError("No canary of " + policyKey + " was ever started.");
            }
            if (entry == null) {
                CanaryVerdict last = requireNonNull(verdict);
                out.println(
                        policyKey + ": none is tried now. Of the last one, version " + last.getPolicyVersion() + ":");
                out.println(CanaryVerdicts.standing(last));
            } else {
                out.println(policyKey + ", version " + entry.offset() + ", by "
                        + entry.authorship().getAuthor() + ": "
                        + entry.authorship().getReason());
                ConfigEntry inForce = store().read(Topics.CONFIG_POLICIES).get(policyKey);
                ConfigDocument.changes(
                                inForce == null ? fallback : inForce.value(),
                                requireNonNull(CanaryRecords.proposed((PolicyCanary) entry.value())))
                        .forEach(line -> out.println("  " + line));
                out.println(CanaryVerdicts.standing(entry, verdict));
            }
            if (verdict != null && (entry == null || verdict.getPolicyVersion() == entry.offset())) {
                CanaryVerdicts.arms(verdict).forEach(line -> out.println("  " + line));
            }
            return 0;
        }
    }

    /** {@code fairlead policy canary stop}. */
    @Command(
            name = "stop",
            description = "End a canary: its exits, or pools, are decided as the others again, within seconds.")
    static final class Stop extends OnPolicy {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        int run(String policyKey, SpecificRecord fallback, PrintWriter out) {
            possible(policyKey);
            ConfigStore.Change change = store().write(
                            Topics.CONFIG_POLICIES, CanaryRecords.key(policyKey), write.attribution(), next -> {
                                present(policyKey, next.present());
                                return null;
                            });
            out.println("The canary of " + policyKey + " is stopped, version " + change.offset() + ".");
            return 0;
        }
    }

    /** {@code fairlead policy canary promote}. */
    @Command(
            name = "promote",
            description = "Make a canary's policy that of all, and end the canary, in one transaction.")
    static final class Promote extends OnPolicy {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Option(
                names = "--force",
                description =
                        "Even though it has not held yet. One that was rolled back is not promoted: set the policy.")
        private boolean force;

        @Override
        int run(String policyKey, SpecificRecord fallback, PrintWriter out) {
            possible(policyKey);
            ConfigStore store = store();
            String key = CanaryRecords.key(policyKey);
            ConfigEntry tried =
                    present(policyKey, store.read(Topics.CONFIG_POLICIES).get(key));
            refuse(policyKey, tried, CanaryVerdicts.read(store).get(policyKey));
            List<ConfigStore.Change> changes = store.writeAll(
                    Topics.CONFIG_POLICIES, List.of(policyKey, key), write.attribution(), (each, next) -> {
                        if (each.equals(policyKey)) {
                            return promoted(policyKey, tried, next.authorship());
                        }
                        if (present(policyKey, next.present()).offset() != tried.offset()) {
                            throw new UserError("Another canary of " + policyKey
                                    + " was started meanwhile; look at it, and promote that if you want to.");
                        }
                        return null;
                    });
            ConfigStore.Change policy = changes.get(0);
            out.println(policyKey + " is now revision " + policy.revision() + ", version " + policy.offset()
                    + ", as its canary was; that has ended:");
            ConfigDocument.changes(policy.before() == null ? fallback : policy.before(), requireNonNull(policy.after()))
                    .forEach(line -> out.println("  " + line));
            return 0;
        }

        private void refuse(String policyKey, ConfigEntry tried, @Nullable CanaryVerdict verdict) {
            CanaryStage stage = verdict != null && verdict.getPolicyVersion() == tried.offset()
                    ? verdict.getStage()
                    : CanaryStage.BASELINE;
            if (verdict != null && stage == CanaryStage.ROLLED_BACK) {
                throw new UserError(
                        "The canary of " + policyKey + " was rolled back: " + verdict.getReason()
                                + ". It is not promoted; if you want its policy all the same, say it with fairlead policy set.");
            }
            if (stage != CanaryStage.HELD && !force) {
                throw new UserError("The canary of " + policyKey + " has not held: it stands at "
                        + CanaryVerdicts.words(stage) + ". Wait until it has, or say --force.");
            }
        }

        private static SpecificRecord promoted(String policyKey, ConfigEntry tried, Authorship authorship) {
            SpecificRecord proposed = requireNonNull(CanaryRecords.proposed((PolicyCanary) tried.value()));
            return checked(policyKey, ConfigDocument.of(proposed).record(authorship));
        }
    }

    private static void possible(String policyKey) {
        String refusal = CanaryRecords.refusal(policyKey);
        if (!refusal.isEmpty()) {
            throw new UserError(policyKey + " can have no canary: " + refusal + ".");
        }
    }

    private static ConfigEntry present(String policyKey, @Nullable ConfigEntry entry) {
        if (entry == null) {
            throw new UserError("No canary of " + policyKey + " is there. Start one: fairlead policy canary start.");
        }
        return entry;
    }

    private static boolean ended(ConfigEntry entry, @Nullable CanaryVerdict verdict) {
        return verdict != null
                && verdict.getPolicyVersion() == entry.offset()
                && switch (verdict.getStage()) {
                    case ROLLED_BACK, TOO_LITTLE, PROMOTED, STOPPED, OVERTAKEN -> true;
                    case BASELINE, RUNNING, HELD, UNKNOWN -> false;
                };
    }
}
