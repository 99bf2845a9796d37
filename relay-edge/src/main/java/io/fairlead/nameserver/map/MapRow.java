package io.fairlead.nameserver.map;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.nio.ByteBuffer;
import java.util.List;

/** An entry of the map, kept small: there may be a million. Costs are kept in sixteenths of a millisecond, up to {@value #COST_MAX_MS} ms. Immutable. */
public final class MapRow implements MapRecord {

    /** Groups of an entry. */
    static final int CHOICES_MAX = 8;

    private static final double SHARES_ERROR = 0.01;

    private static final double STEPS_PER_MS = 16;
    private static final int COST_MAX_MS = 4_095;
    private static final List<MapEvidence> EVIDENCE = List.of(MapEvidence.values());

    /** Bytes of what is known of one choice: its cost, the error of that, and on what it stands. */
    private static final int CHOICE_BYTES = 5;

    private final boolean ipv6;
    private final byte length;
    private final long address;
    private final Choices choices;
    private final byte[] known;
    private final MapCohort cohort;
    private final long epoch;
    private final long evidenceAtMs;

    private MapRow(AddressPrefix prefix, MapEntry entry) {
        List<GroupChoice> told = entry.getChoices();
        this.ipv6 = prefix.ipv6();
        this.length = (byte) prefix.length();
        this.address = prefix.address();
        String[] groups = new String[told.size()];
        Double[] shares = new Double[told.size()];
        ByteBuffer facts = ByteBuffer.allocate(CHOICE_BYTES * told.size());
        for (int i = 0; i < groups.length; i++) {
            GroupChoice choice = told.get(i);
            groups[i] = choice.getGroupId();
            shares[i] = choice.getShare();
            facts.putShort(steps(choice.getCostMs()))
                    .putShort(steps(choice.getErrorMs()))
                    .put((byte) EVIDENCE.indexOf(choice.getEvidence()));
        }
        this.known = facts.array();
        this.choices = Choices.of(List.of(groups), List.of(shares));
        this.cohort = entry.getCohort();
        this.epoch = entry.getMapEpoch();
        this.evidenceAtMs = entry.getEvidenceAtMs();
    }

    private static short steps(double ms) {
        return (short) Math.round(Math.max(0, Math.min(COST_MAX_MS, ms)) * STEPS_PER_MS);
    }

    private double ms(int at) {
        return ((known[at] & 0xFF) << Byte.SIZE | (known[at + 1] & 0xFF)) / STEPS_PER_MS;
    }

    /**
     * Takes an entry in.
     *
     * @throws IllegalArgumentException with a sentence, if its choices are none
     */
    static MapRow of(AddressPrefix prefix, MapEntry entry) {
        int count = entry.getChoices().size();
        double shares = 0;
        boolean anyNegative = false;
        for (GroupChoice choice : entry.getChoices()) {
            shares += choice.getShare();
            anyNegative |= !(choice.getShare() >= 0);
        }
        if (count < 1 || count > CHOICES_MAX || anyNegative || !(Math.abs(shares - 1) < SHARES_ERROR)) {
            throw new IllegalArgumentException("the entry of " + prefix + " has " + count + " choices with shares of "
                    + shares + " but must have 1 to " + CHOICES_MAX + " with shares of 1 in all");
        }
        return new MapRow(prefix, entry);
    }

    AddressPrefix prefix() {
        return new AddressPrefix(ipv6, address, length);
    }

    Choices choices() {
        return choices;
    }

    double costMs(int choice) {
        return ms(CHOICE_BYTES * choice);
    }

    double errorMs(int choice) {
        return ms(CHOICE_BYTES * choice + 2);
    }

    MapEvidence evidence(int choice) {
        return EVIDENCE.get(known[CHOICE_BYTES * choice + 4]);
    }

    MapCohort cohort() {
        return cohort;
    }

    long epoch() {
        return epoch;
    }

    /** Newest observation behind it, ms since the Unix epoch; 0: none. */
    long evidenceAtMs() {
        return evidenceAtMs;
    }
}
