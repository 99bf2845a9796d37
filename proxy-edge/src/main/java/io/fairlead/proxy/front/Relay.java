package io.fairlead.proxy.front;

import io.fairlead.edge.link.PhaseTimer;
import io.fairlead.proxy.attempt.RequestLife;
import io.fairlead.proxy.exit.EndOfOutput;
import io.fairlead.proxy.exit.TunnelAborted;
import io.fairlead.schemas.telemetry.AttemptPhase;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Bytes both ways between a user and a tunnel until both directions have ended, one side breaks, or nothing moves for too
 * long. Each direction ends by itself: a user who has sent all may still receive. Decisions are made on the user's event loop;
 * the ends may call from their own.
 */
final class Relay {

    private final UserChannel user;
    private final Channel tunnel;
    private final RelayEnd userEnd;
    private final RelayEnd tunnelEnd;
    private final RequestLife life;
    private final int status;
    private final long bytesUpBefore;
    private final long bytesDownBefore;
    private final int idleMs;
    private final LongSupplier nanoClock;
    private final Runnable over;
    private final PhaseTimer timer;
    private final long startedNanos;

    private @Nullable ScheduledFuture<?> progress;
    private boolean userInputEnded;
    private boolean tunnelInputEnded;
    private boolean ended;

    /**
     * @param status what the user was answered
     * @param bytesUpBefore, bytesDownBefore what has gone through the tunnel before the relay
     * @param over run once, when all has ended
     */
    Relay(
            UserChannel user,
            Channel tunnel,
            RelayEnd userEnd,
            RelayEnd tunnelEnd,
            RequestLife life,
            int status,
            long bytesUpBefore,
            long bytesDownBefore,
            int idleMs,
            LongSupplier nanoClock,
            Runnable over) {
        this.user = user;
        this.tunnel = tunnel;
        this.userEnd = userEnd;
        this.tunnelEnd = tunnelEnd;
        this.life = life;
        this.status = status;
        this.bytesUpBefore = bytesUpBefore;
        this.bytesDownBefore = bytesDownBefore;
        this.idleMs = idleMs;
        this.nanoClock = nanoClock;
        this.over = over;
        this.timer = new PhaseTimer(user.channel().eventLoop(), nanoClock);
        this.startedNanos = nanoClock.getAsLong();
    }

    /** Begins. On the user's event loop, with both ends in their pipelines. */
    void start(int progressIntervalMs) {
        life.goesOn(AttemptPhase.CONNECTED);
        progress = user.channel()
                .eventLoop()
                .scheduleAtFixedRate(this::tellProgress, progressIntervalMs, progressIntervalMs, TimeUnit.MILLISECONDS);
        timer.start(idleMs, this::idle);
        userEnd.bind(this);
        EventLoop tunnelLoop = tunnel.eventLoop();
        if (tunnelLoop.inEventLoop()) {
            tunnelEnd.bind(this);
        } else {
            tunnelLoop.execute(() -> tunnelEnd.bind(this));
        }
    }

    long now() {
        return nanoClock.getAsLong();
    }

    /** Channel opposite to an end. */
    Channel other(boolean ofUser) {
        return ofUser ? tunnel : user.channel();
    }

    // ---- told by the ends, on any event loop

    void inputEnded(boolean ofUser) {
        onUser(() -> {
            if (ended) {
                return;
            }
            if (ofUser) {
                userInputEnded = true;
                tunnel.writeAndFlush(EndOfOutput.INSTANCE);
            } else {
                tunnelInputEnded = true;
            }
            boolean both = userInputEnded && tunnelInputEnded;
            if (both) {
                end(Outcome.OK, FaultLayer.NONE);
            }
            if (!ofUser) {
                user.endOutput(both);
            } else if (both) {
                user.finish();
            }
        });
    }

    void aborted(TunnelAborted why) {
        onUser(() -> {
            end(why.outcome(), why.layer());
            user.reset();
        });
    }

    void gone(boolean ofUser) {
        onUser(() -> {
            if (ended) {
                return;
            }
            if (ofUser) {
                boolean served = tunnelEnd.bytes() > 0;
                tunnel.close();
                end(served ? Outcome.OK : Outcome.CLIENT_ABORTED, served ? FaultLayer.NONE : FaultLayer.CLIENT);
            } else {
                end(Outcome.EXIT_LINK_LOST, FaultLayer.EXIT);
                user.reset();
            }
        });
    }

    /** Ends it, for this reason. */
    void cut(Outcome outcome, FaultLayer layer) {
        onUser(() -> {
            tunnel.close();
            end(outcome, layer);
            user.reset();
        });
    }

    private void idle() {
        long last = Math.max(startedNanos, Math.max(last(userEnd), last(tunnelEnd)));
        long leftMs = idleMs - TimeUnit.NANOSECONDS.toMillis(now() - last);
        if (leftMs > 0 || life.terms().traffic().isHeldBack()) {
            timer.start(leftMs > 0 ? (int) leftMs : idleMs, this::idle);
            return;
        }
        boolean served = tunnelEnd.bytes() > 0;
        tunnel.close();
        end(Outcome.IDLE_TIMEOUT, served ? FaultLayer.NONE : FaultLayer.AMBIGUOUS);
        user.close();
    }

    private long last(RelayEnd end) {
        return end.lastByteNanos() == 0 ? startedNanos : end.lastByteNanos();
    }

    private void tellProgress() {
        count();
        life.goesOn(AttemptPhase.PROGRESS);
    }

    private void count() {
        if (tunnelEnd.firstByteNanos() != 0) {
            life.firstByte(tunnelEnd.firstByteNanos());
        }
        life.moved(bytesUpBefore + userEnd.bytes(), bytesDownBefore + tunnelEnd.bytes());
    }

    private void end(Outcome outcome, FaultLayer layer) {
        if (ended) {
            return;
        }
        ended = true;
        timer.close();
        ScheduledFuture<?> telling = progress;
        if (telling != null) {
            telling.cancel(false);
        }
        count();
        life.end(outcome, layer, status);
        over.run();
    }

    private void onUser(Runnable task) {
        if (user.channel().eventLoop().inEventLoop()) {
            task.run();
        } else {
            user.channel().eventLoop().execute(task);
        }
    }
}
