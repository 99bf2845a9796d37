package io.fairlead.relay.server;

import io.fairlead.relay.room.Experience;
import io.fairlead.relay.room.Room;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Has each viewer of an edge watched, and gives them numbers. */
final class ViewerDesk {

    private final Reports reports;
    private final LongSupplier nanoClock;
    private final AtomicLong viewers = new AtomicLong();

    ViewerDesk(Reports reports, LongSupplier nanoClock) {
        this.reports = reports;
        this.nanoClock = nanoClock;
    }

    ViewerAccount account() {
        return new ViewerAccount(nanoClock.getAsLong());
    }

    /** A viewer is about to join. On its loop. */
    void watch(WatchRequest request, ViewerProtocol protocol, Experience viewer, Room room) {
        if (!reports.silent()) {
            new ViewerWatch(reports, nanoClock, viewers.incrementAndGet(), request, protocol, viewer, room.story())
                    .start();
        }
    }
}
