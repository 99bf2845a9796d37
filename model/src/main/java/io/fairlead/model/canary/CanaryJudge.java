package io.fairlead.model.canary;

import io.fairlead.model.canary.CanaryFinding.Arm;
import io.fairlead.model.canary.CanaryFinding.Change;
import io.fairlead.model.canary.CanaryFinding.Verdict;
import io.fairlead.model.policy.CanaryTerms;
import java.util.Collection;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Says whether the arm of a canary has become worse than the control, since it decides and against what both were before.
 *
 * <p>It is worse in one of two ways. With confidence: the interval, exits being what was drawn, lies wholly on the bad side, and the effect is at least
 * {@value #MATERIAL} of what is borne. Plainly: the effect is past what is borne, the tries' own noise can't explain it, and half of it is left without
 * any one of the arm's exits, so that one that breaks by itself takes no policy back. The second is for small fleets, where the first would hardly ever speak.
 */
public final class CanaryJudge {

    /** Effects under this share of what is borne are no reason, however sure. */
    static final double MATERIAL = 0.2;

    /** What must be left of what is borne without any one exit. */
    private static final double LEFT = 0.5;

    private CanaryJudge() {}

    /** Judges the arms as they are now. */
    public static CanaryFinding judge(CanaryTerms terms, Collection<ExitTally> canary, Collection<ExitTally> control) {
        double fall = terms.successFallMax();
        double rise = Math.log(terms.latencyRatioMax());
        Effect success = Effect.of(Measure.SUCCESS, canary, control, fall);
        Effect latency = Effect.of(Measure.LOG_FIRST_BYTE, canary, control, rise);
        String worse = worse(success, -1, fall, terms, canary);
        if (worse.isEmpty()) {
            worse = worse(latency, 1, rise, terms, canary);
        }
        Verdict verdict;
        String reason;
        if (!worse.isEmpty()) {
            verdict = Verdict.WORSE;
            reason = worse;
        } else if (success.tries() < terms.triesMin()) {
            verdict = Verdict.TOO_LITTLE;
            reason = tooLittle(success, terms);
        } else if (-success.estimate() + success.radiusOfTries() >= fall) {
            verdict = Verdict.OPEN;
            reason = "a fall of success by up to " + points(success.radiusOfTries() - success.estimate())
                    + " is not excluded; " + points(fall) + " are borne";
        } else if (latency.tries() >= terms.triesMin() && latency.estimate() + latency.radiusOfTries() >= rise) {
            verdict = Verdict.OPEN;
            reason = "a rise of the time to the first byte to "
                    + times(latency.estimate() + latency.radiusOfTries()) + " is not excluded; " + times(rise)
                    + " is borne";
        } else {
            verdict = Verdict.SOUND;
            reason = "success " + signedPoints(success.estimate()) + ", first byte " + times(latency.estimate())
                    + " against the others: within what is borne";
        }
        return new CanaryFinding(
                verdict,
                reason,
                arm(success.canary(), latency.canary()),
                arm(success.control(), latency.control()),
                change(success, DoubleUnaryOperator.identity()),
                change(latency, Math::exp));
    }

    /**
     * In words, why those that a canary does not decide are worse off since it decides; empty: they are not. For units that share what they live on, as pools share exits: what one arm takes from the other makes the difference of both look
     * well. What befalls all looks the same, and ends the canary, too: it can be tried again.
     */
    public static String othersLost(CanaryTerms terms, Collection<ExitTally> control) {
        String lost = lost(Measure.SUCCESS, -1, terms.successFallMax(), terms, control);
        return lost.isEmpty()
                ? lost(Measure.LOG_FIRST_BYTE, 1, Math.log(terms.latencyRatioMax()), terms, control)
                : lost;
    }

    private static String lost(
            Measure measure, int bad, double borne, CanaryTerms terms, Collection<ExitTally> control) {
        ArmChange arm = ArmChange.of(control, measure);
        double by = bad * arm.change();
        if (Math.min(arm.triesBefore(), arm.triesSince()) < terms.triesMin()
                || !(by >= borne)
                || !(by - AlwaysValid.radius(arm.varianceOfTries(), borne, Effect.ERROR) > 0)) {
            return "";
        }
        return switch (measure) {
                    case SUCCESS ->
                        "success of those that it does not decide fell by " + points(by) + ": " + percent(arm.before())
                                + " → " + percent(arm.since());
                    case LOG_FIRST_BYTE ->
                        "the time to the first byte of those that it does not decide rose to " + times(by) + ": "
                                + ms(arm.before()) + " → " + ms(arm.since());
                }
                + "; it may have taken from them what they lack";
    }

    /**
     * In words, why it is worse by this measure; empty: it is not.
     *
     * @param bad sign of what is worse
     * @param borne largest effect that is borne
     */
    private static String worse(Effect effect, int bad, double borne, CanaryTerms terms, Collection<ExitTally> canary) {
        double by = bad * effect.estimate();
        if (effect.tries() < terms.triesMin() || !(by >= MATERIAL * borne)) {
            return "";
        }
        boolean confident = by - effect.radius() > 0;
        boolean plain = by >= borne
                && by - effect.radiusOfTries() > 0
                && canary.stream().allMatch(exit -> bad * effect.estimateWithout(exit) >= LEFT * borne);
        if (!confident && !plain) {
            return "";
        }
        double sure = by - (confident ? effect.radius() : effect.radiusOfTries());
        String how = (confident ? "with confidence (at least " : "plainly (")
                + said(effect.measure(), sure)
                + (confident ? ")" : " at least by its tries, " + said(effect.measure(), borne) + " is borne)");
        return switch (effect.measure()) {
            case SUCCESS ->
                "success fell by " + points(by) + " against the others, " + how + ": "
                        + percent(effect.canary().before())
                        + " → " + percent(effect.canary().since()) + ", theirs "
                        + percent(effect.control().before()) + " → "
                        + percent(effect.control().since());
            case LOG_FIRST_BYTE ->
                "the time to the first byte rose to " + times(by) + " against the others, " + how + ": "
                        + ms(effect.canary().before()) + " → "
                        + ms(effect.canary().since()) + ", theirs "
                        + ms(effect.control().before()) + " → "
                        + ms(effect.control().since());
        };
    }

    private static String tooLittle(Effect success, CanaryTerms terms) {
        ArmChange canary = success.canary();
        ArmChange control = success.control();
        return String.format(
                Locale.ROOT,
                "%.0f tries in the canary's arm before and %.0f since, %.0f and %.0f in the other; %d are asked for of each",
                canary.triesBefore(),
                canary.triesSince(),
                control.triesBefore(),
                control.triesSince(),
                terms.triesMin());
    }

    private static Arm arm(ArmChange success, ArmChange latency) {
        return new Arm(
                success.exits(),
                (long) success.triesBefore(),
                (long) success.triesSince(),
                success.before(),
                success.since(),
                Math.exp(latency.before()),
                Math.exp(latency.since()));
    }

    private static Change change(Effect effect, DoubleUnaryOperator scale) {
        return new Change(
                scale.applyAsDouble(effect.estimate()),
                scale.applyAsDouble(effect.estimate() - effect.radius()),
                scale.applyAsDouble(effect.estimate() + effect.radius()));
    }

    private static String said(Measure measure, double effect) {
        return measure == Measure.SUCCESS ? points(effect) : times(effect);
    }

    private static String points(double share) {
        return String.format(Locale.ROOT, "%.1f points", share * 100);
    }

    private static String signedPoints(double share) {
        return String.format(Locale.ROOT, "%+.1f points", share * 100);
    }

    private static String times(double log) {
        return Double.isNaN(log) ? "not measured" : String.format(Locale.ROOT, "%.2f times", Math.exp(log));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    private static String ms(double log) {
        return String.format(Locale.ROOT, "%.0f ms", Math.exp(log));
    }
}
