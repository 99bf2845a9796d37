package io.fairlead.lab.simulate.pools;

import io.fairlead.model.pool.ExitCondition;
import io.fairlead.model.pool.PoolDefinition;
import java.util.Set;

/** Keeps pools by what it is told, and may know nothing else. */
interface PoolKeeper {

    /** Takes what edges are to know: an exit, and all pools that may use it from now on. */
    interface Edges {
        void told(String exitId, Set<String> pools);
    }

    void define(PoolDefinition pool);

    void profile(PoolExit exit);

    void condition(PoolExit exit, ExitCondition condition, long nowMs);

    void consent(PoolExit exit);

    void heartbeat(PoolExit exit, boolean ownerActive, long nowMs);

    /** Decides, every 200 ms. */
    void look(long nowMs, Edges edges);

    /** Exits that have joined a pool so far. */
    long joined(String pool);
}
