package io.fairlead.proxy.attempt;

import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.exit.TunnelOptions;
import io.fairlead.proxy.exit.TunnelSettlement;
import io.fairlead.proxy.feedback.RecentRequest;
import io.fairlead.proxy.lease.Lease;
import io.fairlead.proxy.pick.PickRequest;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.proxy.tenant.MeteredReads;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import io.fairlead.schemas.telemetry.ProxiedRequest;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The life of one request, from its head to its record: takes a slot, opens a tunnel, tries again on another exit where that
 * is allowed, and in the end gives the slot back and tells what happened, once each, whatever went wrong.
 *
 * <p>Confined to the event loop it was begun on. A slot is held from its pick until the try is over, and for no other time.
 */
public final class RequestLife {

    /** What another exit may be spared from. The others would happen there, too. */
    private static final Set<Outcome> WORTH_ANOTHER_EXIT = EnumSet.of(
            Outcome.EXIT_BUSY,
            Outcome.EXIT_LINK_LOST,
            Outcome.EXIT_STREAM_REFUSED,
            Outcome.EXIT_ERROR,
            Outcome.DNS_ERROR,
            Outcome.DNS_TIMEOUT,
            Outcome.CONNECTION_REFUSED,
            Outcome.CONNECTION_TIMEOUT,
            Outcome.CONNECTION_RESET,
            Outcome.DESTINATION_UNREACHABLE,
            Outcome.RESPONSE_INCOMPLETE);

    /** A session that waits for room on its exit looks again after so long, ms. */
    private static final int LOOK_AGAIN_MS = 25;

    private final Attempts shared;
    private final String id;
    private final RequestTerms terms;
    private final String targetClass;
    private final String toldHost;
    private final EventLoop loop;
    private final List<String> tried = new ArrayList<>(2);

    private @Nullable Attempt current;
    private @Nullable Attempt last;
    private @Nullable RecentRequest recent;
    private @Nullable Failure lastFailure;
    private @Nullable Future<Channel> opening;
    private long firstPickNanos;
    private long retryAfterMs;
    private boolean full;
    private String obstacle = "";
    private String awaited = "";
    private int waitedMs;
    private String method = "CONNECT";
    private int attempts;
    private boolean ended;

    RequestLife(Attempts shared, String id, RequestTerms terms, String targetClass, EventLoop loop) {
        this.shared = shared;
        this.id = id;
        this.terms = terms;
        this.targetClass = targetClass;
        this.toldHost = shared.told(terms.target().host());
        this.loop = loop;
    }

    public String id() {
        return id;
    }

    public RequestTerms terms() {
        return terms;
    }

    /** Exit of the present or last try; empty before the first. */
    public String exitId() {
        return tried.isEmpty() ? "" : tried.get(tried.size() - 1);
    }

    /** Slot of the present try. */
    public @Nullable Slot slot() {
        Attempt attempt = current;
        return attempt == null ? null : attempt.slot;
    }

    /** Looks for an exit and opens a tunnel through it, or through another while that is allowed. A session may wait a little for its exit. */
    public void seek(TunnelUser user) {
        Slot slot = take();
        long now = now();
        if (slot == null && !awaited.isEmpty()) {
            loop.schedule(() -> lookAgain(user), LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
            return;
        }
        if (slot == null) {
            user.failed(noExit());
            return;
        }
        if (firstPickNanos == 0) {
            firstPickNanos = now;
        }
        attempts++;
        tried.add(slot.exitId());
        Attempt attempt = new Attempt(attempts, slot, now);
        current = attempt;
        last = attempt;
        shared.counters().attempted(attempts > 1);
        if (user.reuse(slot)) {
            attempt.reused(now());
            served(attempt);
        } else {
            open(attempt, user);
        }
    }

    private void lookAgain(TunnelUser user) {
        waitedMs += LOOK_AGAIN_MS;
        if (!ended) {
            seek(user);
        }
    }

    /** Takes a slot: of the session's exit if there is one, else of any, which is the session's from now on. */
    private @Nullable Slot take() {
        PickRequest any = new PickRequest(terms.tenant(), terms.pool(), targetClass, tried, terms.where(), "", toldHost)
                .to(terms.target().host());
        Lease lease = terms.lease();
        if (lease == null) {
            return pick(any);
        }
        String held = lease.exitId();
        if (!held.isEmpty()) {
            Slot slot = pick(any.onlyOf(held));
            boolean waits = slot == null && full && waitedMs < shared.settings().sessionWaitMs();
            waitFor(waits ? held : "", slot != null);
            if (slot != null || waits || lease.isFixed()) {
                return slot;
            }
        }
        Slot own = pick(any.stayingMs(1_000 * lease.secondsLeft(now())));
        if (own == null) {
            return null;
        }
        String holder = lease.move(held, own.exitId());
        if (holder.equals(own.exitId())) {
            return own;
        }
        Slot holders = pick(any.onlyOf(holder)); // another request of the session was faster
        if (holders == null && !lease.isFixed()) {
            return own;
        }
        own.release();
        return holders;
    }

    /** The session's exit is full: a slot that comes free there soon is left to it. */
    private void waitFor(String exitId, boolean found) {
        if (exitId.equals(awaited)) {
            return;
        }
        if (awaited.isEmpty()) {
            shared.counters().sessionBeginsToWait();
        } else {
            shared.chooser().waiting(awaited, false);
            if (!found) {
                shared.counters().sessionWaitedInVain();
            }
        }
        awaited = exitId;
        if (!exitId.isEmpty()) {
            shared.chooser().waiting(exitId, true);
        }
    }

    private @Nullable Slot pick(PickRequest request) {
        Slot slot = new Slot();
        if (shared.chooser().pick(request, slot)) {
            return slot;
        }
        full = slot.isFull();
        retryAfterMs = slot.retryAfterMs();
        obstacle = slot.obstacle();
        return null;
    }

    /** Opens a tunnel of its own for the present try, after one that was kept open turned out to be dead. */
    public void reopen(TunnelUser user) {
        Attempt attempt = current;
        if (attempt != null) {
            open(attempt, user);
        }
    }

    private void open(Attempt attempt, TunnelUser user) {
        TunnelOptions options = new TunnelOptions(shared.settings().connectTimeoutMs(), id, terms.destinations());
        Future<Channel> future = shared.tunnels().open(attempt.exitId, terms.target(), options, loop);
        opening = future;
        future.addListener((Future<Channel> done) -> {
            if (done.isSuccess()) {
                Channel tunnel = done.getNow();
                tunnel.pipeline().addLast(new MeteredReads(terms.traffic()));
                tunnel.attr(TunnelSettlement.OF_TUNNEL)
                        .set((up, down, agentUp, agentDown, clean) ->
                                onLoop(() -> settled(attempt, up, down, agentUp, agentDown, clean)));
                user.install(tunnel);
                onLoop(() -> opened(attempt, user, tunnel));
            } else if (!done.isCancelled()) {
                Throwable cause = done.cause();
                onLoop(() -> notOpened(attempt, user, cause));
            }
        });
    }

    private void opened(Attempt attempt, TunnelUser user, Channel tunnel) {
        opening = null;
        if (current != attempt) {
            tunnel.close();
            return;
        }
        attempt.connected(now());
        served(attempt);
        user.opened(tunnel);
    }

    private void served(Attempt attempt) {
        Lease lease = terms.lease();
        if (lease != null) {
            lease.served(attempt.exitId);
        }
        RecentRequest remembered = new RecentRequest(
                id,
                terms.tenant(),
                terms.pool(),
                lease == null ? "" : lease.name(),
                attempt.exitId,
                terms.target().host(),
                toldHost,
                targetClass,
                now());
        recent = remembered;
        shared.recent().remember(remembered);
    }

    /** The tunnel that was opened for this try is over, and may have served other requests of the tenant since. */
    private void settled(
            Attempt attempt, long bytesUp, long bytesDown, long agentBytesUp, long agentBytesDown, boolean clean) {
        Outcome outcome = clean ? Outcome.OK : Outcome.UNKNOWN;
        ProxiedAttempt record =
                attempt.record(AttemptPhase.SETTLED, id, terms, targetClass, toldHost, outcome, FaultLayer.NONE, now());
        record.setRunningAtReservationRequests(0); // the slot serves others by now
        record.setCapacityAtReservationRequests(0);
        record.setExploration(false);
        record.setBytesUp(bytesUp);
        record.setBytesDown(bytesDown);
        record.setAgentBytesUp(agentBytesUp);
        record.setAgentBytesDown(agentBytesDown);
        shared.counters().settled(clean && (differ(bytesUp, agentBytesUp) || differ(bytesDown, agentBytesDown)));
        shared.telemetry().attempt(record);
    }

    /** By more than a hundredth. */
    private static boolean differ(long ours, long theirs) {
        return Math.abs(ours - theirs) * 100 > Math.max(ours, theirs);
    }

    private void notOpened(Attempt attempt, TunnelUser user, Throwable cause) {
        opening = null;
        if (current != attempt) {
            return;
        }
        Failure failure = cause instanceof TunnelException known
                ? new Failure(known.outcome(), known.layer(), known.detail(), exitId())
                : new Failure(
                        Outcome.EDGE_ERROR, FaultLayer.EDGE, "the tunnel could not be opened: " + cause, exitId());
        if (!tryAgain(failure, user)) {
            user.failed(failure);
        }
    }

    /**
     * Ends the present try as failed, and tries another exit if the failure is worth it and the budget allows. The caller
     * knows that no byte of an answer has come and that the request can be sent again.
     *
     * @return false: the failure stands; the try is over all the same
     */
    public boolean tryAgain(Failure failure, TunnelUser user) {
        endAttempt(failure.outcome(), failure.layer());
        lastFailure = failure;
        Lease lease = terms.lease();
        boolean worth = WORTH_ANOTHER_EXIT.contains(failure.outcome())
                && failure.layer() != FaultLayer.CLIENT
                && (lease == null || !lease.isFixed());
        if (ended || !worth || attempts >= shared.settings().maxAttempts()) {
            return false;
        }
        if (!shared.budget().take()) {
            shared.counters().retryForgone();
            return false;
        }
        seek(user);
        return true;
    }

    /** When no other exit is left, what happened at the last one says more than that. */
    private Failure noExit() {
        Failure failure = lastFailure;
        if (failure != null) {
            return failure;
        }
        Lease lease = terms.lease();
        if (retryAfterMs > 0) {
            return new Failure(
                    Outcome.NO_EXIT_AVAILABLE,
                    FaultLayer.CAPACITY,
                    "politeness: every exit of pool '" + terms.pool()
                            + "' that would do rests for this target; try again in " + (retryAfterMs + 999) / 1_000
                            + " s",
                    "");
        }
        if (lease != null && lease.isFixed()) {
            return new Failure(
                    Outcome.NO_EXIT_AVAILABLE,
                    FaultLayer.CAPACITY,
                    obstacle.isEmpty()
                            ? "the exit of this hard session is gone or has no room; try again, or begin another session"
                            : "the exit of this hard session is not for this target: " + obstacle,
                    lease.exitId());
        }
        String where = terms.where().equals(Location.ANYWHERE) ? "" : " in " + terms.where();
        return new Failure(
                Outcome.NO_EXIT_AVAILABLE,
                FaultLayer.CAPACITY,
                "no exit of pool '" + terms.pool() + "'" + where + " is online, allowed and has room"
                        + (obstacle.isEmpty() ? "" : ": " + obstacle),
                "");
    }

    /** What is left of its session's time, s; -1: it belongs to none. */
    public long sessionSecondsLeft() {
        Lease lease = terms.lease();
        return lease == null ? -1 : lease.secondsLeft(now());
    }

    /** A byte of the answer came at this time, by the nano clock. */
    public void firstByte(long atNanos) {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.firstByte(atNanos);
        }
    }

    /** Bytes of the present try so far, both ways. */
    public void moved(long bytesUp, long bytesDown) {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.moved(bytesUp, bytesDown);
        }
    }

    /** Method of a request that is forwarded. */
    public void method(String name) {
        method = name;
    }

    /** HTTP status of the answer of the target. */
    public void status(int status) {
        Attempt attempt = current;
        if (attempt != null) {
            attempt.status(status);
        }
    }

    /** Tells of a tunnel that goes on: {@code CONNECTED} once, then {@code PROGRESS}. */
    public void goesOn(AttemptPhase phase) {
        Attempt attempt = current;
        if (attempt != null) {
            tell(attempt, phase, Outcome.OK, FaultLayer.NONE);
        }
    }

    public boolean ended() {
        return ended;
    }

    /**
     * Ends the request: gives back what it holds, and tells. Further calls do nothing.
     *
     * @param status what the user was answered; 0: nothing
     */
    public void end(Outcome outcome, FaultLayer layer, int status) {
        if (ended) {
            return;
        }
        ended = true;
        waitFor("", false);
        Future<Channel> pending = opening;
        if (pending != null) {
            opening = null;
            pending.cancel(false);
        }
        RecentRequest remembered = recent;
        if (remembered != null && outcome == Outcome.BLOCKED) {
            remembered.seenBlocked();
        }
        endAttempt(outcome, layer);
        Attempt attempt = last;
        long up = attempt == null ? 0 : attempt.bytesUp();
        long down = attempt == null ? 0 : attempt.bytesDown();
        shared.counters().ended(outcome, up, down);
        ProxiedRequest record = record(attempt, outcome, layer, status);
        shared.log(terms.client(), method, record);
        shared.telemetry().request(record);
    }

    private void endAttempt(Outcome outcome, FaultLayer layer) {
        Attempt attempt = current;
        if (attempt == null) {
            return;
        }
        current = null;
        attempt.slot.release();
        tell(attempt, AttemptPhase.COMPLETED, outcome, layer);
    }

    private void tell(Attempt attempt, AttemptPhase phase, Outcome outcome, FaultLayer layer) {
        shared.telemetry().attempt(attempt.record(phase, id, terms, targetClass, toldHost, outcome, layer, now()));
    }

    private ProxiedRequest record(@Nullable Attempt attempt, Outcome outcome, FaultLayer layer, int status) {
        long now = now();
        ProxiedRequest record = new ProxiedRequest();
        record.setRequestId(id);
        record.setTenant(terms.tenant());
        record.setPool(terms.pool());
        record.setProtocol(terms.protocol());
        record.setTargetClass(targetClass);
        record.setTargetHost(toldHost);
        record.setTargetPort(terms.target().port());
        record.setExitIds(List.copyOf(tried));
        record.setCandidates(attempt == null ? 0 : attempt.slot.candidates());
        record.setPickPolicy(attempt == null ? "" : attempt.slot.policy());
        record.setLocalScoring(attempt != null && attempt.slot.local());
        record.setQueueUs(firstPickNanos == 0 ? 0 : Attempt.micros(firstPickNanos - terms.arrivedNanos()));
        record.setConnectUs(attempt == null ? 0 : attempt.connectUs());
        record.setFirstByteUs(attempt == null ? 0 : attempt.firstByteUs());
        record.setTotalUs(Attempt.micros(now - terms.arrivedNanos()));
        record.setBytesUp(attempt == null ? 0 : attempt.bytesUp());
        record.setBytesDown(attempt == null ? 0 : attempt.bytesDown());
        record.setOutcome(outcome);
        record.setLayer(layer);
        record.setStatus(status);
        return record;
    }

    private long now() {
        return shared.nanoClock().getAsLong();
    }

    private void onLoop(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }
}
