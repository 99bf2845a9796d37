package io.fairlead.relay.leg;

import io.fairlead.relay.flv.KeyFrameMark;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.link.LinkPath;
import io.fairlead.relay.room.Room;
import io.fairlead.relay.room.RoomSettings;
import io.fairlead.relay.room.RoomSource;
import io.fairlead.relay.room.SourceEnd;
import io.fairlead.relay.room.ViewerEnd;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One room on its way to one relay client, on the loop of its {@link Room}; that is what makes every decision here atomic.
 *
 * <p><b>Roles.</b> Each viewer's request goes to the media server, which admits or refuses it. The first stream that flows is the
 * master's and is sent; up to {@link LegSettings#secondaryMasters} others are spares, received and not sent; all else is closed once it has been
 * admitted. Streams that are missing are asked for again in the order in which their viewers came, those that failed after a pause, so that
 * one who is refused a second time (its token was used up) gives way to the next.
 *
 * <p><b>The carrier.</b> Of all the viewers' streams on the long link one carries media. It is the master's at first, and goes on for as
 * long as its viewer does: when the media server's stream of the master falls silent, the room sends the spare's instead ({@link Room})
 * over the same carrier, for another would begin with a key frame and cost the long link a group of pictures. When the carrier leaves, the
 * present master's stream follows.
 *
 * <p><b>Lingering.</b> When the last viewer has gone, what flowed goes on flowing for {@link LegSettings#lingerMs}; generations tell the
 * end of that from a newcomer.
 *
 * <p>With {@link Upstream#SINGLE}, and in rooms that are published at this relay server, the room is shared by all, and nobody has a stream
 * of its own at the media server.
 */
public final class Leg implements Room.Listener {

    /** Told when a leg is over; it takes nobody any more. */
    @FunctionalInterface
    public interface Owner {
        void over(Leg leg);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Leg.class);

    private final String name;
    private final String roomName;
    private LegSettings settings;
    private final RoomSettings roomSettings;
    private final LegCounters counters;
    private final LongSupplier nanoClock;
    private final Pull.@Nullable Origin origin;
    private final Owner owner;
    private final boolean merges;
    private final List<Member> members = new ArrayList<>();
    private @Nullable Room room;
    private @Nullable Member carrier;

    /** How far the last carrier had come. */
    private long carriedTo = -1;

    /** Whose stream flows though it has left, for as long as the leg lingers. */
    private @Nullable Member left;

    private @Nullable RoomSource sent;
    private @Nullable Future<?> looking;
    private int asking;
    private int generation;
    private boolean over;

    /** Of carriers that are so no more. */
    private long carriedBytes;

    private int promotions;
    private int asked;
    private int refused;
    private int lost;

    /**
     * @param name says which room and which relay client
     * @param origin asked for each viewer; null: the room is shared
     * @param merges false: for one viewer alone
     */
    public Leg(
            String name,
            String roomName,
            LegSettings settings,
            RoomSettings roomSettings,
            LegCounters counters,
            LongSupplier nanoClock,
            Pull.@Nullable Origin origin,
            boolean merges,
            Owner owner) {
        this.name = name;
        this.roomName = roomName;
        this.settings = settings;
        this.roomSettings = roomSettings;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.origin = origin;
        this.merges = merges;
        this.owner = owner;
        counters.legs.incrementAndGet();
    }

    /** Given once, before anybody enters. */
    public void feed(Room feeding) {
        room = feeding;
    }

    private Room room() {
        Room current = room;
        if (current == null) {
            throw new IllegalStateException("the leg " + name + " has no room yet");
        }
        return current;
    }

    public String name() {
        return name;
    }

    /** Lets other settings count from now on: spares that are missing are asked for, those too many are let go. */
    public void obey(LegSettings next) {
        if (over || next.equals(settings)) {
            return;
        }
        settings = next;
        replenish();
        for (Member member : List.copyOf(members)) {
            if (member.source != null && member.source != sent && flowing() > wanted()) {
                member.stop(SourceEnd.UNWANTED);
            }
        }
    }

    /** Whether it takes nobody any more; ask for the leg again. */
    public boolean isOver() {
        return over;
    }

    public int viewers() {
        return members.size();
    }

    /** Streams from the media server that flow now. */
    public int upstreams() {
        return (int) members.stream().filter(member -> member.source != null).count();
    }

    /** Whether a stream of the long link carries it now. */
    public boolean carries() {
        return carrier != null;
    }

    /** Everybody who has been admitted, in the order in which they came. */
    public List<Standing> standings() {
        return members.stream()
                .filter(member -> member.admitted)
                .map(member -> new Standing(member.query, member.role(), member == carrier))
                .toList();
    }

    /** What has happened so far. */
    public LegTally tally() {
        Member now = carrier;
        return new LegTally(
                carriedBytes + (now == null ? 0 : now.seat.carriedBytes()), promotions, asked, refused, lost);
    }

    /** The way of the link that carries it. */
    public LinkPath path() {
        Member now = carrier;
        return now == null ? LinkPath.UNKNOWN : now.seat.path();
    }

    // ---- viewers

    /**
     * A viewer comes.
     *
     * @param query what it showed, for the media server to judge
     * @return runs when it goes
     */
    public Runnable enter(Seat seat, String query) {
        if (members.size() >= settings.maxViewers()) {
            seat.refused(
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "the room " + roomName + " has no place left behind this relay client");
            return () -> {};
        }
        generation++;
        Member member = new Member(seat, query);
        members.add(member);
        counters.viewers.incrementAndGet();
        if (origin == null) {
            member.admit();
        } else {
            askNext();
        }
        return () -> leave(member);
    }

    /** Viewers who are not admitted yet go to the media server in the order in which they came, so many at once. */
    private void askNext() {
        for (int each = 0; each < members.size() && asking < settings.maxAsking(); each++) {
            Member member = members.get(each);
            if (!member.admitted && member.pull == null) {
                member.ask();
            }
        }
    }

    private void leave(Member member) {
        if (over || !members.remove(member)) {
            return;
        }
        counters.viewers.decrementAndGet();
        boolean last = members.isEmpty() && member.source != null;
        if (last) {
            left = member;
        } else {
            member.stop(SourceEnd.UNWANTED);
        }
        if (carrier == member) {
            dropCarrier();
            chooseCarrier();
        }
        if (members.isEmpty()) {
            carriedTo = -1; // whoever comes next has nothing, and begins as a new viewer
            linger();
        } else {
            askNext();
            replenish();
        }
    }

    private void linger() {
        int at = ++generation;
        room().loop()
                .schedule(
                        () -> {
                            if (generation == at && members.isEmpty()) {
                                end(ViewerEnd.ROOM_ENDED);
                            }
                        },
                        settings.lingerMs(),
                        TimeUnit.MILLISECONDS);
    }

    // ---- the carrier

    private void chooseCarrier() {
        if (carrier != null || over) {
            return;
        }
        Member chosen = null;
        for (Member member : members) {
            if (member.admitted && (chosen == null || (member.source != null && member.source == sent))) {
                chosen = member;
            }
        }
        if (chosen != null) {
            carrier = chosen;
            counters.carriers.incrementAndGet();
            counters.carried.increment();
            chosen.seat.carry(room(), carriedTo);
        }
    }

    private void dropCarrier() {
        Member dropped = carrier;
        if (dropped != null) {
            long to = dropped.seat.carriedTo();
            carriedBytes += dropped.seat.carriedBytes();
            carriedTo = to < 0 ? carriedTo : to;
            carrier = null;
            counters.carriers.decrementAndGet();
        }
    }

    // ---- streams from the media server

    private int wanted() {
        if (origin == null) {
            return 0;
        }
        return settings.upstream() == Upstream.PER_VIEWER ? members.size() : 1 + settings.secondaryMasters();
    }

    private int flowing() {
        int flowing = 0;
        for (Member member : members) {
            if (member.source != null || (member.admitted && member.pull != null)) {
                flowing++;
            }
        }
        return flowing;
    }

    /** Asks again for streams that are missing; looks again when those who failed may be asked. */
    private void replenish() {
        long now = nanoClock.getAsLong();
        int missing = Math.min(wanted(), members.size()) - flowing();
        long nextNs = Long.MAX_VALUE;
        for (int each = 0; each < members.size() && missing > 0 && !over; each++) {
            Member member = members.get(each);
            if (member.admitted && member.pull == null) {
                if (now - member.notBeforeNs >= 0) {
                    member.ask();
                    missing--;
                } else {
                    nextNs = Math.min(nextNs, member.notBeforeNs - now);
                }
            }
        }
        if (missing > 0 && nextNs != Long.MAX_VALUE && looking == null) {
            looking = room().loop()
                    .schedule(
                            () -> {
                                looking = null;
                                replenish();
                            },
                            nextNs,
                            TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void sent(Room of, RoomSource source) {
        if (sent != null && sent != source) {
            counters.promotions.increment();
            promotions++;
        }
        sent = source;
    }

    @Override
    public void watched(Room of) {
        // a carrier watches
    }

    @Override
    public void unwatched(Room of) {
        // the leg lingers by itself: members may be there whom the media server has not admitted yet
    }

    @Override
    public void closed(Room of) {
        end(ViewerEnd.ROOM_ENDED);
    }

    /** Ends all viewers, and gives everything back. */
    public void end(ViewerEnd reason) {
        if (over) {
            return;
        }
        over = true;
        dropCarrier();
        Future<?> look = looking;
        if (look != null) {
            look.cancel(false);
        }
        List<Member> all = List.copyOf(members);
        members.clear();
        counters.viewers.addAndGet(-all.size());
        counters.legs.decrementAndGet();
        for (Member member : all) {
            member.stop(SourceEnd.ROOM_CLOSED);
        }
        Member last = left;
        if (last != null) {
            last.stop(SourceEnd.ROOM_CLOSED);
        }
        if (origin != null) {
            room().close(reason);
        }
        all.forEach(member -> member.seat.over());
        owner.over(this);
    }

    /** One viewer. */
    private final class Member implements Pull.Owner {

        private final Seat seat;
        private final String query;
        private boolean admitted;
        private @Nullable Pull pull;
        private @Nullable RoomSource source;
        private long askedNs;
        private int failures;
        private long notBeforeNs;

        private Member(Seat seat, String query) {
            this.seat = seat;
            this.query = query;
            this.notBeforeNs = nanoClock.getAsLong();
        }

        private void ask() {
            Pull.Origin from = origin;
            if (from != null) {
                asking += admitted ? 0 : 1;
                counters.asked.increment();
                Leg.this.asked++;
                askedNs = nanoClock.getAsLong();
                KeyFrameMark sentLast = room().newestKey();
                pull = from.ask(roomName, query, sentLast == null ? seat.had() : sentLast, this);
            }
        }

        /** It may watch. */
        private void admit() {
            admitted = true;
            seat.admitted(role(), name);
            chooseCarrier();
        }

        private Role role() {
            if (!merges) {
                return Role.DIRECT;
            }
            if (origin == null) {
                return carrier == null || carrier == this ? Role.MASTER : Role.SLAVE;
            }
            if (source == null) {
                return Role.SLAVE;
            }
            return source == sent ? Role.MASTER : Role.SPARE;
        }

        @Override
        public void accepted(Pull accepted) {
            boolean first = !admitted;
            if (first) {
                asking--;
            }
            if (flowing() - (first ? 0 : 1) < wanted()) {
                RoomSource fresh = RoomSource.asked(
                        "stream of viewer " + members.indexOf(this),
                        roomSettings,
                        askedNs,
                        reason -> endedByRoom(accepted, reason));
                source = fresh;
                room().attach(fresh);
                Member last = left;
                left = null;
                if (last != null) {
                    last.stop(SourceEnd.UNWANTED);
                }
            } else {
                pull = null;
                accepted.close();
            }
            if (first) {
                admit();
                askNext();
            }
        }

        @Override
        public void take(Pull from, List<Tag> tags, boolean announcesVideo) {
            RoomSource current = source;
            if (current == null) {
                tags.forEach(Tag::release);
            } else {
                failures = 0;
                room().take(current, tags, announcesVideo);
            }
        }

        @Override
        public void over(Pull ended, SourceEnd reason, @Nullable HttpResponseStatus status, String sentence) {
            if (!admitted) {
                asking--;
                pull = null;
                members.remove(this);
                counters.viewers.decrementAndGet();
                counters.refused.increment();
                Leg.this.refused++;
                seat.refused(told(status), sentence);
                askNext();
                if (members.isEmpty()) {
                    linger();
                }
                return;
            }
            lose(reason);
        }

        private void endedByRoom(Pull of, SourceEnd reason) {
            of.close();
            if (pull == of) {
                lose(reason);
            }
        }

        private void lose(SourceEnd reason) {
            counters.lost.increment();
            Leg.this.lost++;
            pull = null;
            RoomSource lost = source;
            source = null;
            long pauseMs = Math.min((long) settings.firstPauseMs() << Math.min(failures, 20), settings.mostPauseMs());
            failures++;
            notBeforeNs = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(pauseMs);
            if (lost != null) {
                room().detach(lost, reason);
            }
            if (left == this) {
                left = null;
            }
            LOG.debug("leg {}: a stream has ended: {}", name, reason);
            if (!over) {
                replenish();
            }
        }

        private void stop(SourceEnd reason) {
            Pull current = pull;
            pull = null;
            if (current != null) {
                asking -= admitted ? 0 : 1;
                current.close();
            }
            RoomSource lost = source;
            source = null;
            if (lost != null) {
                room().detach(lost, reason);
            }
        }

        /** Refusals pass as they are, anything else is the media server's failure. */
        private static HttpResponseStatus told(@Nullable HttpResponseStatus status) {
            boolean refusal = status != null
                    && (status.equals(HttpResponseStatus.NOT_FOUND)
                            || status.equals(HttpResponseStatus.FORBIDDEN)
                            || status.equals(HttpResponseStatus.UNAUTHORIZED));
            return refusal && status != null ? status : HttpResponseStatus.BAD_GATEWAY;
        }
    }
}
