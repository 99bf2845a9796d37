package io.fairlead.proxy.targeting;

import io.fairlead.proxy.exit.Location;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks of the exit.
 *
 * @param pool name of the pool; empty: the tenant's default
 * @param where it is to be
 * @param session null: any exit for each request
 */
public record Targeting(
        String pool, Location where, @Nullable Session session) {

    /** Nothing asked for. */
    public static final Targeting NONE = new Targeting("", Location.ANYWHERE, null);

    /**
     * The same exit for all requests of one name.
     *
     * @param name chosen by the user
     * @param ttlSeconds from its first request on
     * @param hard rather fail than use another exit, once one has served
     */
    public record Session(String name, int ttlSeconds, boolean hard) {

        public static final int DEFAULT_TTL_SECONDS = 600;
    }
}
