package io.fairlead.nameserver.server;

import io.fairlead.nameserver.zone.Zones;

/** What is answered with; each part is replaced as a whole. Set by any thread, read by the event loops. */
public final class Served {

    private volatile Zones zones;
    private volatile Steering steering;

    public Served(Zones zones, Steering steering) {
        this.zones = zones;
        this.steering = steering;
    }

    Zones zones() {
        return zones;
    }

    Steering steering() {
        return steering;
    }

    /** Answers with other zones from now on. */
    public void zones(Zones others) {
        zones = others;
    }

    /** Steers otherwise from now on. */
    public void steering(Steering other) {
        steering = other;
    }
}
