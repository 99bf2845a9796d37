package io.fairlead.lab.simulate.rooms;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.leg.Leg;
import io.fairlead.relay.leg.Role;
import io.fairlead.relay.leg.Seat;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Container;
import io.fairlead.relay.room.Framing;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.Viewer;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** A viewer's stream on the long link. */
final class LinkStream implements Seat {

    private final LegRun run;
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Screen screen;
    private Runnable leave = () -> {};
    private boolean admitted;
    private boolean over;
    private @Nullable Viewer viewer;

    LinkStream(LegRun run) {
        this.run = run;
        this.screen = new Screen(run.allocator, run.promises);
        channel.config().setAllocator(run.allocator);
    }

    void enter(Leg leg) {
        leave = leg.enter(this, "");
    }

    EmbeddedChannel channel() {
        return channel;
    }

    boolean watches() {
        return admitted && !over;
    }

    boolean carries() {
        return viewer != null && !over;
    }

    boolean isOver() {
        return over;
    }

    void look() {
        screen.look(channel);
    }

    void leave() {
        leave.run();
        close();
    }

    @Override
    public void admitted(Role role, String leg) {
        admitted = true;
    }

    @Override
    public void refused(HttpResponseStatus status, String sentence) {
        run.promises.hold(viewer == null, "a stream that carries is refused: %s", sentence);
        close();
    }

    @Override
    public void carry(Room room, long after) {
        Viewer carrying =
                new Viewer(channel, Framing.STREAM, Container.FLV, run.settings, run.roomCounters, run::nowNs);
        carrying.succeed(after);
        viewer = carrying;
        room.join(carrying);
    }

    @Override
    public @Nullable KeyFrameMark had() {
        return null;
    }

    @Override
    public long carriedTo() {
        Viewer carrying = viewer;
        return carrying == null ? -1 : carrying.writtenTo();
    }

    @Override
    public long carriedBytes() {
        Viewer carrying = viewer;
        return carrying == null ? 0 : carrying.bytes();
    }

    @Override
    public LinkPath path() {
        return LinkPath.UNKNOWN;
    }

    @Override
    public void over() {
        close();
    }

    private void close() {
        if (over) {
            return;
        }
        over = true;
        run.left(channel);
        channel.runPendingTasks();
        look();
        Viewer carrying = viewer;
        if (carrying != null) {
            carrying.end(ViewerEnd.LEFT);
        }
        channel.close(); // writes that were gathered fail with it, as they do where a viewer goes
        channel.releaseOutbound();
        screen.close();
    }
}
