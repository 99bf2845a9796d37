package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.ByteSize;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.proxy.tenant.TenantDirectory;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead tenant}. */
@Command(
        name = "tenant",
        description = "See and change who may use the proxies.",
        subcommands = {
            TenantCommand.ListTenants.class,
            TenantCommand.Set.class,
            TenantCommand.Remove.class,
            TenantUsageCommand.class,
            TenantCommand.Hash.class
        })
public final class TenantCommand {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    /** {@code fairlead tenant list}. */
    @Command(name = "list", description = "Tenants, without their secrets.")
    static final class ListTenants extends StoreCommand {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            Map<String, ConfigEntry> entries = store.read(Topics.CONFIG_TENANTS);
            if (entries.isEmpty()) {
                out.println("No tenants: everybody is answered 407. Add one with: fairlead tenant set");
            }
            entries.values().forEach(entry -> {
                Tenant tenant = (Tenant) entry.value();
                out.printf(
                        "%-24s %-9s %d secrets, pools %s, %s in flight, %s a second, %s bytes a second, %s bytes a day, sources %s, revision %d%n",
                        tenant.getTenantId(),
                        tenant.getEnabled() ? "enabled" : "disabled",
                        tenant.getSecretHashes().size(),
                        tenant.getPools(),
                        tenant.getMaxInFlightRequests() == 0 ? "default" : "" + tenant.getMaxInFlightRequests(),
                        tenant.getMaxRequestsPerSecond() == 0 ? "any" : "" + tenant.getMaxRequestsPerSecond(),
                        tenant.getMaxBytesPerSecond() == 0 ? "any" : "" + tenant.getMaxBytesPerSecond(),
                        tenant.getMaxBytesPerDay() == 0 ? "any" : "" + tenant.getMaxBytesPerDay(),
                        tenant.getSources(),
                        tenant.getAuthorship().getRevision());
            });
        }
    }

    /** {@code fairlead tenant set}. */
    @Command(name = "set", description = "Add a tenant, or change what is given; the rest stays.")
    static final class Set extends OnTenant {

        @Option(
                names = "--secret",
                arity = "0..1",
                interactive = true,
                description = "Its new secret, asked for without echo; hashed before it is written.")
        private char @Nullable [] secret;

        @Option(
                names = "--secret-hash",
                paramLabel = "HASH",
                split = ",",
                description = "bcrypt hashes of its secrets.")
        private @Nullable List<String> secretHashes;

        @Option(
                names = "--pools",
                paramLabel = "NAME",
                split = ",",
                description = "Pools it may use; the first is its default.")
        private @Nullable List<String> pools;

        @Option(names = "--max-in-flight", paramLabel = "N", description = "Requests at once; 0: the edge's default.")
        private @Nullable Integer maxInFlight;

        @Option(
                names = "--max-per-second",
                paramLabel = "N",
                description = "Requests a second at each edge; 0: no limit.")
        private @Nullable Integer maxPerSecond;

        @Option(
                names = "--max-bytes-per-second",
                paramLabel = "BYTES",
                converter = ByteSize.class,
                description = "Bytes a second at each edge, both directions together, such as 10MB; 0: no limit.")
        private @Nullable Long maxBytesPerSecond;

        @Option(
                names = "--max-bytes-per-day",
                paramLabel = "BYTES",
                converter = ByteSize.class,
                description = "Bytes a day (UTC) at each edge, both directions together, such as 50GB; 0: no limit.")
        private @Nullable Long maxBytesPerDay;

        @Option(
                names = "--sources",
                paramLabel = "NETWORK",
                split = ",",
                description = "Addresses and networks whose requests are its own without a secret.")
        private @Nullable List<String> sources;

        @Option(
                names = "--allow-destination",
                paramLabel = "PATTERN",
                split = ",",
                description = "Allowed beside public addresses.")
        private @Nullable List<String> allowedDestinations;

        @Option(
                names = "--enabled",
                paramLabel = "true|false",
                arity = "0..1",
                fallbackValue = "true",
                description = "Whether it may log in.")
        private @Nullable Boolean enabled;

        @Override
        void run(ConfigStore store, PrintWriter out) {
            ConfigStore.Change change = store.write(Topics.CONFIG_TENANTS, id, write.attribution(), next -> {
                ConfigEntry present = next.present();
                Tenant.Builder tenant = present == null
                        ? Tenant.newBuilder()
                                .setTenantId(id)
                                .setSecretHashes(List.of())
                                .setPools(List.of())
                        : Tenant.newBuilder((Tenant) present.value());
                return checked(changed(tenant).setAuthorship(next.authorship()).build());
            });
            out.println("tenant " + id + " is now revision " + change.revision() + ".");
        }

        private Tenant.Builder changed(Tenant.Builder tenant) {
            if (secret != null) {
                tenant.setSecretHashes(List.of(SecretHashes.hash(new String(secret))));
            }
            if (secretHashes != null) {
                tenant.setSecretHashes(secretHashes);
            }
            if (pools != null) {
                tenant.setPools(pools);
            }
            if (maxInFlight != null) {
                tenant.setMaxInFlightRequests(maxInFlight);
            }
            if (maxPerSecond != null) {
                tenant.setMaxRequestsPerSecond(maxPerSecond);
            }
            if (maxBytesPerSecond != null) {
                tenant.setMaxBytesPerSecond(maxBytesPerSecond);
            }
            if (maxBytesPerDay != null) {
                tenant.setMaxBytesPerDay(maxBytesPerDay);
            }
            if (sources != null) {
                tenant.setSources(sources);
            }
            if (allowedDestinations != null) {
                tenant.setAllowedDestinations(allowedDestinations);
            }
            if (enabled != null) {
                tenant.setEnabled(enabled);
            }
            return tenant;
        }

        /** By the rules of the edges that will read it. */
        private static Tenant checked(Tenant tenant) {
            try {
                new TenantDirectory(1, List.of(), java.util.Set.of()).put(tenant);
                return tenant;
            } catch (IllegalArgumentException e) {
                throw new UserError(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** {@code fairlead tenant remove}. */
    @Command(name = "remove", description = "Remove a tenant: it is answered 407 within seconds.")
    static final class Remove extends OnTenant {

        @Override
        void run(ConfigStore store, PrintWriter out) {
            store.remove(Topics.CONFIG_TENANTS, "tenant", id, write.attribution());
            out.println("tenant " + id + " is removed.");
        }
    }

    /** {@code fairlead tenant hash}. */
    @Command(name = "hash", description = "Hash the secret on standard input: printf %%s SECRET | fairlead tenant hash")
    static final class Hash implements Callable<Integer> {

        private static final int SECRET_BYTES_MAX = 4_096;

        @Mixin
        private SettingsOptions commonOptions = new SettingsOptions();

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            String secret = new String(System.in.readNBytes(SECRET_BYTES_MAX), StandardCharsets.UTF_8).strip();
            if (secret.isEmpty()) {
                throw new UserError("An empty secret opens the door to everybody; give one.");
            }
            spec.commandLine().getOut().println(SecretHashes.hash(secret));
            return 0;
        }
    }

    /** What the commands on one tenant have in common. */
    abstract static class OnTenant extends StoreCommand {

        @Mixin
        WriteOptions write = new WriteOptions();

        @Parameters(paramLabel = "TENANT", description = "Its id.")
        String id = "";
    }
}
