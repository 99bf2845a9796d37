package io.fairlead.proxy.attempt;

import io.fairlead.proxy.exit.Target;
import io.fairlead.schemas.telemetry.ClientProtocol;

/**
 * What a request is about.
 *
 * @param tenant who asks
 * @param pool the exit must belong to it; empty if it could not be told
 * @param target where it leads
 * @param protocol how it was asked
 * @param arrivedNanos when its head was whole, by the nano clock
 */
public record RequestTerms(String tenant, String pool, Target target, ClientProtocol protocol, long arrivedNanos) {}
