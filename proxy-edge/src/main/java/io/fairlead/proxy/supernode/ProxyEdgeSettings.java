package io.fairlead.proxy.supernode;

import io.fairlead.edge.EdgeKitSettings;
import io.fairlead.proxy.accesslog.AccessLogSettings;
import io.fairlead.proxy.pick.PickSettings;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a proxy edge.
 *
 * @param supernode users, exits and what lies between
 * @param kit telemetry, tables and admin; its edge id is the supernode's
 * @param picks how exits are chosen
 * @param accessLog null: there is none
 */
public record ProxyEdgeSettings(
        SupernodeSettings supernode,
        EdgeKitSettings kit,
        PickSettings picks,
        @Nullable AccessLogSettings accessLog) {

    /** Without an access log. */
    public ProxyEdgeSettings(SupernodeSettings supernode, EdgeKitSettings kit, PickSettings picks) {
        this(supernode, kit, picks, null);
    }

    public ProxyEdgeSettings {
        if (!supernode.edgeId().equals(kit.edgeId())) {
            throw new IllegalArgumentException("the supernode is called '" + supernode.edgeId() + "', its edge kit '"
                    + kit.edgeId() + "'; they are one edge and need one name");
        }
    }
}
