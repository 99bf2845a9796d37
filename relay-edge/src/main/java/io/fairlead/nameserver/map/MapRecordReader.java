package io.fairlead.nameserver.map;

import io.fairlead.edge.table.Decision;
import io.fairlead.edge.table.DecisionReader;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.decisions.MapState;
import io.fairlead.schemas.groups.GroupRecords;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads the topic of the map. Entries of the schema whose fingerprint is {@link #FINGERPRINT}, which this version's job writes, are read from their bytes by themselves: in a
 * third of the time of making Avro's objects for eight groups, and a name server reads a million at its start. All else is left to Avro, so that a schema that changes
 * costs time but no entry.
 */
final class MapRecordReader implements DecisionReader<MapRecord> {

    /** Of the schema whose fields {@link #entry} reads in their order. */
    static final long FINGERPRINT = 0x641A4BDA2D805C98L;

    private static final int HEADER_BYTES = 10;
    private static final List<MapCohort> COHORTS = List.of(MapCohort.values());
    private static final int KINDS_OF_EVIDENCE = MapEvidence.values().length;

    private final MapRow.Builder row = new MapRow.Builder();
    private final AvroBytes bytes = new AvroBytes();

    /** Ids of groups by a hash of their bytes, so that none has to be made again, and their numbers. */
    private final @Nullable String[] groups = new String[256];

    private final int[] numbers = new int[groups.length];

    @Override
    public @Nullable Decision<MapRecord> read(String key, SpecificRecord record) {
        if (record instanceof MapEntry entry) {
            MapRow read = row(key, entry);
            return read == null ? null : decision(read, entry.getVersion(), entry.getIssuedAtMs(), 0);
        }
        if (record instanceof GroupPrice price && key.equals(price.getGroupId()) && GroupRecords.isId(key)) {
            return decision(
                    new MapRecord.Price(price),
                    price.getVersion(),
                    price.getIssuedAtMs(),
                    price.getTriggerObservedAtMs());
        }
        return record instanceof MapState state && key.equals(MapRecord.STATE_KEY)
                ? decision(new MapRecord.State(state), state.getVersion(), state.getIssuedAtMs(), 0)
                : null;
    }

    private static Decision<MapRecord> decision(
            MapRecord value, DecisionVersion version, long issuedAtMs, long observedAtMs) {
        return new Decision<>(value, version.getJobEpoch(), version.getCounter(), issuedAtMs, observedAtMs);
    }

    private static @Nullable MapRow row(String key, MapEntry entry) {
        AddressPrefix prefix = key.equals(entry.getPrefix()) ? MapRecord.prefix(key) : null;
        try {
            return prefix == null ? null : MapRow.of(prefix, entry);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    // ---- from the bytes

    @Override
    public @Nullable Decision<MapRecord> readQuickly(String key, byte[] value) {
        AddressPrefix prefix = isEntry(value) ? MapRecord.prefix(key) : null;
        if (prefix == null) {
            return null;
        }
        try {
            return entry(key, prefix, value);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return null; // Avro's reader says what is wrong with it
        }
    }

    private static boolean isEntry(byte[] value) {
        if (value.length < HEADER_BYTES || value[0] != (byte) 0xC3 || value[1] != 1) {
            return false;
        }
        long fingerprint = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            fingerprint |= (value[2 + i] & 0xFFL) << (Byte.SIZE * i);
        }
        return fingerprint == FINGERPRINT;
    }

    private @Nullable Decision<MapRecord> entry(String key, AddressPrefix prefix, byte[] value) {
        bytes.set(value, HEADER_BYTES);
        row.clear();
        int keyBytes = bytes.length();
        if (!matches(key, value, bytes.skip(keyBytes), keyBytes)) {
            return null;
        }
        long jobEpoch = bytes.number();
        long counter = bytes.number();
        long issuedAtMs = bytes.number();
        bytes.number(); // of the policy
        long epoch = bytes.number();
        for (long block = bytes.number(); block != 0; block = bytes.number()) {
            if (block < 0) {
                bytes.number(); // how many bytes they take
            }
            for (long i = Math.abs(block); i > 0; i--) {
                choice(value);
            }
        }
        long evidenceAtMs = bytes.number();
        bytes.real(); // its demand
        MapCohort cohort = COHORTS.get(bytes.place(COHORTS.size()));
        return bytes.atEnd()
                ? new Decision<>(row.build(prefix, cohort, epoch, evidenceAtMs), jobEpoch, counter, issuedAtMs, 0)
                : null;
    }

    private void choice(byte[] value) {
        int length = bytes.length();
        int group = group(value, bytes.skip(length), length);
        double share = bytes.real();
        double costMs = bytes.real();
        double errorMs = bytes.real();
        row.choice(group, share, costMs, errorMs, bytes.place(KINDS_OF_EVIDENCE));
    }

    private int group(byte[] value, int from, int length) {
        int hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + value[i];
        }
        int slot = (hash ^ hash >>> 8) & groups.length - 1;
        String known = groups[slot];
        if (known == null || !matches(known, value, from, length)) {
            String id = new String(value, from, length, StandardCharsets.UTF_8);
            numbers[slot] = GroupIds.number(id);
            groups[slot] = id;
        }
        return numbers[slot];
    }

    /** Whether a text is these bytes; of one beyond ASCII it is not known, and told as not. */
    private static boolean matches(String text, byte[] value, int from, int length) {
        if (text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != value[from + i]) {
                return false;
            }
        }
        return true;
    }
}
