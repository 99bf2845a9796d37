package io.fairlead.model.canary;

import java.util.Collection;

/**
 * What a canary has changed: the change of its arm less that of the control (difference in differences: what arms were unlike in before, and what
 * befell both, is none of it).
 *
 * @param canary the arm that it decides
 * @param control the others
 * @param estimate of the effect; NaN: an arm has no tries
 * @param radius half the width of its interval, exits being what was drawn; may be looked at at any time
 * @param radiusOfTries the same as far as the tries alone go: what these very exits did was no chance, whatever others would have done
 */
record Effect(
        Measure measure, ArmChange canary, ArmChange control, double estimate, double radius, double radiusOfTries) {

    /** Probability that the interval ever misses the truth. */
    static final double ERROR = 0.05;

    /** @param size of effects that matter */
    static Effect of(Measure measure, Collection<ExitTally> canary, Collection<ExitTally> control, double size) {
        ArmChange one = ArmChange.of(canary, measure);
        ArmChange other = ArmChange.of(control, measure);
        return new Effect(
                measure,
                one,
                other,
                one.change() - other.change(),
                AlwaysValid.radius(one.varianceOfExits() + other.varianceOfExits(), size, ERROR),
                AlwaysValid.radius(one.varianceOfTries() + other.varianceOfTries(), size, ERROR));
    }

    /** Least tries that any of its four means stands on. */
    double tries() {
        return Math.min(
                Math.min(canary.triesBefore(), canary.triesSince()),
                Math.min(control.triesBefore(), control.triesSince()));
    }

    /** The effect if one exit of the canary's arm had not been. */
    double estimateWithout(ExitTally exit) {
        return canary.changeWithout(exit, measure) - control.change();
    }
}
