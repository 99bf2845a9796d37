package io.fairlead.proxy.targeting;

/**
 * What a user asks of the exit.
 *
 * @param pool name of the pool; empty: the tenant's default
 */
public record Targeting(String pool) {

    /** Nothing asked for. */
    public static final Targeting NONE = new Targeting("");
}
