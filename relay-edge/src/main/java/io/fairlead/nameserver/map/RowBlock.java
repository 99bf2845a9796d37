package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.MapCohort;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@value #ROWS} entries of the map in columns, 90 bytes each: the headers of objects would take as much again. A place without choices is free. Guarded by
 * {@link MapRows}.
 */
final class RowBlock {

    static final int ROWS = 4_096;

    private static final int KNOWN_BYTES = Choices.MOST * MapRow.CHOICE_BYTES;
    private static final int IPV6 = 0x80;
    private static final List<MapCohort> COHORTS = List.of(MapCohort.values());

    private final long[] addresses = new long[ROWS];

    /** Length of each prefix, with {@link #IPV6}. */
    private final byte[] lengths = new byte[ROWS];

    private final @Nullable Choices[] choices = new Choices[ROWS];
    private final byte[] known = new byte[ROWS * KNOWN_BYTES];
    private final byte[] cohorts = new byte[ROWS];
    private final long[] epochs = new long[ROWS];
    private final long[] evidenceAtMs = new long[ROWS];
    private final long[] jobEpochs = new long[ROWS];
    private final long[] counters = new long[ROWS];
    private final int[] generations = new int[ROWS];

    boolean holds(int row, AddressPrefix prefix) {
        return addresses[row] == prefix.address() && lengths[row] == length(prefix);
    }

    private static byte length(AddressPrefix prefix) {
        return (byte) (prefix.length() | (prefix.ipv6() ? IPV6 : 0));
    }

    boolean ipv6(int row) {
        return (lengths[row] & IPV6) != 0;
    }

    int prefixLength(int row) {
        return lengths[row] & (IPV6 - 1);
    }

    long address(int row) {
        return addresses[row];
    }

    AddressPrefix prefix(int row) {
        return new AddressPrefix(ipv6(row), addresses[row], prefixLength(row));
    }

    /** Null: the place is free. */
    @Nullable
    Choices choices(int row) {
        return choices[row];
    }

    /** Takes an equal object for the one that is there. */
    void choices(int row, Choices same) {
        choices[row] = same;
    }

    int generation(int row) {
        return generations[row];
    }

    void generation(int row, int generation) {
        generations[row] = generation;
    }

    /** @param held choices that are the entry's, or equal to them and held already */
    void put(int row, MapRow entry, Choices held, long jobEpoch, long counter, int generation) {
        addresses[row] = entry.prefix().address();
        lengths[row] = length(entry.prefix());
        choices[row] = held;
        System.arraycopy(entry.known(), 0, known, row * KNOWN_BYTES, entry.known().length);
        cohorts[row] = (byte) COHORTS.indexOf(entry.cohort());
        epochs[row] = entry.epoch();
        evidenceAtMs[row] = entry.evidenceAtMs();
        jobEpochs[row] = jobEpoch;
        counters[row] = counter;
        generations[row] = generation;
    }

    void free(int row) {
        choices[row] = null;
    }

    /** What is in a place that is not free; when it was issued is not kept. */
    Decision<MapRecord> decision(int row, Choices held) {
        int knownAt = row * KNOWN_BYTES;
        MapRow entry = new MapRow(
                prefix(row),
                held,
                Arrays.copyOfRange(known, knownAt, knownAt + held.size() * MapRow.CHOICE_BYTES),
                COHORTS.get(cohorts[row]),
                epochs[row],
                evidenceAtMs[row]);
        return new Decision<>(entry, jobEpochs[row], counters[row], 0, 0);
    }
}
