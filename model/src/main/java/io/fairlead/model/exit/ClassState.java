package io.fairlead.model.exit;

import io.fairlead.model.quality.DecayedMedian;
import io.fairlead.model.quality.OutcomeCounts;

/** An exit with one class of targets. Plain mutable state for one owner. */
public class ClassState {

    /** Times of benchmarks. */
    public DecayedMedian benchmarks = new DecayedMedian();

    /** Outcomes of real traffic. */
    public OutcomeCounts outcomes = new OutcomeCounts();
}
