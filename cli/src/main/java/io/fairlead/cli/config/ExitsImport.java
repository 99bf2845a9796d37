package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.link.ExitIds;
import io.fairlead.proxy.upstream.UpstreamTerms;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.config.Upstream;
import io.fairlead.schemas.config.UpstreamKind;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
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

/** {@code fairlead exits import}. */
@Command(
        name = "import",
        description = {
            "Name the proxies of a list as exits, a line each: host:port, host:port:user:password, user:password@host:port, or "
                    + "scheme://user:password@host:port with http, socks5 or socks5h.",
            "The same list again changes nothing; proxies that are not in it stay as they are. Passwords go into a file of yours and never to Kafka."
        })
final class ExitsImport implements Callable<Integer> {

    private static final int MOST_HOST = 32;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Parameters(paramLabel = "FILE", description = "The list.")
    private Path file = Path.of("");

    @Option(names = "--dry-run", description = "Say what would change, and write nothing.")
    private boolean dryRun;

    @Option(names = "--skip-bad", description = "Leave out lines that are not understood, rather than do nothing.")
    private boolean skipBad;

    @Option(
            names = "--prefix",
            paramLabel = "TEXT",
            defaultValue = "up-",
            description = "Ids begin with it (default: ${DEFAULT-VALUE}).")
    private String prefix = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            defaultValue = "HTTP",
            description = "HTTP or SOCKS5: what lines without a scheme are (default: ${DEFAULT-VALUE}).")
    private UpstreamKind kind = UpstreamKind.HTTP;

    @Option(names = "--pools", paramLabel = "NAME", split = ",", description = "Pools that they belong to.")
    private @Nullable List<String> pools;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "",
            description = "mobile, residential, isp or datacenter.")
    private String type = "";

    @Option(names = "--country", paramLabel = "CC", defaultValue = "", description = "Two letters.")
    private String country = "";

    @Option(names = "--region", paramLabel = "NAME", defaultValue = "", description = "Where in that country.")
    private String region = "";

    @Option(names = "--city", paramLabel = "NAME", defaultValue = "", description = "Where in that country.")
    private String city = "";

    @Option(names = "--asn", paramLabel = "N", defaultValue = "0", description = "Autonomous system.")
    private long asn;

    @Option(
            names = "--capacity",
            paramLabel = "N",
            defaultValue = "0",
            description = "Requests that each can run at once, from each edge; 0: by its type.")
    private int capacity;

    @Option(
            names = "--trust-names",
            description = "Send them names, not addresses that the edge has resolved and checked.")
    private boolean trustNames;

    @Option(
            names = "--secrets-file",
            paramLabel = "FILE",
            description =
                    "Passwords are written to it, with mode 600. Put it below --secrets-directory of each proxy edge.")
    private @Nullable Path secretsFile;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        UpstreamList list = list();
        Map<String, UpstreamList.Proxy> wanted = new LinkedHashMap<>();
        list.proxies().forEach(proxy -> wanted.put(id(proxy), proxy));
        SecretsFile secrets = secrets(list);
        List<String> newPasswords = new ArrayList<>();
        wanted.forEach((id, proxy) -> {
            if (secrets != null && !proxy.password().isEmpty() && secrets.put(id, proxy.password())) {
                newPasswords.add(id);
            }
        });
        ConfigStore store = new ConfigStore(kafka.client());
        Map<String, ConfigEntry> present = store.read(Topics.CONFIG_EXITS);
        List<String> changed = new ArrayList<>();
        wanted.forEach((id, proxy) -> {
            String difference = difference(present.get(id), id, proxy);
            if (!difference.isEmpty()) {
                changed.add(id);
                out.println(difference);
            } else if (newPasswords.contains(id)) {
                out.println("~ " + id + " password");
            }
        });
        if (!dryRun) {
            if (secrets != null && !newPasswords.isEmpty()) {
                secrets.write(); // before the records, so that no edge looks for what is not there yet
            }
            if (!changed.isEmpty()) {
                store.writeAll(
                        Topics.CONFIG_EXITS,
                        changed,
                        write.attribution(),
                        (id, next) -> record(next.present(), id, proxy(wanted, id), next.authorship()));
            }
        }
        out.println(summary(list, wanted.size(), changed.size(), newPasswords.size()));
        return 0;
    }

    private String summary(UpstreamList list, int all, int changed, int passwords) {
        return (dryRun ? "Would name or change " : "Named or changed ") + changed + " of " + all + " proxies, "
                + passwords + " passwords; " + list.repeated() + " lines repeat others, "
                + list.errors().size() + " left out."
                + (pools == null ? " Exits in no pool are benchmarked and never picked; see --pools." : "");
    }

    private UpstreamList list() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UserError("The list " + file + " can't be read: " + e, e);
        }
        UpstreamList list = UpstreamList.read(lines, kind);
        list.errors().forEach(error -> spec.commandLine().getErr().println(file + ": " + error));
        if (!list.errors().isEmpty() && !skipBad) {
            throw new UserError(list.errors().size() + " lines of " + file
                    + " are not understood; nothing was written. Correct them, or leave them out with --skip-bad.");
        }
        return list;
    }

    private @Nullable SecretsFile secrets(UpstreamList list) {
        Path to = secretsFile;
        if (to != null) {
            return SecretsFile.read(to);
        }
        boolean needed =
                list.proxies().stream().anyMatch(proxy -> !proxy.password().isEmpty());
        if (needed) {
            throw new UserError(
                    "The list holds passwords, which never go to Kafka: say with --secrets-file where to put them.");
        }
        return null;
    }

    /** The same for the same proxy and log-in, whenever it is made. */
    private String id(UpstreamList.Proxy proxy) {
        String host = proxy.host().replaceAll("[^A-Za-z0-9.-]", "-");
        boolean plain = proxy.user().isEmpty() && host.equals(proxy.host()) && host.length() <= MOST_HOST;
        String shown = host.length() <= MOST_HOST ? host : host.substring(0, MOST_HOST);
        return prefix + shown + "-" + proxy.port() + (plain ? "" : "-" + digest(proxy.door()));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private static UpstreamList.Proxy proxy(Map<String, UpstreamList.Proxy> wanted, String id) {
        UpstreamList.Proxy proxy = wanted.get(id);
        if (proxy == null) {
            throw new IllegalStateException("no proxy is wanted as " + id);
        }
        return proxy;
    }

    private SpecificRecord record(
            @Nullable ConfigEntry present, String id, UpstreamList.Proxy proxy, Authorship authorship) {
        ExitOverride.Builder exit = present == null
                ? ExitOverride.newBuilder().setExitId(id)
                : ExitOverride.newBuilder((ExitOverride) present.value());
        Path secrets = secretsFile;
        String reference =
                proxy.password().isEmpty() || secrets == null ? "" : "file:" + secrets.getFileName() + "#" + id;
        Upstream upstream = UpstreamList.upstream(proxy)
                .setSecretReference(reference)
                .setPoolType(type)
                .setCountry(country)
                .setRegion(region)
                .setCity(city)
                .setAsn(asn)
                .setCapacityRequests(capacity)
                .setTrustedWithNames(trustNames)
                .build();
        List<String> violations = UpstreamTerms.violations(upstream);
        if (!ExitIds.valid(id)) {
            violations.add("an id must be 1 to 64 letters, digits, '.', '_' or '-', so choose another --prefix");
        }
        if (!violations.isEmpty()) {
            throw new UserError("Exit " + id + " would not be accepted: " + String.join("; ", violations) + ".");
        }
        if (pools != null) {
            exit.setPools(pools);
        }
        return exit.setUpstream(upstream).setAuthorship(authorship).build();
    }

    /** What would change, for people; empty: nothing. */
    private String difference(@Nullable ConfigEntry present, String id, UpstreamList.Proxy proxy) {
        Authorship nobody = new Authorship("", "", 0L, 0L);
        SpecificRecord after = record(present, id, proxy, nobody);
        Upstream upstream = ((ExitOverride) after).getUpstream();
        if (present == null || ((ExitOverride) present.value()).getUpstream() == null) {
            return "+ " + id + " " + ExitsCommand.door(upstream);
        }
        List<String> changes = ConfigDocument.changes(present.value(), after);
        return changes.isEmpty() ? "" : "~ " + id + " " + String.join("; ", changes);
    }
}
