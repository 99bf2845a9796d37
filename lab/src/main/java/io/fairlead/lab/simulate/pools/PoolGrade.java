package io.fairlead.lab.simulate.pools;

import io.fairlead.model.pool.PoolDefinition;
import java.util.Collection;

/** How a pool really was, second by second. */
final class PoolGrade {

    private final PoolDefinition pool;
    private long seconds;
    private long below;
    private double health;
    private long spells;
    private boolean wasBelow;

    PoolGrade(PoolDefinition pool) {
        this.pool = pool;
    }

    /** What a user gets who is given any member: nothing through one whose link is dead. */
    static double truth(Collection<PoolExit> members, PoolWorld world) {
        double sum = 0;
        for (PoolExit member : members) {
            sum += world.serves(member);
        }
        return members.isEmpty() ? 0 : sum / members.size();
    }

    void second(Collection<PoolExit> members, PoolWorld world, long nowMs, boolean counts) {
        if (!counts) {
            return;
        }
        double truth = truth(members, world);
        long there = members.stream().filter(member -> member.up).count();
        boolean isBelow = truth < pool.minHealth() || there < pool.minMembers();
        seconds++;
        health += truth;
        below += isBelow ? 1 : 0;
        spells += isBelow && !wasBelow ? 1 : 0;
        wasBelow = isBelow;
    }

    /** Share of its time. */
    double below() {
        return seconds == 0 ? Double.NaN : (double) below / seconds;
    }

    double health() {
        return seconds == 0 ? Double.NaN : health / seconds;
    }

    /** Mean length of a time below, s. */
    double repairS() {
        return spells == 0 ? Double.NaN : (double) below / spells;
    }
}
