package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.schemas.config.ExitOverride;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fairlead exits terms}. */
@Command(
        name = "terms",
        description =
                "Say when an exit may serve, beside what its owner says: the stricter counts. What is not named stays as it is.")
final class ExitsTermsCommand extends ExitsCommand.OnExit {

    @Option(
            names = "--rest-while-owner-active",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            description = "Only while the owner does not use the device, as far as its agent can tell.")
    private @Nullable Boolean restWhileOwnerActive;

    @Option(names = "--min-battery", paramLabel = "PERCENT", description = "On battery only from this on; 0: always.")
    private @Nullable Integer minBatteryPercent;

    @Option(
            names = "--active-hours",
            paramLabel = "HOURS",
            description = "Only in these hours, by the clock of a place: \"22:00-06:00 Europe/Berlin\"; empty: always.")
    private @Nullable String activeHours;

    @Option(names = "--clear", description = "Take back what was said before.")
    private boolean clear;

    private OperatorTerms result = OperatorTerms.NONE;

    /** When an exit may serve by a record, for people; empty: always. */
    static String inWords(ExitOverride exit) {
        try {
            OperatorTerms terms = OperatorTerms.of(exit);
            return terms.equals(OperatorTerms.NONE) ? "" : terms.toString();
        } catch (IllegalArgumentException e) {
            return "by terms that no edge takes, so the former ones go on: " + e.getMessage();
        }
    }

    @Override
    ExitOverride.Builder change(ExitOverride.Builder exit) {
        if (!clear && restWhileOwnerActive == null && minBatteryPercent == null && activeHours == null) {
            throw new UserError(
                    "Nothing is said; name --rest-while-owner-active, --min-battery, --active-hours" + " or --clear.");
        }
        if (clear) {
            exit.setRestWhileOwnerActive(false).setMinBatteryPercent(0).setActiveHours("");
        }
        if (restWhileOwnerActive != null) {
            exit.setRestWhileOwnerActive(restWhileOwnerActive);
        }
        if (minBatteryPercent != null) {
            exit.setMinBatteryPercent(minBatteryPercent);
        }
        if (activeHours != null) {
            exit.setActiveHours(activeHours.strip());
        }
        try {
            result = OperatorTerms.of(
                    exit.getRestWhileOwnerActive(), exit.getMinBatteryPercent(), exit.getActiveHours());
        } catch (IllegalArgumentException e) {
            throw new UserError("Such terms are not taken: " + e.getMessage() + ".", e);
        }
        return exit;
    }

    @Override
    boolean needsRecord() {
        return clear && restWhileOwnerActive == null && minBatteryPercent == null && activeHours == null;
    }

    @Override
    String nothingSaid() {
        return "it has no terms.";
    }

    @Override
    String done() {
        return "may serve " + result + (result.equals(OperatorTerms.NONE) ? "" : ", where its owner lets it") + ".";
    }
}
