package io.fairlead.model.attribution;

/** Which targets fail whatever the exit, where somebody else keeps their {@link TargetTally}s. */
@FunctionalInterface
public interface FailingTargets {

    /**
     * Whether the target was at fault at some time within the span.
     *
     * @param target hash of its host
     * @param fromMs ms since the Unix epoch
     */
    boolean atFault(long target, long fromMs, long untilMs);
}
