package io.fairlead.lab.simulate.pools;

/** What must never happen has happened. Says what, when, and how to see it again. */
final class PoolBroken extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    PoolBroken(PoolSetup setup, long atMs, String what) {
        super("%s, %.1f s into the run; seed %d. See it again by: %s"
                .formatted(what, atMs / 1e3, setup.seed(), setup.replay()));
    }
}
