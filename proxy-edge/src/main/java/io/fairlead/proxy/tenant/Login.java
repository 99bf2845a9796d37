package io.fairlead.proxy.tenant;

/** What became of somebody's credentials. */
public sealed interface Login {

    /**
     * They are right.
     *
     * @param tenant whose they are
     * @param asked what the user name says behind the tenant, see {@link io.fairlead.proxy.targeting.TargetingGrammar}
     */
    record Admitted(TenantRules tenant, String asked) implements Login {}

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
