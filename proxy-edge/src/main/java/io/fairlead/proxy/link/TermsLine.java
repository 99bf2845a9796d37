package io.fairlead.proxy.link;

import io.fairlead.proxy.exit.Hours;
import io.fairlead.proxy.exit.OperatorTerms;
import org.jspecify.annotations.Nullable;

/**
 * What a supernode tells an agent of its operator's terms: all of them, in the place of what it told before. JSON in a field of the
 * head of a stream of its own, which the agent answers.
 *
 * @param activeHours as {@link Hours#parse}; empty: always
 */
record TermsLine(
        boolean restWhileOwnerActive,
        int minBatteryPercent,
        @Nullable String activeHours) {

    static TermsLine of(OperatorTerms terms) {
        Hours hours = terms.activeHours();
        return new TermsLine(
                terms.restWhileOwnerActive(), terms.minBatteryPercent(), hours == null ? "" : hours.toString());
    }

    /** @throws IllegalArgumentException that says what can't be obeyed */
    OperatorTerms terms() {
        return OperatorTerms.of(restWhileOwnerActive, minBatteryPercent, activeHours == null ? "" : activeHours);
    }
}
