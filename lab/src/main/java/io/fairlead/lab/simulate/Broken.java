package io.fairlead.lab.simulate;

/** An invariant does not hold. Says which, when, and how to see it again. */
final class Broken extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    Broken(Setup setup, long nowUs, String what) {
        super("%s, %.6f s into the run; seed %d. See it again by: %s"
                .formatted(what, nowUs / 1e6, setup.seed(), setup.replay()));
    }
}
