package io.fairlead.edge.publish;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** The accounts of all topics, each shown as meters from its first record on. Thread-safe. */
final class TopicAccounts {

    /** Topic of a record whose place in the spool can't be read. */
    static final String UNKNOWN = "unknown";

    private final ConcurrentHashMap<String, TopicAccount> accounts = new ConcurrentHashMap<>();
    private final MeterRegistry metrics;

    TopicAccounts(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    TopicAccount of(String topic) {
        TopicAccount known = accounts.get(topic);
        return known != null ? known : accounts.computeIfAbsent(topic, this::opened);
    }

    Collection<TopicAccount> all() {
        return List.copyOf(accounts.values());
    }

    private TopicAccount opened(String topic) {
        TopicAccount account = new TopicAccount(topic);
        FunctionCounter.builder("fairlead.telemetry.offered", account, TopicAccount::offered)
                .tag("topic", topic)
                .register(metrics);
        FunctionCounter.builder("fairlead.telemetry.sent", account, TopicAccount::sent)
                .tag("topic", topic)
                .register(metrics);
        FunctionCounter.builder("fairlead.telemetry.acknowledged", account, TopicAccount::acknowledged)
                .tag("topic", topic)
                .register(metrics);
        Gauge.builder("fairlead.telemetry.backlog", account, TopicAccount::backlogBytes)
                .description("Spooled and not acknowledged")
                .baseUnit("bytes")
                .tag("topic", topic)
                .register(metrics);
        for (LossReason reason : LossReason.values()) {
            FunctionCounter.builder("fairlead.telemetry.lost", account, one -> one.lost(reason))
                    .tag("topic", topic)
                    .tag("reason", reason.name())
                    .register(metrics);
        }
        return account;
    }
}
