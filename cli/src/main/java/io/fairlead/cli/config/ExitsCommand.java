package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.clickhouse.ClickHouseOptions;
import io.fairlead.cli.edge.EnrolCommand;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.dashboards.query.ExitPlaces;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.topics.Topics;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead exits}. */
@Command(
        name = "exits",
        description = "See exits, name existing proxies as exits, take exits out by hand and let them in again.",
        subcommands = {
            ExitsCommand.ListExits.class,
            ExitsCommand.Show.class,
            ExitsImport.class,
            EnrolCommand.class,
            ExitsCommand.Kill.class,
            ExitsCommand.Admit.class,
            ExitsCommand.Consent.class,
            ExitsTermsCommand.class
        })
public final class ExitsCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** What is said and what is decided of exits, as far as it can be read now. */
    private record Known(Map<String, ConfigEntry> said, Map<String, ConfigEntry> decided) {

        static Known read(KafkaOptions kafka) {
            ConfigStore store = new ConfigStore(kafka.client());
            return new Known(store.read(Topics.CONFIG_EXITS), store.read(Topics.DECISIONS_EXITS));
        }

        Set<String> ids() {
            Set<String> ids = new TreeSet<>(said.keySet());
            ids.addAll(decided.keySet());
            return ids;
        }

        @Nullable
        ExitOverride said(String exitId) {
            ConfigEntry entry = said.get(exitId);
            return entry == null ? null : (ExitOverride) entry.value();
        }

        @Nullable
        ExitScore decided(String exitId) {
            ConfigEntry entry = decided.get(exitId);
            return entry != null && entry.value() instanceof ExitScore score ? score : null;
        }
    }

    /** Whether an exit may be used, in a word. */
    private static String standing(@Nullable ExitOverride exit) {
        if (exit == null || !(exit.getKilled() || exit.getConsentWithdrawn())) {
            return "admitted";
        }
        return exit.getKilled() ? "killed" : "withdrawn";
    }

    /** An upstream as people write it, without its password. */
    static String door(Upstream upstream) {
        String host = upstream.getHost().indexOf(':') >= 0 ? "[" + upstream.getHost() + "]" : upstream.getHost();
        String user = upstream.getUserName().isEmpty() ? "" : upstream.getUserName() + "@";
        return upstream.getKind().name().toLowerCase(Locale.ROOT) + "://" + user + host + ":" + upstream.getPort();
    }

    /** {@code fairlead exits list}. */
    @Command(name = "list", description = "Exits that something is said or decided of.")
    static final class ListExits implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            Known known = Known.read(kafka);
            if (known.ids().isEmpty()) {
                out.println("Nothing is said or decided of any exit.");
            }
            known.ids().forEach(exitId -> out.println(line(exitId, known.said(exitId), known.decided(exitId))));
            return 0;
        }

        private static String line(String exitId, @Nullable ExitOverride said, @Nullable ExitScore decided) {
            String decision = decided == null
                    ? "nothing decided"
                    : String.format(
                            Locale.ROOT,
                            "%s, quality %.1f, capacity %d",
                            decided.getState().name().toLowerCase(Locale.ROOT),
                            decided.getQuality(),
                            decided.getCapacityRequests());
            List<String> parts = new ArrayList<>();
            if (said != null && said.getUpstream() != null) {
                parts.add(door(said.getUpstream()));
            }
            if (said != null && !said.getPools().isEmpty()) {
                parts.add("pools " + String.join(", ", said.getPools()));
            }
            if (said != null && !ExitsTermsCommand.inWords(said).isEmpty()) {
                parts.add("serves " + ExitsTermsCommand.inWords(said));
            }
            if (said != null) {
                parts.add("by " + said.getAuthorship().getAuthor() + ": "
                        + said.getAuthorship().getReason());
            }
            return String.format(
                    Locale.ROOT, "%-24s %-9s %-42s %s", exitId, standing(said), decision, String.join("; ", parts));
        }
    }

    /** {@code fairlead exits show}. */
    @Command(
            name = "show",
            description =
                    "All that is said and decided of one exit, and why; and where it is, if ClickHouse can be asked.")
    static final class Show implements Callable<Integer> {

        private static final Duration TIME_LIMIT = Duration.ofSeconds(5);

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Mixin
        private ClickHouseOptions server = new ClickHouseOptions();

        @Parameters(paramLabel = "EXIT", description = "Its id.")
        private String id = "";

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            Known known = Known.read(kafka);
            ExitOverride said = known.said(id);
            ExitScore decided = known.decided(id);
            if (said == null && decided == null) {
                throw new UserError("Nothing is said or decided of exit " + id + "; see: fairlead exits list");
            }
            out.println(
                    said == null
                            ? "Nobody has said anything of it."
                            : ConfigDocument.of(said).pretty());
            if (said != null && !ExitsTermsCommand.inWords(said).isEmpty()) {
                out.println("Its operator lets it serve " + ExitsTermsCommand.inWords(said) + ".");
            }
            out.println(decided == null ? "Nothing is decided of it yet." : decision(decided));
            places().forEach(out::println);
            return 0;
        }

        /** Where it was seen, a line an edge; history is no reason to fail. */
        private List<String> places() {
            try (ClickHouseSource source =
                    new ClickHouseSource(server.url(), server.user(), server.password(), 1, TIME_LIMIT)) {
                List<String> lines =
                        new ExitPlaces(source).of(id).stream().map(Show::place).toList();
                return lines.isEmpty() ? List.of("ClickHouse knows of no link of it within 30 days.") : lines;
            } catch (SQLException e) {
                return List.of("Where it is can't be told: ClickHouse at " + server.url()
                        + " does not answer, or is not brought up to date (`fairlead clickhouse migrate`).");
            }
        }

        private static String place(ExitPlaces.Sighting seen) {
            String declared = words(seen.declared());
            String counted = words(seen.counted());
            String address = seen.observedPrefix().isEmpty() ? "" : ", address in " + seen.observedPrefix();
            return "seen by " + seen.edgeId() + " since " + seen.at() + " UTC" + address + ": declares "
                    + (declared.isEmpty() ? "no place" : declared) + ", counts as in "
                    + (counted.isEmpty() ? "no known place" : counted);
        }

        private static String words(ExitPlaces.Place place) {
            List<String> parts = new ArrayList<>(Stream.of(place.city(), place.region(), place.country())
                    .filter(part -> !part.isEmpty())
                    .toList());
            if (place.asn() != 0) {
                parts.add("AS" + place.asn());
            }
            return String.join(", ", parts);
        }

        private static String decision(ExitScore score) {
            List<String> lines = new ArrayList<>(List.of(String.format(
                    Locale.ROOT,
                    "%s: quality %.1f%s (benchmark %s, ping %s), success %.3f, disconnection %.3f, runs %d of %d requests",
                    score.getState().name().toLowerCase(Locale.ROOT),
                    score.getQuality(),
                    score.getLowConfidence() ? " with low confidence" : "",
                    ms(score.getBenchmarkTerm(), score.getBenchmarkMs()),
                    ms(score.getPingTerm(), score.getPingMs()),
                    score.getSuccess().getMean(),
                    score.getDisconnect().getMean(),
                    score.getRunningRequests(),
                    score.getCapacityRequests())));
            score.getReasons().forEach(reason -> lines.add("  " + reason));
            score.getClasses()
                    .forEach(rated -> lines.add(String.format(
                            Locale.ROOT, "  class %s: quality %.1f", rated.getTargetClass(), rated.getQuality())));
            return String.join(System.lineSeparator(), lines);
        }

        private static String ms(double term, double ms) {
            return term < 0 ? "not measured" : String.format(Locale.ROOT, "%.0f ms", ms);
        }
    }

    /** {@code fairlead exits kill}. */
    @Command(name = "kill", description = "Take an exit out: its links or tunnels are cut within seconds, and refused.")
    static final class Kill extends OnExit {

        @Override
        ExitOverride.Builder change(ExitOverride.Builder exit) {
            return exit.setKilled(true);
        }

        @Override
        String done() {
            return "is taken out.";
        }
    }

    /** {@code fairlead exits admit}. */
    @Command(name = "admit", description = "Let an exit in again that was taken out.")
    static final class Admit extends OnExit {

        @Override
        ExitOverride.Builder change(ExitOverride.Builder exit) {
            return exit.setKilled(false);
        }

        @Override
        boolean needsRecord() {
            return true;
        }

        @Override
        String done() {
            return "is let in again.";
        }
    }

    /** {@code fairlead exits consent}. */
    @Command(name = "consent", description = "Say for the owner of an exit whether it may be used.")
    static final class Consent extends OnExit {

        static final class Which {
            @Option(names = "--withdraw", description = "It may not: it is not picked any more.")
            private boolean withdraw;

            @Option(names = "--give", description = "It may, where its agent says so too.")
            private boolean give;
        }

        @ArgGroup(multiplicity = "1")
        private Which which = new Which();

        @Override
        ExitOverride.Builder change(ExitOverride.Builder exit) {
            return exit.setConsentWithdrawn(which.withdraw);
        }

        @Override
        boolean needsRecord() {
            return which.give;
        }

        @Override
        String done() {
            return which.withdraw ? "is without its owner's consent." : "has its owner's consent again.";
        }
    }

    /** What the commands on one exit have in common. */
    abstract static class OnExit implements Callable<Integer> {

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Mixin
        private KafkaOptions kafka = new KafkaOptions();

        @Mixin
        private WriteOptions write = new WriteOptions();

        @Parameters(paramLabel = "EXIT", description = "Its id.")
        private String id = "";

        @Spec
        private CommandSpec spec;

        abstract ExitOverride.Builder change(ExitOverride.Builder exit);

        /** Whether it makes no sense of an exit that nothing was said of. */
        boolean needsRecord() {
            return false;
        }

        /** What that means then. */
        String nothingSaid() {
            return "it is not out.";
        }

        abstract String done();

        @Override
        public Integer call() {
            new ConfigStore(kafka.client()).write(Topics.CONFIG_EXITS, id, write.attribution(), next -> {
                ConfigEntry present = next.present();
                if (present == null && needsRecord()) {
                    throw new UserError("Nothing was said of exit " + id + "; " + nothingSaid());
                }
                ExitOverride.Builder exit = present == null
                        ? ExitOverride.newBuilder().setExitId(id)
                        : ExitOverride.newBuilder((ExitOverride) present.value());
                return change(exit).setAuthorship(next.authorship()).build();
            });
            spec.commandLine().getOut().println("exit " + id + " " + done());
            return 0;
        }
    }
}
