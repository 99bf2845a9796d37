package io.fairlead.nameserver.map;

import io.fairlead.edge.table.DecisionReader;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapState;
import org.jspecify.annotations.Nullable;

/** What the topic of the map says, in the form that is kept for each key. */
public sealed interface MapRecord permits MapRow, MapRecord.Price, MapRecord.State {

    /** Key of the state of the whole map. */
    String STATE_KEY = "*";

    /** Price and state of a group. */
    record Price(GroupPrice told) implements MapRecord {}

    /** The map as a whole. */
    record State(MapState told) implements MapRecord {}

    /** Reads the topic, for one thread. What has the wrong key, no choice or shares that are none is no decision, and what was before stays. */
    static DecisionReader<MapRecord> reader() {
        return new MapRecordReader();
    }

    /** The prefix that a key names; null: it is none, or written otherwise than the keys of entries are. */
    static @Nullable AddressPrefix prefix(String key) {
        if (key.indexOf('/') < 0) {
            return null;
        }
        try {
            AddressPrefix prefix = AddressPrefix.parse(key);
            return key.equals(prefix.toString()) ? prefix : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
