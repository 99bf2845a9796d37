package io.fairlead.relay;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.relay.client.ClientSettings;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a relay client as an edge.
 *
 * @param client what makes the relay client itself
 * @param adminAddress of health and metrics
 * @param groupId delivery group that it serves viewers for; empty: none
 * @param announced where viewers reach it, http://HOST:PORT or https://HOST[:PORT], as its reports say it; empty: where it listens
 * @param certificate by which relay servers know it
 * @param viewerCertificate of the TLS for viewers; null: none speaks it
 * @param kit what all edges share; null: there is no Kafka
 */
public record RelayClientEdgeSettings(
        ClientSettings client,
        InetSocketAddress adminAddress,
        String groupId,
        String announced,
        RelayCertificate certificate,
        @Nullable RelayCertificate viewerCertificate,
        @Nullable EdgeKitSettings kit) {

    /** Kind that its reports say. */
    public static final String KIND = "relay-client";
}
