package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.RawRecord;
import io.fairlead.edge.table.TableStore;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.model.map.PrefixTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the topic of the map says: its entries in {@link RowBlock}s, found by their prefix, and what else there is, which is little, as records. An entry
 * takes some 100 bytes, and 32 more if its choices are like no other's; those beyond the bound are not kept.
 *
 * <p>Written by one thread, asked by any. Who writes waits while all entries are gone through for {@link #tables}, a tenth of a second for a million.
 */
final class MapRows implements TableStore<Decision<MapRecord>> {

    private static final int FIRST_SLOTS = 1_024;

    private final int maxEntries;
    private final TableStore<Decision<MapRecord>> others = TableStore.ofRecords();
    private final LongAdder notKept = new LongAdder();
    private final RowForm.Reader restoring = new RowForm.Reader();

    // ---- guarded by this

    private final List<RowBlock> blocks = new ArrayList<>();

    /** Places of entries, plus one; 0: none. Open addressing, at most half full. */
    private int[] slots = new int[FIRST_SLOTS];

    /** Places that entries have left. */
    private int[] free = new int[16];

    private int freeCount;
    private int count;
    private boolean changed;

    /** Prefix of the key that was asked for last, for each record asks more than once. */
    private volatile Parsed last = new Parsed("", null);

    private record Parsed(String key, @Nullable AddressPrefix prefix) {}

    MapRows(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    // ---- the table

    @Override
    public synchronized int size() {
        return count + others.size();
    }

    /** Entries of the map. */
    synchronized int entries() {
        return count;
    }

    /** Entries that were not kept, for there are too many. */
    LongAdder notKept() {
        return notKept;
    }

    @Override
    public @Nullable Decision<MapRecord> get(String key) {
        AddressPrefix prefix = prefix(key);
        return prefix == null ? others.get(key) : get(prefix);
    }

    synchronized @Nullable Decision<MapRecord> get(AddressPrefix prefix) {
        int row = slots[slot(prefix)] - 1;
        return row < 0 ? null : decision(row);
    }

    private @Nullable Decision<MapRecord> decision(int row) {
        RowBlock block = block(row);
        Choices held = block.choices(row % RowBlock.ROWS);
        return held == null ? null : block.decision(row % RowBlock.ROWS, held);
    }

    @Override
    public void forEach(BiConsumer<String, Decision<MapRecord>> each) {
        others.forEach(each);
        for (int i = 0; i < blockCount(); i++) {
            rows(i).forEach(entry ->
                    each.accept(((MapRow) entry.value()).prefix().toString(), entry));
        }
    }

    private synchronized int blockCount() {
        return blocks.size();
    }

    private synchronized List<Decision<MapRecord>> rows(int block) {
        List<Decision<MapRecord>> rows = new ArrayList<>(RowBlock.ROWS);
        for (int row = block * RowBlock.ROWS; row < (block + 1) * RowBlock.ROWS; row++) {
            Decision<MapRecord> entry = decision(row);
            if (entry != null) {
                rows.add(entry);
            }
        }
        return rows;
    }

    @Override
    public void put(RawRecord raw, Decision<MapRecord> decision, int generation) {
        if (decision.value() instanceof MapRow row) {
            put(row, decision.jobEpoch(), decision.counter(), generation);
        } else {
            others.put(raw, decision, generation);
        }
    }

    private synchronized void put(MapRow entry, long jobEpoch, long counter, int generation) {
        int slot = slot(entry.prefix());
        if (slots[slot] == 0) {
            if (count >= maxEntries) {
                notKept.increment();
                return;
            }
            slots[slot] = place() + 1;
            count++;
        }
        int row = slots[slot] - 1;
        RowBlock block = block(row);
        Choices held = block.choices(row % RowBlock.ROWS);
        if (held == null || !held.equals(entry.choices())) {
            held = entry.choices();
            changed = true;
        }
        block.put(row % RowBlock.ROWS, entry, held, jobEpoch, counter, generation);
        if (count * 2 > slots.length) {
            grow();
        }
    }

    private int place() {
        if (freeCount > 0) {
            return free[--freeCount];
        }
        if (count == blocks.size() * RowBlock.ROWS) {
            blocks.add(new RowBlock());
        }
        return count;
    }

    @Override
    public void keep(String key, int generation) {
        AddressPrefix prefix = prefix(key);
        if (prefix == null) {
            others.keep(key, generation);
        } else {
            keep(prefix, generation);
        }
    }

    private synchronized void keep(AddressPrefix prefix, int generation) {
        int row = slots[slot(prefix)] - 1;
        if (row >= 0) {
            block(row).generation(row % RowBlock.ROWS, generation);
        }
    }

    @Override
    public boolean remove(String key) {
        AddressPrefix prefix = prefix(key);
        return prefix == null ? others.remove(key) : remove(prefix);
    }

    private synchronized boolean remove(AddressPrefix prefix) {
        int slot = slot(prefix);
        int row = slots[slot] - 1;
        if (row < 0) {
            return false;
        }
        close(slot);
        block(row).free(row % RowBlock.ROWS);
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = row;
        count--;
        changed = true;
        return true;
    }

    @Override
    public List<String> unmet(int generation) {
        List<String> unmet = new ArrayList<>(others.unmet(generation));
        synchronized (this) {
            for (int row = 0; row < blocks.size() * RowBlock.ROWS; row++) {
                RowBlock block = block(row);
                int at = row % RowBlock.ROWS;
                if (block.choices(at) != null && block.generation(at) != generation) {
                    unmet.add(block.prefix(at).toString());
                }
            }
        }
        return unmet;
    }

    /** Null: the key is no prefix's, or not written as prefixes are. */
    private @Nullable AddressPrefix prefix(String key) {
        Parsed known = last;
        if (known.key().equals(key)) {
            return known.prefix();
        }
        AddressPrefix prefix = MapRecord.prefix(key);
        last = new Parsed(key, prefix);
        return prefix;
    }

    // ---- where an entry is

    private RowBlock block(int row) {
        return blocks.get(row / RowBlock.ROWS);
    }

    private int home(boolean ipv6, long address, int length) {
        return (int) (Hashes.spread(address ^ (ipv6 ? ~length : length)) & (slots.length - 1));
    }

    private int home(int row) {
        RowBlock block = block(row);
        int at = row % RowBlock.ROWS;
        return home(block.ipv6(at), block.address(at), block.prefixLength(at));
    }

    /** The slot of a prefix, or the one that it would have. */
    private int slot(AddressPrefix prefix) {
        int slot = home(prefix.ipv6(), prefix.address(), prefix.length());
        while (slots[slot] != 0) {
            int row = slots[slot] - 1;
            if (block(row).holds(row % RowBlock.ROWS, prefix)) {
                return slot;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    private void grow() {
        int[] old = slots;
        slots = new int[old.length * 2];
        for (int place : old) {
            if (place != 0) {
                int slot = home(place - 1);
                while (slots[slot] != 0) {
                    slot = (slot + 1) & (slots.length - 1);
                }
                slots[slot] = place;
            }
        }
    }

    /** Closes a gap, so that what was put behind it is still found (Knuth, TAOCP 3, 6.4 R). */
    private void close(int from) {
        int gap = from;
        slots[gap] = 0;
        for (int at = (gap + 1) & (slots.length - 1); slots[at] != 0; at = (at + 1) & (slots.length - 1)) {
            int home = home(slots[at] - 1);
            boolean between = gap <= at ? gap < home && home <= at : gap < home || home <= at;
            if (!between) {
                slots[gap] = slots[at];
                slots[at] = 0;
                gap = at;
            }
        }
    }

    // ---- what answers come from

    /**
     * What addresses are looked up in.
     *
     * @param choices that answers of the tables stand for
     * @param entries that they were made of
     */
    record Tables(PrefixTable ipv4, PrefixTable ipv6, List<Choices> choices, int entries) {}

    /** Whether the tables would be others than at the last call of {@link #tables}. */
    synchronized boolean changed() {
        return changed;
    }

    /** Makes tables of all entries. For one thread. */
    Tables tables() {
        PrefixTable.Builder ipv4 = new PrefixTable.Builder(AddressPrefix.IPV4_BITS);
        PrefixTable.Builder ipv6 = new PrefixTable.Builder(AddressPrefix.IPV6_BITS);
        DistinctChoices choices = new DistinctChoices();
        int entries = gather(ipv4, ipv6, choices);
        return new Tables(ipv4.build(), ipv6.build(), choices.all(), entries);
    }

    /** Equal choices become one object, so that neighbours with the same become one prefix. */
    private synchronized int gather(PrefixTable.Builder ipv4, PrefixTable.Builder ipv6, DistinctChoices choices) {
        changed = false;
        for (int row = 0; row < blocks.size() * RowBlock.ROWS; row++) {
            RowBlock block = block(row);
            int at = row % RowBlock.ROWS;
            Choices held = block.choices(at);
            if (held != null) {
                int answer = choices.number(held);
                block.choices(at, choices.get(answer));
                (block.ipv6(at) ? ipv6 : ipv4).add(block.address(at), block.prefixLength(at), answer);
            }
        }
        return count;
    }

    // ---- the snapshot

    @Override
    public int rowForm() {
        return RowForm.NUMBER;
    }

    @Override
    public void save(Snapshot out) throws IOException {
        others.save(out);
        RowForm.Writer writer = new RowForm.Writer(out);
        for (int i = 0; i < blockCount(); i++) {
            for (Decision<MapRecord> entry : rows(i)) {
                writer.write((MapRow) entry.value(), entry.jobEpoch(), entry.counter());
            }
        }
    }

    @Override
    public void restore(ByteBuffer row) throws IOException {
        Decision<MapRecord> entry = restoring.read(row);
        if (entry != null && entry.value() instanceof MapRow held) {
            put(held, entry.jobEpoch(), entry.counter(), 0);
        }
    }
}
