package io.fairlead.nameserver.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.RawRecord;
import io.fairlead.edge.table.TableStore;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MapRowsTest {

    private final MapEntries entries = new MapEntries(7, 50);

    private static MapRows rows() {
        return new MapRows(1_000_000);
    }

    private static void put(MapRows rows, MapEntry entry, int generation) {
        rows.put(MapEntries.record(entry.getPrefix()), MapEntries.decision(entry), generation);
    }

    private static Map<String, String> all(MapRows rows) {
        Map<String, String> all = new HashMap<>();
        rows.forEach((key, decision) -> all.put(key, MapEntries.text(decision)));
        return all;
    }

    /** Few prefixes, so that entries come, change, go and come again in every order; beside a map of texts. */
    @Test
    void whatWasPutIsThereUntilItIsRemoved() {
        Random random = new Random(3);
        List<AddressPrefix> prefixes = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            prefixes.add(entries.prefix());
        }
        MapRows rows = rows();
        Map<String, String> wanted = new HashMap<>();
        for (int step = 0; step < 60_000; step++) {
            AddressPrefix prefix = prefixes.get(random.nextInt(prefixes.size()));
            String key = prefix.toString();
            if (random.nextInt(step < 30_000 ? 4 : 2) == 0) {
                assertThat(rows.remove(key)).isEqualTo(wanted.remove(key) != null);
            } else {
                MapEntry entry = entries.entry(prefix, 1, step);
                put(rows, entry, 0);
                wanted.put(key, MapEntries.text(MapEntries.decision(entry)));
            }
            Decision<MapRecord> held = rows.get(key);
            assertThat(held == null ? null : MapEntries.text(held)).isEqualTo(wanted.get(key));
        }
        assertThat(rows.size()).isEqualTo(wanted.size()).isPositive();
        assertThat(all(rows)).isEqualTo(wanted);
        wanted.keySet().forEach(rows::remove);
        assertThat(rows.size()).isZero();
        assertThat(rows.tables().entries()).isZero();
    }

    @Test
    void whatWasNotMetInAReadIsNamed() {
        MapRows rows = rows();
        for (String prefix : List.of("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/48")) {
            put(rows, entries.entry(AddressPrefix.parse(prefix), 1, 1), 0);
        }
        put(rows, entries.entry(AddressPrefix.parse("203.0.113.0/24"), 1, 2), 1);
        rows.keep("2001:db8::/48", 1);
        rows.keep("10.0.0.0/8", 1);
        rows.keep("no prefix", 1);
        assertThat(rows.unmet(1)).containsExactlyInAnyOrder("192.0.2.0/24", "198.51.100.0/24");
    }

    @Test
    void aKeyThatIsWrittenOtherwiseIsAnother() {
        MapRows rows = rows();
        put(rows, entries.entry(AddressPrefix.parse("192.0.2.0/24"), 1, 1), 0);
        assertThat(rows.remove("192.0.02.0/24")).isFalse();
        assertThat(rows.get("::ffff:192.0.2.0/120")).isNull();
        assertThat(rows.get("192.0.2.0/24")).isNotNull();
    }

    @Test
    void moreThanMayBeAreCountedAndNotKept() {
        MapRows rows = new MapRows(2);
        put(rows, entries.entry(AddressPrefix.parse("192.0.2.0/24"), 1, 1), 0);
        put(rows, entries.entry(AddressPrefix.parse("198.51.100.0/24"), 1, 2), 0);
        put(rows, entries.entry(AddressPrefix.parse("203.0.113.0/24"), 1, 3), 0);
        put(rows, entries.entry(AddressPrefix.parse("192.0.2.0/24"), 1, 4), 0);
        assertThat(rows.entries()).isEqualTo(2);
        assertThat(rows.notKept().sum()).isEqualTo(1);
        assertThat(Objects.requireNonNull(rows.get("192.0.2.0/24")).counter()).isEqualTo(4);
        rows.remove("198.51.100.0/24");
        put(rows, entries.entry(AddressPrefix.parse("203.0.113.0/24"), 1, 5), 0);
        assertThat(rows.get("203.0.113.0/24")).isNotNull();
    }

    /** A job that tells all entries again, with nothing else than newer numbers, makes nobody build tables. */
    @Test
    void anEntryToldAgainWithTheSameChoicesChangesNoAnswer() {
        MapRows rows = rows();
        MapEntry entry = entries.entry(AddressPrefix.parse("192.0.2.0/24"), 1, 1);
        put(rows, entry, 0);
        assertThat(rows.changed()).isTrue();
        rows.tables();
        assertThat(rows.changed()).isFalse();
        entry.setVersion(new DecisionVersion(1L, 2L));
        put(rows, entry, 0);
        assertThat(rows.changed()).isFalse();
        assertThat(Objects.requireNonNull(rows.get("192.0.2.0/24")).counter()).isEqualTo(2);
        rows.remove("192.0.2.0/24");
        assertThat(rows.changed()).isTrue();
    }

    // ---- the snapshot

    /** Keeps what is written, as a file would. */
    private static final class Written implements TableStore.Snapshot {

        final List<RawRecord> records = new ArrayList<>();
        final List<ByteBuffer> rows = new ArrayList<>();

        @Override
        public void record(RawRecord record) {
            records.add(record);
        }

        @Override
        public void row(ByteBuffer row) {
            byte[] bytes = new byte[row.remaining()];
            row.get(bytes);
            rows.add(ByteBuffer.wrap(bytes));
        }

        Written of(MapRows rows) throws IOException {
            rows.save(this);
            return this;
        }
    }

    @Test
    void aSnapshotHoldsAllThatWasHeld() throws Exception {
        MapRows rows = rows();
        for (int i = 0; i < 10_000; i++) {
            put(rows, entries.entry(entries.prefix(), i, -i), 0);
        }
        GroupPrice price = GroupPrice.newBuilder()
                .setGroupId("group-1")
                .setVersion(new DecisionVersion(1L, 1L))
                .setIssuedAtMs(1)
                .setPolicyVersion(1)
                .setMapEpoch(1)
                .setPriceMs(3)
                .setCapacityBitsPerSecond(1)
                .setPlannedBitsPerSecond(1)
                .setLoadBitsPerSecond(1)
                .setState(GroupState.UP)
                .setShedFromShare(0.85)
                .build();
        RawRecord raw = new RawRecord("group-1", new byte[] {1, 2, 3}, 0, 9, 1);
        rows.put(raw, Objects.requireNonNull(MapRecord.reader().read("group-1", price)), 0);
        Written written = new Written().of(rows);
        assertThat(written.records).containsExactly(raw);
        rows.remove("group-1");

        MapRows again = rows();
        for (ByteBuffer row : written.rows) {
            again.restore(row);
        }
        assertThat(all(again)).isEqualTo(all(rows)).hasSizeGreaterThan(5_000);
        assertThat(again.changed()).isTrue();
    }

    @Test
    void aRowThatIsNoneIsToldInASentence() throws Exception {
        MapRows rows = rows();
        put(rows, entries.entry(AddressPrefix.parse("192.0.2.0/24"), 1, 1), 0);
        Written written = new Written().of(rows);
        ByteBuffer entry = written.rows.get(written.rows.size() - 1);
        assertThatThrownBy(() -> rows().restore(entry.duplicate()))
                .as("its groups were not told")
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no entry of the map");
        for (int length = 0; length < entry.limit(); length++) {
            MapRows fresh = rows();
            for (ByteBuffer row : written.rows.subList(0, written.rows.size() - 1)) {
                fresh.restore(row.duplicate());
            }
            ByteBuffer cut = entry.duplicate().limit(length);
            assertThatThrownBy(() -> fresh.restore(cut)).isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> rows().restore(ByteBuffer.wrap(new byte[] {9})))
                .hasMessageContaining("a row of kind 9");
    }

    // ---- memory

    /** Of entries whose choices are no others', with prices and tables; a million must fit into 200 MiB. */
    @Test
    void anEntryTakesLessThanTwoHundredBytes() {
        int count = 300_000;
        long before = usedBytes();
        MapRows rows = rows();
        MapEntries many = new MapEntries(11, 50);
        for (int i = 0; i < count; i++) {
            AddressPrefix prefix = new AddressPrefix(false, (i * 0x9E3779B1L & 0xFFFFFF) << 40, 24);
            put(rows, many.entry(prefix, 1, i), 0);
        }
        MapRows.Tables tables = rows.tables();
        long each = (usedBytes() - before) / count;
        assertThat(rows.entries()).as("it is there until now").isEqualTo(count);
        assertThat(tables.entries()).isEqualTo(count);
        assertThat(tables.choices()).hasSizeGreaterThan(count / 2);
        assertThat(each).isBetween(90L, 200L);
    }

    private static long usedBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
