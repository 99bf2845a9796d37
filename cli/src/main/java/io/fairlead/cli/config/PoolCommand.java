package io.fairlead.cli.config;

import static java.util.Objects.requireNonNull;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.model.pool.DomainName;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ConfigChanged;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.decisions.ExclusiveDomain;
import io.fairlead.schemas.decisions.ForecastAhead;
import io.fairlead.schemas.decisions.ForecastQuantiles;
import io.fairlead.schemas.decisions.PoolAssignment;
import io.fairlead.schemas.decisions.PoolChange;
import io.fairlead.schemas.decisions.PoolForecast;
import io.fairlead.schemas.decisions.PoolMembership;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fairlead pool}. */
@Command(
        name = "pool",
        description = "Say what pools must be, and see who is in them, how they are, and why.",
        subcommands = {
            PoolCommand.Create.class,
            PoolCommand.Show.class,
            PoolCommand.ListPools.class,
            PoolCommand.Delete.class,
            PoolCommand.History.class,
            PoolCommand.Why.class
        })
public final class PoolCommand {

    private static final Authorship NOBODY = new Authorship("", "default", 0L, 0L);

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** What the commands have in common. */
    abstract static class OnPools extends StoreCommand {

        static List<io.fairlead.schemas.config.PoolDefinition> pools(ConfigStore store) {
            return store.read(Topics.CONFIG_POOLS).values().stream()
                    .map(entry -> (io.fairlead.schemas.config.PoolDefinition) entry.value())
                    .toList();
        }

        static List<Tenant> tenants(ConfigStore store) {
            return store.read(Topics.CONFIG_TENANTS).values().stream()
                    .map(entry -> (Tenant) entry.value())
                    .toList();
        }

        static Map<String, PoolForecast> forecasts(ConfigStore store) {
            Map<String, PoolForecast> newest = new TreeMap<>();
            for (SpecificRecord record : store.all(Topics.DECISIONS_FORECASTS)) {
                if (record instanceof PoolForecast forecast) {
                    newest.put(forecast.getPoolId(), forecast);
                }
            }
            return newest;
        }

        static Collection<PoolAssignment> assignments(ConfigStore store) {
            Map<String, PoolAssignment> newest = new TreeMap<>();
            for (SpecificRecord record : store.all(Topics.DECISIONS_POOLS)) {
                if (record instanceof PoolAssignment assignment) {
                    newest.put(assignment.getExitId(), assignment);
                }
            }
            return newest.values();
        }
    }

    /** What the commands on one pool have in common. */
    abstract static class OnPool extends OnPools {

        @Parameters(index = "0", paramLabel = "POOL", description = "Its name.")
        String id = "";

        ConfigEntry present(ConfigStore store) {
            Map<String, ConfigEntry> pools = store.read(Topics.CONFIG_POOLS);
            ConfigEntry entry = pools.get(id);
            if (entry == null) {
                throw new UserError("There is no pool '" + id + "'; there "
                        + (pools.isEmpty() ? "are none" : "are " + String.join(", ", pools.keySet()))
                        + ". Create it with: fairlead pool create " + id);
            }
            return entry;
        }
    }

    /** {@code fairlead pool create}. */
    @Command(
            name = "create",
            description =
                    "Ask for a pool, or change what is asked of one. Fields are those of fairlead pool show, such as"
                            + " countries='[\"fr\"]' minQuality=60 exclusive=true owner=acme minHealth=0.7.")
    static final class Create extends OnPool {

        @Parameters(index = "1..*", paramLabel = "FIELD=VALUE", description = "What is asked.")
        private List<String> assignments = List.of();

        @Option(
                names = "--wanted",
                paramLabel = "N",
                description =
                        "Members that it is formed of; of a new pool half as many are the least, half as many more the most.")
        private @Nullable Integer wanted;

        @Option(
                names = "--exclusive-for",
                paramLabel = "DOMAIN",
                split = ",",
                description =
                        "For hosts of this domain and under it no other pool may use its exits, which it may share for anything else;"
                                + " several, apart by commas. exclusive=true alone: they are in no other pool.")
        private List<String> domains = List.of();

        @Option(
                names = "--exclusive-until",
                paramLabel = "TIME",
                description = "When its exclusivity ends, such as 2027-01-31T00:00:00Z; default: never.")
        private @Nullable Instant until;

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        void run(ConfigStore store, PrintWriter out) {
            List<io.fairlead.schemas.config.PoolDefinition> others = new ArrayList<>(pools(store));
            others.removeIf(pool -> pool.getPoolId().equals(id));
            List<Tenant> tenants = tenants(store);
            ConfigStore.Change change = store.write(Topics.CONFIG_POOLS, id, write.attribution(), next -> {
                io.fairlead.schemas.config.PoolDefinition record =
                        (io.fairlead.schemas.config.PoolDefinition) ConfigDocument.of(base(next.present()))
                                .with(assignments)
                                .record(next.authorship());
                exclusive(record);
                return checked(record, others, tenants);
            });
            out.println("Pool " + id + " is now revision " + change.revision() + ", version " + change.offset() + ".");
            SpecificRecord before = change.before();
            if (before != null) {
                ConfigDocument.changes(before, requireNonNull(change.after()))
                        .forEach(line -> out.println("  " + line));
            }
            PoolRecords.notes((io.fairlead.schemas.config.PoolDefinition) requireNonNull(change.after()), others)
                    .forEach(note -> out.println("  Note: " + note + "."));
        }

        private void exclusive(io.fairlead.schemas.config.PoolDefinition record) {
            if (!domains.isEmpty()) {
                record.setExclusive(true);
                record.setExclusiveDomains(
                        domains.stream().map(DomainName::normalised).toList());
            }
            if (until != null) {
                record.setExclusiveUntilMs(until.toEpochMilli());
            }
        }

        private SpecificRecord base(@Nullable ConfigEntry present) {
            if (present == null) {
                if (wanted == null) {
                    throw new UserError("Say how many members it shall have: --wanted N.");
                }
                return PoolRecords.write(PoolDefinition.of(id, wanted), NOBODY);
            }
            io.fairlead.schemas.config.PoolDefinition record =
                    (io.fairlead.schemas.config.PoolDefinition) present.value();
            if (wanted != null) {
                record.setWantedMembers(wanted);
            }
            return record;
        }

        private io.fairlead.schemas.config.PoolDefinition checked(
                io.fairlead.schemas.config.PoolDefinition record,
                List<io.fairlead.schemas.config.PoolDefinition> others,
                List<Tenant> tenants) {
            List<String> wrong = new ArrayList<>(PoolRecords.violations(id, record));
            if (wrong.isEmpty()) {
                wrong.addAll(PoolRecords.conflicts(record, others, tenants, System.currentTimeMillis()));
            }
            if (!wrong.isEmpty()) {
                throw new UserError("Pool " + id + " would not be accepted:\n  " + String.join("\n  ", wrong));
            }
            return record;
        }
    }

    /** {@code fairlead pool show}. */
    @Command(name = "show", description = "What is asked of a pool, how it is, what is foreseen, and its members.")
    static final class Show extends OnPool {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            out.println(ConfigDocument.of(present(store).value()).pretty());
            PoolForecast forecast = forecasts(store).get(id);
            if (forecast == null) {
                out.println("Nothing is decided of it yet; does the job run? (fairlead jobs list)");
                return;
            }
            out.println(line(forecast));
            forecast.getAhead().forEach(ahead -> out.println(aheadLine(ahead)));
            if (!forecast.getAhead().isEmpty()) {
                out.println("  standing on: " + forecast.getBasis());
            }
            for (PoolAssignment assignment : assignments(store)) {
                for (PoolMembership member : assignment.getMemberships()) {
                    if (member.getPoolId().equals(id)) {
                        out.printf(
                                Locale.ROOT,
                                "  %-20s rank %.2f since %s: %s%s%n",
                                assignment.getExitId(),
                                member.getRank(),
                                Instant.ofEpochMilli(member.getSinceMs()),
                                member.getReason(),
                                alone(assignment));
                    }
                }
                if (isBeingGiven(assignment)) {
                    out.printf("  %-20s is being given to it%s%n", assignment.getExitId(), alone(assignment));
                }
            }
        }

        /** It is kept for this pool, but edges have still to let go of it. */
        private boolean isBeingGiven(PoolAssignment assignment) {
            return assignment.getMemberships().stream()
                            .noneMatch(member -> member.getPoolId().equals(id))
                    && assignment.getExclusiveDomains().stream()
                            .anyMatch(each -> each.getPoolId().equals(id));
        }

        private String alone(PoolAssignment assignment) {
            List<ExclusiveDomain> mine = assignment.getExclusiveDomains().stream()
                    .filter(each -> each.getPoolId().equals(id))
                    .toList();
            return mine.isEmpty() ? "" : "; " + kept(mine);
        }

        private static String aheadLine(ForecastAhead ahead) {
            StringBuilder line = new StringBuilder("  in " + ahead.getMinutes() + " min:");
            for (ForecastQuantiles each : ahead.getQuantiles()) {
                line.append(String.format(
                        Locale.ROOT,
                        " %s %.2f (%.2f–%.2f)",
                        each.getMeasure().toLowerCase(Locale.ROOT).replace('_', ' '),
                        each.getMedian(),
                        each.getLow(),
                        each.getHigh()));
            }
            return line
                    + String.format(
                            Locale.ROOT,
                            "; chance of health under the minimum %.0f %%, of demand over capacity %.0f %%",
                            100 * ahead.getUnhealthyProbability(),
                            100 * ahead.getShortageProbability());
        }
    }

    /** For which domains an exit is a pool's alone. */
    private static String kept(List<ExclusiveDomain> domains) {
        boolean granted = domains.stream().allMatch(ExclusiveDomain::getGranted);
        return "alone for "
                + String.join(
                        ", ", domains.stream().map(ExclusiveDomain::getDomain).toList())
                + until(domains.get(0).getUntilMs()) + (granted ? "" : ", once every edge knows");
    }

    private static String exclusivity(io.fairlead.schemas.config.PoolDefinition pool) {
        if (!pool.getExclusive()) {
            return "";
        }
        String domains = String.join(", ", pool.getExclusiveDomains());
        return "  exclusive" + (domains.isEmpty() ? "" : " for " + domains) + until(pool.getExclusiveUntilMs());
    }

    private static String until(long ms) {
        return ms == 0 ? "" : " until " + Instant.ofEpochMilli(ms);
    }

    private static String line(PoolForecast forecast) {
        String said = forecast.getReason().isEmpty() ? "" : "  " + forecast.getReason();
        String missing = forecast.getMissing().isEmpty() ? "" : "  [" + forecast.getMissing() + "]";
        return String.format(
                Locale.ROOT,
                "%-20s %-8s %d of %d members, %d online, health %.2f, foreseen %.2f, least %.2f%s%s",
                forecast.getPoolId(),
                forecast.getState(),
                forecast.getMembers(),
                forecast.getMembersWanted(),
                forecast.getMembersOnline(),
                forecast.getHealth(),
                forecast.getHealthForeseen(),
                forecast.getMinHealth(),
                said,
                missing);
    }

    /** {@code fairlead pool list}. */
    @Command(name = "list", description = "All pools, how they are, and what is missing.")
    static final class ListPools extends OnPools {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            Map<String, PoolForecast> forecasts = forecasts(store);
            List<io.fairlead.schemas.config.PoolDefinition> pools = pools(store);
            if (pools.isEmpty()) {
                out.println("No pool is defined: exits are in the pools that they declare.");
            }
            for (io.fairlead.schemas.config.PoolDefinition pool : pools) {
                PoolForecast forecast = forecasts.get(pool.getPoolId());
                String how = forecast == null
                        ? String.format(
                                Locale.ROOT,
                                "%-20s %d members wanted; nothing is decided yet",
                                pool.getPoolId(),
                                pool.getWantedMembers())
                        : line(forecast);
                out.println(how + exclusivity(pool));
            }
        }
    }

    /** {@code fairlead pool delete}. */
    @Command(name = "delete", description = "Delete a pool that nobody uses: its exits are free.")
    static final class Delete extends OnPool {

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Override
        void run(ConfigStore store, PrintWriter out) {
            present(store);
            List<String> uses = PoolRecords.uses(id, pools(store), tenants(store));
            if (!uses.isEmpty()) {
                throw new UserError("Pool " + id + " is in use:\n  " + String.join("\n  ", uses));
            }
            ConfigStore.Change change = store.write(Topics.CONFIG_POOLS, id, write.attribution(), next -> null);
            out.println("Pool " + id + " is deleted, version " + change.offset() + ".");
        }
    }

    /** {@code fairlead pool history}. */
    @Command(name = "history", description = "Who changed what of what is asked of a pool, when and why.")
    static final class History extends OnPool {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            List<ConfigChanged> changes = store.history(id).stream()
                    .filter(change -> change.getTopic().equals(Topics.CONFIG_POOLS.name()))
                    .toList();
            if (changes.isEmpty()) {
                out.println("Pool " + id + " was never defined.");
            }
            SpecificRecord before = null;
            for (ConfigChanged change : changes) {
                Authorship authorship = change.getAuthorship();
                out.printf(
                        "revision %d, version %d, %s, by %s: %s%s%n",
                        authorship.getRevision(),
                        change.getOffset(),
                        Instant.ofEpochMilli(authorship.getWrittenAtMs()),
                        authorship.getAuthor(),
                        authorship.getReason(),
                        change.getJson().isEmpty() ? " (deleted)" : "");
                SpecificRecord after = ConfigStore.asItStood(change);
                if (before != null && after != null) {
                    ConfigDocument.changes(before, after).forEach(line -> out.println("  " + line));
                }
                before = after;
            }
        }
    }

    /** {@code fairlead pool why}. */
    @Command(
            name = "why",
            description =
                    "Why exits joined and left a pool, the newest last: of each exit its last changes at least, and more while"
                            + " Kafka still holds them.")
    static final class Why extends OnPool {

        private record Told(String exitId, PoolChange change) {}

        @Parameters(index = "1", arity = "0..1", paramLabel = "EXIT", description = "Of this exit only.")
        private @Nullable String exitId;

        @Override
        void run(ConfigStore store, PrintWriter out) {
            List<Told> all = new ArrayList<>();
            for (SpecificRecord record : store.all(Topics.DECISIONS_POOLS)) {
                if (record instanceof PoolAssignment assignment
                        && (exitId == null || exitId.equals(assignment.getExitId()))) {
                    assignment.getChanges().stream()
                            .filter(change -> change.getPoolId().equals(id))
                            .forEach(change -> all.add(new Told(assignment.getExitId(), change)));
                }
            }
            all.sort(Comparator.comparingLong(told -> told.change.getAtMs()));
            if (all.isEmpty()) {
                out.println("Nothing is told of " + (exitId == null ? "changes" : exitId) + " in pool " + id + ".");
            }
            for (Told told : all) {
                out.printf(
                        Locale.ROOT,
                        "%s %-20s %-6s %s (%s; health foreseen %.3f → %.3f, %d members)%n",
                        Instant.ofEpochMilli(told.change.getAtMs()),
                        told.exitId,
                        told.change.getJoined() ? "joined" : "left",
                        told.change.getReason(),
                        told.change.getCause(),
                        told.change.getHealthBefore(),
                        told.change.getHealthAfter(),
                        told.change.getMembers());
            }
            if (exitId != null) {
                now(store, exitId, out);
            }
            PoolForecast forecast = forecasts(store).get(id);
            if (forecast != null) {
                out.println(line(forecast));
            }
        }

        /** Where an exit is now, and for which domains it is whose. */
        private static void now(ConfigStore store, String exitId, PrintWriter out) {
            for (PoolAssignment assignment : assignments(store)) {
                if (assignment.getExitId().equals(exitId)) {
                    List<String> pools = assignment.getMemberships().stream()
                            .map(PoolMembership::getPoolId)
                            .toList();
                    out.println("Now " + exitId + " is in " + (pools.isEmpty() ? "no pool" : String.join(", ", pools))
                            + ".");
                    Map<String, List<ExclusiveDomain>> byPool = new TreeMap<>();
                    assignment.getExclusiveDomains().forEach(each -> byPool.computeIfAbsent(
                                    each.getPoolId(), pool -> new ArrayList<>())
                            .add(each));
                    byPool.forEach((pool, domains) -> out.println("  Pool " + pool + " has it " + kept(domains) + "."));
                }
            }
        }
    }
}
