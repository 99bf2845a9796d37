package io.fairlead.proxy.attempt;

import io.fairlead.proxy.destination.DestinationRules;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.lease.Lease;
import io.fairlead.proxy.tenant.TenantTraffic;
import io.fairlead.schemas.telemetry.ClientProtocol;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a request is about.
 *
 * @param tenant who asks
 * @param pool the exit must belong to it; empty if it could not be told
 * @param where the exit is to be
 * @param lease of the session that it belongs to; null: of none
 * @param target where it leads
 * @param destinations where the tenant's requests may lead
 * @param protocol how it was asked
 * @param client the address it came from
 * @param traffic whose bytes they are
 * @param arrivedNanos when its head was whole, by the nano clock
 */
public record RequestTerms(
        String tenant,
        String pool,
        Location where,
        @Nullable Lease lease,
        Target target,
        DestinationRules destinations,
        ClientProtocol protocol,
        InetAddress client,
        TenantTraffic traffic,
        long arrivedNanos) {}
