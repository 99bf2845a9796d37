package io.fairlead.proxy.tenant;

import io.fairlead.proxy.targeting.Claim;

/** What became of somebody's credentials. */
public sealed interface Login {

    /**
     * They are right.
     *
     * @param tenant whose they are
     * @param asked for, beside it
     */
    record Admitted(TenantRules tenant, Claim.Asked asked) implements Login {}

    /** There are none, or they are wrong. Which of them is wrong is never told. */
    record Denied() implements Login {}

    /**
     * Too many wrong ones came from the same source: these were not looked at.
     *
     * @param waitSeconds when to try again
     */
    record BackedOff(int waitSeconds) implements Login {}

    /** Too many wait to be verified. */
    record Overloaded() implements Login {}
}
