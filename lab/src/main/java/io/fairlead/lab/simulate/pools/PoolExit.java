package io.fairlead.lab.simulate.pools;

import io.fairlead.lab.simulate.Chance;
import io.fairlead.lab.simulate.Kind;
import io.fairlead.model.PoolType;

/** The truth of one exit. Whoever keeps pools may not look at what it says is true. */
final class PoolExit {

    static final int NETWORKS = 12;
    private static final String[] COUNTRIES = {"fr", "fr", "de", "us"};

    final int number;
    final String id;
    final Kind kind;
    final int network;
    final String country;
    final int capacity;

    /** Share of requests that it serves well when nothing ails it. */
    final double soundness;

    /** Hour (UTC) in which its owner begins to use the device, for four hours. */
    final int ownerHour;

    /** It has a link that works. */
    boolean up;

    /** Edges believe that it is up. */
    boolean seen;

    boolean consent = true;

    /** It gets slowly worse, or better again: share of its soundness that is lost. */
    double ailing;

    long upSinceMs;

    /** Ends that are planned for a session that is over already do nothing. */
    int session;

    PoolExit(int number, Chance chance) {
        this.number = number;
        id = "exit-" + number;
        kind = Kind.of(chance.share());
        network = 1 + (int) (NETWORKS * Math.pow(chance.share(), 1.3));
        country = COUNTRIES[chance.below(COUNTRIES.length)];
        capacity = Math.max(1, (int) Math.round(chance.lognormal(kind.capacity(), 0.5)));
        soundness = Math.max(0.3, 1 - chance.lognormal(0.1, 0.7));
        ownerHour = 14 + chance.below(7);
    }

    PoolType type() {
        return kind.type();
    }

    boolean sleeps() {
        return type() == PoolType.RESIDENTIAL || type() == PoolType.MOBILE;
    }

    boolean ownerActive(int hour) {
        return sleeps() && (hour - ownerHour + 24) % 24 < 4;
    }
}
