package io.fairlead.model.pool;

/**
 * How a pool is. From each to each other, at every look:
 *
 * <pre>
 * HEALTHY   health foreseen is not under the minimum, and there are members enough
 * CURING    it is not, something would help, and the churn bound holds it back
 * DEGRADED  it is not, and nothing at hand helps: said with what is missing, looked at again after a while or when something has changed
 * </pre>
 */
public enum PoolState {
    HEALTHY,
    CURING,
    DEGRADED
}
