package io.fairlead.lab.simulate;

import io.fairlead.model.policy.PolitenessPolicy;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.ExitShare;
import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.pick.ExitTable;
import io.fairlead.proxy.pick.PickPolicy;
import io.fairlead.proxy.pick.PickRequest;
import io.fairlead.proxy.pick.PickSettings;
import io.fairlead.proxy.pick.Slot;
import io.fairlead.proxy.pick.Standing;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.ExitOverride;
import io.fairlead.schemas.decisions.ExitScore;
import io.fairlead.schemas.telemetry.DisconnectReason;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The product's own table of exits, under the clock of the simulation. */
final class TableChooser implements Chooser {

    /** What the operator of this fleet has set: an exit rests for a site that has blocked it. */
    private static final long REST_MS = 60_000;

    private final ExitTable table;
    private final List<SimulatedExit> exits;
    private boolean resting;
    private boolean full;

    TableChooser(PickPolicy policy, List<SimulatedExit> exits, Timeline timeline, Chance chance) {
        this.exits = exits;
        this.table = new ExitTable(
                PickSettings.DEFAULTS.withPolicy(policy),
                () -> Instant.ofEpochMilli(timeline.nowMs()),
                () -> (timeline.nowUs() + 2 * World.HISTORY_US) * 1_000,
                chance.random());
        table.policy(PolitenessPolicy.defaults().withRestAfterBlockMs(REST_MS));
    }

    @Override
    public @Nullable Choice choose(Ask ask) {
        List<String> tried = ask.tried().stream().map(exit -> exit.id).toList();
        PickRequest request = new PickRequest(
                        ask.tenant(),
                        ask.pool(),
                        className(ask.targetClass()),
                        tried,
                        Location.ANYWHERE,
                        ask.only() < 0 ? "" : exits.get(ask.only()).id,
                        className(ask.targetClass()))
                .stayingMs(ask.stayMs());
        Slot slot = new Slot();
        if (!table.pick(request, slot)) {
            resting = slot.retryAfterMs() > 0;
            full = slot.isFull();
            return null;
        }
        SimulatedExit exit = exits.get(Integer.parseInt(slot.exitId().substring("exit-".length())));
        return new Choice(exit, slot.running(), slot.capacity(), slot);
    }

    @Override
    public boolean isResting() {
        return resting;
    }

    @Override
    public boolean isFull() {
        return full;
    }

    @Override
    public void waiting(SimulatedExit exit, boolean begins) {
        table.waiting(exit.id, begins);
    }

    @Override
    public void released(Choice choice) {
        Slot slot = choice.slot();
        if (slot != null) {
            slot.release();
        }
    }

    @Override
    public void online(SimulatedExit exit) {
        table.online(new ExitInfo(
                exit.id,
                exit.type(),
                "de",
                "",
                "",
                exit.asn,
                "linux",
                exit.consent,
                exit.declaredCapacity,
                Set.of(exit.pool),
                1));
        if (!exit.owner.isEmpty()) {
            table.overridden(override(exit).setExclusiveTenant(exit.owner).build());
        }
    }

    @Override
    public void killed(SimulatedExit exit) {
        table.overridden(
                override(exit).setExclusiveTenant(exit.owner).setKilled(true).build());
    }

    private static ExitOverride.Builder override(SimulatedExit exit) {
        return ExitOverride.newBuilder()
                .setExitId(exit.id)
                .setAuthorship(new Authorship("simulation", "as the world says", 1L, 1L));
    }

    @Override
    public void offline(SimulatedExit exit, boolean dropped) {
        table.offline(exit.id, dropped ? DisconnectReason.LINK_LOST : DisconnectReason.ANNOUNCED);
    }

    @Override
    public void heartbeat(SimulatedExit exit, double pingMs, int running, int runningHere) {
        table.heartbeat(new ExitLoad(
                exit.id, exit.id, Math.round(pingMs * 1_000), running, runningHere, 0, exit.consent, false, -1, false));
    }

    @Override
    public void shared(SimulatedExit exit, int elsewhere, int edges, int turn) {
        table.shared(new ExitShare(exit.id, elsewhere, edges, turn));
    }

    @Override
    public void tried(SimulatedExit exit, double connectMs, double elapsedMs, boolean carried) {
        if (carried) {
            table.connected(exit.id, Math.round(connectMs * 1_000));
        }
    }

    @Override
    public void judged(SimulatedExit exit, boolean carried) {
        table.observed(exit.id, carried);
    }

    @Override
    public void refused(SimulatedExit exit) {
        table.refused(exit.id);
    }

    @Override
    public void blocked(SimulatedExit exit, int targetClass) {
        table.blocked(exit.id, exit.pool, className(targetClass), className(targetClass));
    }

    @Override
    public void decided(ExitScore score) {
        table.decided(score);
    }

    @Override
    public void jobSilent(boolean silent) {
        table.jobSilent(silent);
    }

    @Override
    public void tick() {
        table.tick();
    }

    @Override
    public int countedRunning(SimulatedExit exit, int counted) {
        Standing standing = table.standing(exit.id);
        return standing == null ? counted : standing.runningRequests();
    }

    static String className(int targetClass) {
        return "class-" + targetClass;
    }
}
