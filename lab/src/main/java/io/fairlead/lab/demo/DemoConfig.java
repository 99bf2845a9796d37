package io.fairlead.lab.demo;

import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.model.policy.BenchmarkPolicy;
import io.fairlead.model.policy.BenchmarkTarget;
import io.fairlead.model.policy.Scope;
import io.fairlead.proxy.tenant.SecretHashes;
import io.fairlead.schemas.config.Tenant;
import io.fairlead.schemas.policies.PolicyRecords;
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

    /** Exits are measured so often that a change shows within half a minute; in production every 5 to 15 minutes. */
    private static final long BENCHMARK_INTERVAL_MS = 3_000;

    private static final long BENCHMARK_TIMEOUT_MS = 2_500;
    private static final long BENCHMARK_RETRY_MS = 1_000;
    private static final int BENCHMARKS_AT_ONCE = 24;
    private static final String AUTHOR = "fairlead demo";

    private final ConfigStore store;

    DemoConfig(Map<String, Object> kafka) {
        this.store = new ConfigStore(kafka);
    }

    /** Says it, where it is not said already. */
    void apply(TargetSite site) {
        ensure(Topics.CONFIG_TENANTS, TENANT, "who may use the demo's proxy", next -> tenant(next));
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
    }

    private static Tenant tenant(ConfigStore.Next next) {
        ConfigEntry present = next.present();
        return present != null
                ? (Tenant) present.value()
                : Tenant.newBuilder()
                        .setTenantId(TENANT)
                        .setAuthorship(next.authorship())
                        .setSecretHashes(List.of(SecretHashes.hash(SECRET)))
                        .setPools(List.of(POOL))
                        .build();
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
        store.write(topic, key, AUTHOR, reason, null, wanted);
    }
}
