package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.TableStore;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.MapCohort;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of an entry of the map in a snapshot, a third of what it takes on its topic. Big endian. A group: 0 (1 byte), its id; the first that is written has number 0. An entry, behind its groups: 1 (1), IPv6 or
 * not (1), length of the prefix (1), address (8), cohort (1), epoch of the map (8), newest observation (8), epoch and counter of its version (8, 8), choices (1), those that
 * share (1), the number of each's group (4), the share of each that has one (8), what is known of each ({@value MapRow#CHOICE_BYTES}).
 *
 * <p>Whatever changes here, or in the order of cohorts and kinds of evidence, takes another {@link #NUMBER}.
 */
final class RowForm {

    static final int NUMBER = 1;

    private static final byte GROUP = 0;
    private static final byte ENTRY = 1;
    private static final int LONGEST = 1_024;
    private static final List<MapCohort> COHORTS = List.of(MapCohort.values());

    private RowForm() {}

    /** Writes entries to one snapshot. */
    static final class Writer {

        private final TableStore.Snapshot out;
        private final Map<String, Integer> groups = new HashMap<>();
        private final ByteBuffer row = ByteBuffer.allocate(LONGEST);

        Writer(TableStore.Snapshot out) {
            this.out = out;
        }

        void write(MapRow entry, long jobEpoch, long counter) throws IOException {
            Choices choices = entry.choices();
            for (int i = 0; i < choices.size(); i++) {
                if (groups.putIfAbsent(choices.group(i), groups.size()) == null) {
                    row.clear().put(GROUP).put(choices.group(i).getBytes(StandardCharsets.UTF_8));
                    out.row(row.flip());
                }
            }
            AddressPrefix prefix = entry.prefix();
            row.clear()
                    .put(ENTRY)
                    .put((byte) (prefix.ipv6() ? 1 : 0))
                    .put((byte) prefix.length())
                    .putLong(prefix.address())
                    .put((byte) COHORTS.indexOf(entry.cohort()))
                    .putLong(entry.epoch())
                    .putLong(entry.evidenceAtMs())
                    .putLong(jobEpoch)
                    .putLong(counter)
                    .put((byte) choices.size())
                    .put((byte) choices.sharing());
            for (int i = 0; i < choices.size(); i++) {
                row.putInt(groups.getOrDefault(choices.group(i), -1));
            }
            for (int i = 0; i < choices.sharing(); i++) {
                row.putDouble(choices.share(i));
            }
            row.put(entry.known());
            out.row(row.flip());
        }
    }

    /** Reads the rows of one snapshot, in their order. */
    static final class Reader {

        private final List<Integer> groups = new ArrayList<>();
        private final MapRow.Builder builder = new MapRow.Builder();

        /**
         * The entry that a row is, or null: it is another row, of which it takes note.
         *
         * @throws IOException if it is none, in a sentence
         */
        @Nullable
        Decision<MapRecord> read(ByteBuffer row) throws IOException {
            try {
                byte kind = row.get();
                if (kind == GROUP) {
                    groups.add(
                            GroupIds.number(StandardCharsets.UTF_8.decode(row).toString()));
                    return null;
                }
                if (kind != ENTRY) {
                    throw new IOException("it has a row of kind " + kind);
                }
                return entry(row);
            } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException("a row of it is no entry of the map: " + e.getMessage(), e);
            }
        }

        private Decision<MapRecord> entry(ByteBuffer row) {
            boolean ipv6 = row.get() != 0;
            int length = row.get();
            AddressPrefix prefix = new AddressPrefix(ipv6, row.getLong(), length);
            MapCohort cohort = COHORTS.get(row.get());
            long epoch = row.getLong();
            long evidenceAtMs = row.getLong();
            long jobEpoch = row.getLong();
            long counter = row.getLong();
            int count = row.get();
            int sharing = row.get();
            int groupsAt = row.position();
            int sharesAt = groupsAt + Integer.BYTES * count;
            int knownAt = sharesAt + Double.BYTES * sharing;
            builder.clear();
            for (int i = 0; i < count; i++) {
                builder.choice(
                        groups.get(row.getInt(groupsAt + Integer.BYTES * i)),
                        i < sharing ? row.getDouble(sharesAt + Double.BYTES * i) : 0,
                        row,
                        knownAt + MapRow.CHOICE_BYTES * i);
            }
            return new Decision<>(builder.build(prefix, cohort, epoch, evidenceAtMs), jobEpoch, counter, 0, 0);
        }
    }
}
