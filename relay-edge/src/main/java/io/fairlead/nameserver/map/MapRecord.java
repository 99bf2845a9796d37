package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.groups.GroupRecords;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** What the topic of the map says, in the form that is kept for each key. */
public sealed interface MapRecord permits MapRow, MapRecord.Price, MapRecord.State {

    /** Key of the state of the whole map. */
    String STATE_KEY = "*";

    /** Price and state of a group. */
    record Price(GroupPrice told) implements MapRecord {}

    /** The map as a whole. */
    record State(MapState told) implements MapRecord {}

    /** Reads the topic. What has the wrong key, no choice or shares that are none is no decision, and what was before stays. */
    static DecisionReader<MapRecord> reader() {
        return MapRecord::read;
    }

    private static @Nullable Decision<MapRecord> read(String key, SpecificRecord record) {
        if (record instanceof MapEntry entry) {
            MapRow row = row(key, entry);
            return row == null ? null : decision(row, entry.getVersion(), entry.getIssuedAtMs(), 0);
        }
        if (record instanceof GroupPrice price && key.equals(price.getGroupId()) && GroupRecords.isId(key)) {
            return decision(
                    new Price(price), price.getVersion(), price.getIssuedAtMs(), price.getTriggerObservedAtMs());
        }
        return record instanceof MapState state && key.equals(STATE_KEY)
                ? decision(new State(state), state.getVersion(), state.getIssuedAtMs(), 0)
                : null;
    }

    private static Decision<MapRecord> decision(
            MapRecord value, DecisionVersion version, long issuedAtMs, long observedAtMs) {
        return new Decision<>(value, version.getJobEpoch(), version.getCounter(), issuedAtMs, observedAtMs);
    }

    private static @Nullable MapRow row(String key, MapEntry entry) {
        try {
            AddressPrefix prefix = AddressPrefix.parse(entry.getPrefix());
            return key.equals(prefix.toString()) ? MapRow.of(prefix, entry) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
