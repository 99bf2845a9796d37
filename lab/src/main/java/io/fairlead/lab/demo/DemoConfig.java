package io.fairlead.lab.demo;

import io.fairlead.cli.config.Attribution;
import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.model.policy.BenchmarkPolicy;
import io.fairlead.model.policy.BenchmarkTarget;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.pool.PoolDefinition;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.pools.PoolRecords;
import io.fairlead.schemas.topics.TopicSpec;
import io.fairlead.schemas.topics.Topics;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What an operator of this small network would have said: who may use it, and what exits are measured against. */
final class DemoConfig {

    static final String TENANT = "demo";
    static final String SECRET = "demo";
    static final String POOL = "residential";
    static final String CLASS = "shop";

    /** A pool that is curated, of whatever is good. */
    static final String SHOPS = "shops";

    /** A customer who has exits of its own, and the exclusive pool of these. */
    static final String CUSTOMER = "acme";

    static final String TICKETS = "tickets";

    /** Exits are measured so often that a change shows within half a minute; in production every 5 to 15 minutes. */
    private static final long BENCHMARK_INTERVAL_MS = 3_000;

    private static final long BENCHMARK_TIMEOUT_MS = 2_500;
    private static final long BENCHMARK_RETRY_MS = 1_000;
    private static final int BENCHMARKS_AT_ONCE = 24;

    /** Under this no exit joins a pool, and those that fall under it are replaced. */
    private static final double LEAST_QUALITY = 45;

    private static final double LEAST_HEALTH = 0.6;
    private static final long POOL_HORIZON_MS = 600_000;
    private static final String AUTHOR = "fairlead demo";

    private final ConfigStore store;

    DemoConfig(Map<String, Object> kafka) {
        this.store = new ConfigStore(kafka);
    }

    /** Says it, where it is not said already. */
    void apply(TargetSite site) {
        ensure(
                Topics.CONFIG_TENANTS,
                TENANT,
                "who may use the demo's proxy",
                next -> tenant(TENANT, List.of(POOL, SHOPS), next));
        ensure(
                Topics.CONFIG_TENANTS,
                CUSTOMER,
                "a customer with exits of its own",
                next -> tenant(CUSTOMER, List.of(TICKETS), next));
        BenchmarkPolicy defaults = BenchmarkPolicy.defaults();
        BenchmarkPolicy policy = new BenchmarkPolicy(
                Scope.GLOBAL,
                0,
                List.of(new BenchmarkTarget(
                        CLASS, "http://127.0.0.1:" + site.port() + "/bytes/2048", 1, List.of("127.0.0.1"))),
                BENCHMARK_INTERVAL_MS,
                defaults.jitterShare(),
                BENCHMARK_TIMEOUT_MS,
                BENCHMARK_RETRY_MS,
                0,
                BENCHMARKS_AT_ONCE,
                defaults.maxResponseBytes());
        ensure(
                Topics.CONFIG_POLICIES,
                "benchmark/default",
                "measure against the demo's site",
                next -> PolicyRecords.write(policy, next.authorship()));
        pools();
    }

    /** What operators would have said of pools. What they have changed since stays. */
    private void pools() {
        first(
                Topics.CONFIG_POOLS,
                SHOPS,
                "ten good exits of any network, for shops",
                next -> PoolRecords.write(pool(SHOPS, 10, List.of(), "", ""), next.authorship()));
        first(
                Topics.CONFIG_POOLS,
                TICKETS,
                "exits of its own for " + CUSTOMER,
                next -> PoolRecords.write(pool(TICKETS, 3, List.of("de"), CUSTOMER, SHOPS), next.authorship()));
    }

    private static PoolDefinition pool(String id, int wanted, List<String> countries, String owner, String sibling) {
        PoolDefinition simple = PoolDefinition.of(id, wanted);
        return new PoolDefinition(
                id,
                List.of(),
                countries,
                List.of(),
                List.of(),
                List.of(),
                LEAST_QUALITY,
                List.of(),
                simple.minMembers(),
                wanted,
                simple.maxMembers(),
                LEAST_HEALTH,
                POOL_HORIZON_MS,
                LEAST_QUALITY,
                owner,
                !owner.isEmpty(),
                0,
                sibling,
                List.of());
    }

    private static Tenant tenant(String id, List<String> pools, ConfigStore.Next next) {
        ConfigEntry present = next.present();
        if (present == null) {
            return Tenant.newBuilder()
                    .setTenantId(id)
                    .setAuthorship(next.authorship())
                    .setSecretHashes(List.of(SecretHashes.hash(SECRET)))
                    .setPools(pools)
                    .build();
        }
        Tenant known = (Tenant) present.value();
        return known.getPools().containsAll(pools)
                ? known
                : Tenant.newBuilder(known)
                        .setPools(pools)
                        .setAuthorship(next.authorship())
                        .build();
    }

    private void first(
            TopicSpec topic, String key, String reason, Function<ConfigStore.Next, @Nullable SpecificRecord> wanted) {
        if (!store.read(topic).containsKey(key)) {
            store.write(topic, key, Attribution.of(AUTHOR, reason), wanted);
        }
    }

    private void ensure(
            TopicSpec topic, String key, String reason, Function<ConfigStore.Next, @Nullable SpecificRecord> wanted) {
        ConfigEntry present = store.read(topic).get(key);
        if (present != null) {
            SpecificRecord same = wanted.apply(new ConfigStore.Next(present, present.authorship()));
            if (present.value().equals(same)) {
                return;
            }
        }
        store.write(topic, key, Attribution.of(AUTHOR, reason), wanted);
    }
}
