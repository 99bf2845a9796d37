package io.fairlead.lab.simulate;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A column of the table.
 *
 * @param digits behind the point
 * @param lessIsBetter which way is good
 */
record Measure(String name, String unit, int digits, boolean lessIsBetter, ToDoubleFunction<Result> of) {

    static final List<Measure> ALL = List.of(
            new Measure("success", "%", 2, false, result -> 100 * result.success()),
            new Measure("goodput", "MB/s", 1, false, result -> result.goodput() / 1e3),
            new Measure("connect p50", "ms", 0, true, Result::connectP50),
            new Measure("connect p99", "ms", 0, true, Result::connectP99),
            new Measure("connect p99.9", "ms", 0, true, Result::connectP999),
            new Measure("first byte p50", "ms", 0, true, Result::firstByteP50),
            new Measure("first byte p99", "ms", 0, true, Result::firstByteP99),
            new Measure("first byte p99.9", "ms", 0, true, Result::firstByteP999),
            new Measure("sessions cut", "%", 1, true, result -> 100 * result.cut()),
            new Measure("sessions cut, expected", "%", 2, true, result -> 100 * result.cutExpected()),
            new Measure("sessions displaced", "% of requests", 1, true, result -> 100 * result.displaced()),
            new Measure("sessions sent on by a rest", "% of requests", 1, true, result -> 100 * result.rested()),
            new Measure("retries a success", "", 3, true, Result::retriesPerSuccess),
            new Measure("overloaded", "% of time", 1, true, result -> 100 * result.overloaded()),
            new Measure("overloaded by > 1", "% of time", 1, true, result -> 100 * result.farOverloaded()),
            new Measure("fairness", "Jain", 2, false, Result::fairness),
            new Measure("blocked", "%", 2, true, result -> 100 * result.blocked()),
            new Measure("no exit", "%", 2, true, result -> 100 * result.noExit()),
            new Measure("refused as full", "% of tries", 2, true, result -> 100 * result.refused()),
            new Measure("capacity off the truth", "%", 0, true, result -> 100 * result.offCapacity()),
            new Measure("time to divert", "s", 1, true, Result::divertS),
            new Measure("attributed right", "%", 1, false, result -> 100 * result.attributedRight()),
            new Measure("moved by others' faults", "points", 2, true, Result::movedByOthers),
            new Measure("cost of a choice", "µs", 1, true, result -> result.chooseNanos() / 1e3));

    Spread over(List<Result> results) {
        return Spread.of(results.stream().mapToDouble(of));
    }

    /** Name and unit. */
    String title() {
        return unit.isEmpty() ? name : name + ", " + unit;
    }
}
