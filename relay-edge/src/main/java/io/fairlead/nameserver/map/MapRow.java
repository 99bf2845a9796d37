package io.fairlead.nameserver.map;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.util.List;

/** An entry of the map, kept small: there may be a million. Immutable. */
public final class MapRow implements MapRecord {

    /** Groups of an entry. */
    static final int CHOICES_MAX = 8;

    private static final double SHARES_ERROR = 0.01;

    private final AddressPrefix prefix;
    private final Choices choices;
    private final float[] costMs;
    private final float[] errorMs;
    private final MapEvidence[] evidence;
    private final MapCohort cohort;
    private final long epoch;
    private final long evidenceAtMs;

    private MapRow(AddressPrefix prefix, MapEntry entry) {
        List<GroupChoice> told = entry.getChoices();
        this.prefix = prefix;
        this.choices = Choices.of(
                told.stream().map(GroupChoice::getGroupId).toList(),
                told.stream().map(GroupChoice::getShare).toList());
        this.costMs = new float[told.size()];
        this.errorMs = new float[told.size()];
        this.evidence = new MapEvidence[told.size()];
        for (int i = 0; i < told.size(); i++) {
            costMs[i] = (float) told.get(i).getCostMs();
            errorMs[i] = (float) told.get(i).getErrorMs();
            evidence[i] = told.get(i).getEvidence();
        }
        this.cohort = entry.getCohort();
        this.epoch = entry.getMapEpoch();
        this.evidenceAtMs = entry.getEvidenceAtMs();
    }

    /**
     * Takes an entry in.
     *
     * @throws IllegalArgumentException with a sentence, if its choices are none
     */
    static MapRow of(AddressPrefix prefix, MapEntry entry) {
        int count = entry.getChoices().size();
        double shares =
                entry.getChoices().stream().mapToDouble(GroupChoice::getShare).sum();
        boolean anyNegative = entry.getChoices().stream().anyMatch(choice -> !(choice.getShare() >= 0));
        if (count < 1 || count > CHOICES_MAX || anyNegative || !(Math.abs(shares - 1) < SHARES_ERROR)) {
            throw new IllegalArgumentException("the entry of " + prefix + " has " + count + " choices with shares of "
                    + shares + " but must have 1 to " + CHOICES_MAX + " with shares of 1 in all");
        }
        return new MapRow(prefix, entry);
    }

    AddressPrefix prefix() {
        return prefix;
    }

    Choices choices() {
        return choices;
    }

    double costMs(int choice) {
        return costMs[choice];
    }

    double errorMs(int choice) {
        return errorMs[choice];
    }

    MapEvidence evidence(int choice) {
        return evidence[choice];
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
