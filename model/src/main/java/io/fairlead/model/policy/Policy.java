package io.fairlead.model.policy;

import java.util.List;

/** What every policy has. */
public sealed interface Policy
        permits QualityPolicy,
                CapacityPolicy,
                BenchmarkPolicy,
                PolitenessPolicy,
                ForecastPolicy,
                PoolPolicy,
                MapPolicy,
                RelayPolicy {

    /** What it counts for. */
    Scope scope();

    /** It counts for events observed from this time on, ms since the Unix epoch. */
    long effectiveAtMs();

    /** Everything that is wrong with it; empty: it may be used. */
    List<Violation> validate();
}
