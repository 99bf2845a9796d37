package io.fairlead.proxy.supernode;

import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.schemas.policies.PolicyRecords;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Has each policy obeyed from its {@code effectiveAtMs} on, as the jobs do: of the versions of one key, the newest that has begun. A policy that
 * begins later leaves what counted before in force; an edge that starts in between knows only the newest version, and has the defaults until it begins.
 *
 * <p>Any thread; policies are obeyed under its lock, so that they come one after the other.
 */
final class PolicyCalendar {

    private final InstantSource clock;
    private final BiConsumer<String, SpecificRecord> obey;
    private final Map<String, Versions> byKey = new HashMap<>();

    private static final class Versions {
        private final TreeMap<Long, SpecificRecord> byBegin = new TreeMap<>();
        private @Nullable SpecificRecord obeyed;
    }

    /** @param obey takes a key and the record that counts for it from now on */
    PolicyCalendar(InstantSource clock, BiConsumer<String, SpecificRecord> obey) {
        this.clock = clock;
        this.obey = obey;
    }

    /** Takes a policy, which is obeyed now or when it begins. */
    synchronized void put(String key, SpecificRecord record) {
        Versions versions = byKey.computeIfAbsent(key, k -> new Versions());
        versions.byBegin.put(PolicyRecords.read(record).effectiveAtMs(), record);
        if (versions.byBegin.size() > ScopedPolicies.MAX_VERSIONS) {
            versions.byBegin.pollFirstEntry();
        }
        follow(key, versions);
    }

    /** Nothing counts for a key any more; {@code then} is run before anything else is obeyed. */
    synchronized void remove(String key, Runnable then) {
        byKey.remove(key);
        then.run();
    }

    /** Time has passed. Call it about every second. */
    synchronized void tick() {
        byKey.forEach(this::follow);
    }

    private void follow(String key, Versions versions) {
        Map.Entry<Long, SpecificRecord> counts = versions.byBegin.floorEntry(clock.millis());
        if (counts == null) {
            return;
        }
        versions.byBegin.headMap(counts.getKey()).clear();
        if (counts.getValue() != versions.obeyed) {
            versions.obeyed = counts.getValue();
            obey.accept(key, counts.getValue());
        }
    }
}
