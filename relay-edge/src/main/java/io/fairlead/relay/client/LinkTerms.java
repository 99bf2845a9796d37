package io.fairlead.relay.client;

import io.fairlead.edge.link.WindowBudget;
import io.fairlead.relay.link.LongLinkCounters;
import io.fairlead.relay.link.LongLinkSettings;
import io.netty.handler.ssl.SslContext;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What all links of a relay client share.
 *
 * @param id the relay client's identifier, as in its certificate
 * @param tls as {@link io.fairlead.edge.link.MutualTls#dialling}; asked for each link that is dialled
 * @param random safe for use by several threads
 */
record LinkTerms(
        String id,
        Supplier<SslContext> tls,
        LongLinkSettings settings,
        LongLinkCounters counters,
        WindowBudget budget,
        LongSupplier nanoClock,
        RandomGenerator random) {}
