package io.fairlead.nameserver.map;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * An entry of the map, as {@link MapRows} keeps it. Immutable.
 *
 * @param known what is known of each choice, {@value #CHOICE_BYTES} bytes: its cost and the error of that in sixteenths of a millisecond, up to
 *     {@value #COST_MAX_MS} ms, and on what it stands; not to be changed
 * @param epoch of the map
 * @param evidenceAtMs newest observation behind it, ms since the Unix epoch; 0: none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record MapRow(AddressPrefix prefix, Choices choices, byte[] known, MapCohort cohort, long epoch, long evidenceAtMs)
        implements MapRecord {

    /** Bytes of what is known of one choice. */
    static final int CHOICE_BYTES = 5;

    private static final double SHARES_ERROR = 0.01;
    private static final double STEPS_PER_MS = 16;
    private static final int COST_MAX_MS = 4_095;
    private static final List<MapEvidence> EVIDENCE = List.of(MapEvidence.values());

    /**
     * Takes an entry in.
     *
     * @throws IllegalArgumentException with a sentence, if its choices are none
     */
    static MapRow of(AddressPrefix prefix, MapEntry entry) {
        Builder row = new Builder();
        for (GroupChoice choice : entry.getChoices()) {
            row.choice(
                    GroupIds.number(choice.getGroupId()),
                    choice.getShare(),
                    choice.getCostMs(),
                    choice.getErrorMs(),
                    EVIDENCE.indexOf(choice.getEvidence()));
        }
        return row.build(prefix, entry.getCohort(), entry.getMapEpoch(), entry.getEvidenceAtMs());
    }

    /** Gathers the choices of one entry after the other. */
    static final class Builder {

        private final int[] groups = new int[Choices.MOST];
        private final double[] shares = new double[Choices.MOST];
        private final byte[] known = new byte[Choices.MOST * CHOICE_BYTES];
        private int count;
        private double sum;
        private boolean anyNegative;

        /**
         * @param group its number
         * @param evidence place in {@link MapEvidence}
         */
        void choice(int group, double share, double costMs, double errorMs, int evidence) {
            if (count < Choices.MOST) {
                int at = count * CHOICE_BYTES;
                put(at, steps(costMs));
                put(at + 2, steps(errorMs));
                known[at + 4] = (byte) evidence;
            }
            choice(group, share);
        }

        /**
         * The same, of a row that was kept.
         *
         * @throws IllegalArgumentException if it stands on nothing that is known
         */
        void choice(int group, double share, ByteBuffer row, int knownAt) {
            if (count < Choices.MOST) {
                row.get(knownAt, known, count * CHOICE_BYTES, CHOICE_BYTES);
                int evidence = known[count * CHOICE_BYTES + 4];
                if (evidence < 0 || evidence >= EVIDENCE.size()) {
                    throw new IllegalArgumentException("evidence is of a kind from 0 to " + (EVIDENCE.size() - 1)
                            + ", but one of an entry is " + evidence);
                }
            }
            choice(group, share);
        }

        private void choice(int group, double share) {
            if (count < Choices.MOST) {
                groups[count] = group;
                shares[count] = share;
            }
            sum += share;
            anyNegative |= !(share >= 0);
            count++;
        }

        /** Forgets what was gathered of an entry that is none. */
        void clear() {
            count = 0;
            sum = 0;
            anyNegative = false;
        }

        private void put(int at, int steps) {
            known[at] = (byte) (steps >>> Byte.SIZE);
            known[at + 1] = (byte) steps;
        }

        private static int steps(double ms) {
            return (int) Math.round(Math.max(0, Math.min(COST_MAX_MS, ms)) * STEPS_PER_MS);
        }

        /**
         * Ends the entry, and is ready for another.
         *
         * @throws IllegalArgumentException with a sentence, if its choices are none
         */
        MapRow build(AddressPrefix prefix, MapCohort cohort, long epoch, long evidenceAtMs) {
            int given = count;
            double shared = sum;
            boolean valid = given >= 1 && given <= Choices.MOST && !anyNegative && Math.abs(shared - 1) < SHARES_ERROR;
            clear();
            if (!valid) {
                throw new IllegalArgumentException("the entry of " + prefix + " has " + given
                        + " choices with shares of " + shared + " but must have 1 to " + Choices.MOST
                        + " with shares of 1 in all");
            }
            return new MapRow(
                    prefix,
                    new Choices(groups, shares, given),
                    Arrays.copyOf(known, given * CHOICE_BYTES),
                    cohort,
                    epoch,
                    evidenceAtMs);
        }
    }

    private double ms(int at) {
        return ((known[at] & 0xFF) << Byte.SIZE | (known[at + 1] & 0xFF)) / STEPS_PER_MS;
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
}
