package io.fairlead.proxy.tenant;

import io.fairlead.proxy.targeting.Claim;
import java.net.InetAddress;

/** What became of somebody's credentials. */
public sealed interface Login {

    /**
     * They are right.
     *
     * @param tenant whose they are
     * @param asked for, beside it
     * @param source the address they came from
     * @param proof what let them in: when that does not hold any more, what is open ends
     */
    record Admitted(TenantRules tenant, Claim.Asked asked, InetAddress source, Proof proof) implements Login {}

    /** What a log-in stands on. */
    sealed interface Proof {}

    /** A secret, by the hash that it matched. */
    record BySecret(String hash) implements Proof {}

    /** The address it came from. */
    record ByAddress(InetAddress source) implements Proof {}

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
