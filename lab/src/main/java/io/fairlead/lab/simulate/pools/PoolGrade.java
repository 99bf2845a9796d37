package io.fairlead.lab.simulate.pools;

import io.fairlead.model.pool.PoolDefinition;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Predicate;

/** How a pool really was, second by second. */
final class PoolGrade {

    /** What a second below the threshold was for; the first that it would not have been below without. */
    enum Cause {
        UNNOTICED("links that died and nobody knew of yet"),
        GONE("links known to be gone and not replaced yet"),
        FEW("fewer members than the least"),
        QUALITY("members that serve badly");

        private final String words;

        Cause(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final PoolDefinition pool;
    private long seconds;
    private long below;
    private double health;
    private long spells;
    private boolean wasBelow;
    private final Map<Cause, Long> causes = new EnumMap<>(Cause.class);

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
        if (isBelow) {
            causes.merge(cause(members, world), 1L, Long::sum);
        }
        seconds++;
        health += truth;
        below += isBelow ? 1 : 0;
        spells += isBelow && !wasBelow ? 1 : 0;
        wasBelow = isBelow;
    }

    private Cause cause(Collection<PoolExit> members, PoolWorld world) {
        if (holds(members, world, member -> member.up || member.seen)) {
            return Cause.UNNOTICED;
        }
        if (holds(members, world, member -> true)) {
            return Cause.GONE;
        }
        return members.size() < pool.minMembers() ? Cause.FEW : Cause.QUALITY;
    }

    /** Whether it were as it should be, if those served that a test lets pass. */
    private boolean holds(Collection<PoolExit> members, PoolWorld world, Predicate<PoolExit> serves) {
        double sum = members.stream().filter(serves).mapToDouble(world::quality).sum();
        return sum >= pool.minHealth() * members.size()
                && members.stream().filter(serves).count() >= pool.minMembers();
    }

    /** Seconds below, by what they were for. */
    Map<Cause, Long> causes() {
        return causes;
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
