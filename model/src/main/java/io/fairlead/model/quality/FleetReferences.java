package io.fairlead.model.quality;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * References that follow the fleet, once a day: the first look after midnight (UTC) derives them from what the day before has brought,
 * if that was enough; else they stay. Feed it each exit's own median, so that busy exits weigh no more than idle ones.
 *
 * <p>Plain mutable state for one owner.
 */
public class FleetReferences {

    /** Medians of a day under which the references stay. */
    public static final int MIN_MEDIANS = 100;

    /** Those of a new day that differ by less leave the former in force: scores of two days can be compared. */
    public static final double KEEP_SHARE = 0.05;

    private static final long DAY_MS = 86_400_000;
    private static final double LOWER_QUARTILE = 0.25;

    /** Day of what is gathered: event time / 24 h; 0: nothing yet. */
    public long day;

    public QuantileSketch benchmarks = new QuantileSketch();
    public QuantileSketch pings = new QuantileSketch();

    /** In force, ms; 0: none yet, the policy's count. */
    public double psiMs;

    /** In force, ms; 0: none yet, the policy's count. */
    public double omegaMs;

    /**
     * Takes in medians of one exit; missing or failed ones are negative or infinite, and left out.
     *
     * @return whether the references have changed by it
     */
    public boolean add(long atMs, double benchmarkMs, double pingMs) {
        boolean changed = advance(atMs);
        benchmarks.add(benchmarkMs);
        pings.add(pingMs);
        return changed;
    }

    /** Lets time pass. @return whether the references have changed */
    public boolean advance(long nowMs) {
        long today = nowMs / DAY_MS;
        if (today <= day) {
            return false;
        }
        boolean begins = day == 0;
        day = today;
        if (begins || benchmarks.count() < MIN_MEDIANS || pings.count() < MIN_MEDIANS) {
            return false;
        }
        References derived = References.ofFleet(
                benchmarks.quantileMs(LOWER_QUARTILE).mean(),
                pings.quantileMs(LOWER_QUARTILE).mean());
        benchmarks = new QuantileSketch();
        pings = new QuantileSketch();
        if (!differs(derived.psiMs(), psiMs) && !differs(derived.omegaMs(), omegaMs)) {
            return false;
        }
        psiMs = derived.psiMs();
        omegaMs = derived.omegaMs();
        return true;
    }

    private static boolean differs(double derivedMs, double inForceMs) {
        return Math.abs(derivedMs - inForceMs) > KEEP_SHARE * inForceMs;
    }

    /** Writes it down, for {@link #read}. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(day);
        out.writeDouble(psiMs);
        out.writeDouble(omegaMs);
        benchmarks.write(out);
        pings.write(out);
    }

    /** What {@link #write} wrote. */
    public static FleetReferences read(DataInput in) throws IOException {
        FleetReferences references = new FleetReferences();
        references.day = in.readLong();
        references.psiMs = in.readDouble();
        references.omegaMs = in.readDouble();
        references.benchmarks = QuantileSketch.read(in);
        references.pings = QuantileSketch.read(in);
        return references;
    }

    /** What counts where a policy asks for the fleet's. */
    public References orElse(References policys) {
        return psiMs > 0 ? new References(psiMs, omegaMs) : policys;
    }
}
