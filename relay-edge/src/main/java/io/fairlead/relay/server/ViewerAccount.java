package io.fairlead.relay.server;

import io.fairlead.schemas.telemetry.ViewerRole;
import java.util.concurrent.atomic.AtomicInteger;

/** What is noted of a viewer from its request on, wherever that is known. Any thread. */
public final class ViewerAccount {

    private final long askedNs;
    private final AtomicInteger renewals = new AtomicInteger();
    private volatile ViewerRole role = ViewerRole.NONE;

    /** @param askedNs when the request came, ns of the edge's clock */
    public ViewerAccount(long askedNs) {
        this.askedNs = askedNs;
    }

    long askedNs() {
        return askedNs;
    }

    /** Its stream on the long link is this. */
    public void role(ViewerRole of) {
        role = of;
    }

    ViewerRole role() {
        return role;
    }

    /** Its stream on the long link is asked for again. */
    public void renewed() {
        renewals.incrementAndGet();
    }

    int takeRenewals() {
        return renewals.getAndSet(0);
    }
}
