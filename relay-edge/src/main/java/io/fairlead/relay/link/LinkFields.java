package io.fairlead.relay.link;

/** Fields of heads on the long link, beside those of HTTP. */
public final class LinkFields {

    /** In requests: the relay client's identifier, which must be the one in its certificate. */
    public static final String RELAY = "fairlead-relay";

    /** In requests: the address that the viewer comes from, as the relay client sees it. */
    public static final String VIEWER_ADDRESS = "fairlead-viewer-address";

    /**
     * In requests, to media servers too: the key frame that the asker had last ({@link io.fairlead.relay.flv.KeyFrameMark}), from which on it wants
     * everything. Who does not know the field, or the key frame, begins as always.
     */
    public static final String AFTER = "fairlead-after";

    /** In answers: what the request is for its relay client. */
    public static final String ROLE = "fairlead-role";

    /** In answers: the leg whose media the stream carries, or would carry. */
    public static final String LEG = "fairlead-leg";

    /** In answers: the edge id of the relay server; empty where it has none. */
    public static final String SERVER = "fairlead-relay-server";

    private LinkFields() {}
}
