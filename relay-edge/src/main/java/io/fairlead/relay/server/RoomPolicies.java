package io.fairlead.relay.server;

import io.fairlead.edge.table.InvalidConfigException;
import io.fairlead.edge.table.TableListener;
import io.fairlead.model.policy.RelayPolicy;
import io.fairlead.model.policy.Scope;
import io.fairlead.model.policy.ScopedPolicies;
import io.fairlead.relay.leg.LegSettings;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.schemas.policies.PolicyRecords;
import java.time.InstantSource;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config.policies} says of rooms. Where it says nothing of a room, neither of it nor of all, the edge's own settings count. Any thread.
 *
 * <p>Bounds are those of {@link PolicyRecords#violations}, which whoever writes policies is held to as well.
 */
public final class RoomPolicies implements TableListener<SpecificRecord> {

    private static final String KIND = "relay/";

    /** Stands where nothing is said; no room can be called so. */
    private static final RelayPolicy NOTHING = RelayPolicy.defaults().withScope(Scope.ofRoom("nothing is said"));

    private final ScopedPolicies<RelayPolicy> told = new ScopedPolicies<>(NOTHING);
    private final InstantSource clock;

    /** @param clock policies count from their time on */
    public RoomPolicies(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * Passes policies of rooms that may be used, and all others as they are.
     *
     * @throws InvalidConfigException that lists what is wrong
     */
    public static SpecificRecord check(String key, SpecificRecord record) throws InvalidConfigException {
        List<String> violations = key.startsWith(KIND) ? PolicyRecords.violations(key, record) : List.of();
        if (!violations.isEmpty()) {
            throw new InvalidConfigException(violations);
        }
        return record;
    }

    @Override
    public synchronized void put(String key, SpecificRecord record) {
        if (key.startsWith(KIND) && PolicyRecords.read(record) instanceof RelayPolicy policy) {
            told.put(policy);
        }
    }

    @Override
    public synchronized void removed(String key) {
        if (key.startsWith(KIND)) {
            told.remove(Scope.parse(key.substring(KIND.length())));
        }
    }

    /** Scopes of which something is said. */
    public synchronized int size() {
        return told.size();
    }

    /** Null: nothing is said of it. */
    private synchronized @Nullable RelayPolicy of(String room) {
        RelayPolicy policy = told.resolveRoom(room, clock.millis());
        return policy.equals(NOTHING) ? null : policy;
    }

    /** Settings of a room: the edge's own, and over them what is said of it. */
    public RoomSettings over(String room, RoomSettings own) {
        RelayPolicy policy = of(room);
        return policy == null
                ? own
                : own.withRing(own.ring().withYoungGopMs(policy.burstAgeMs()))
                        .withWaits(Math.toIntExact(policy.lingerMs()), own.sourceGraceMs(), own.takeoverMs())
                        .withSlowViewers(
                                Math.toIntExact(policy.slowLagMs()),
                                policy.slowSkips(),
                                Math.toIntExact(policy.stallMs()))
                        .withBurstBytes(policy.burstBytes());
    }

    /** The same of a leg of that room. */
    public LegSettings over(String room, LegSettings own) {
        RelayPolicy policy = of(room);
        return policy == null
                ? own
                : own.withUpstream(own.upstream(), policy.secondaryMasters())
                        .withWaits(Math.toIntExact(policy.lingerMs()), own.firstPauseMs(), own.mostPauseMs());
    }
}
