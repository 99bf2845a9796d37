package io.fairlead.model.map;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every part of the network costs every group, by the best evidence that there is: its own, else that of its neighbours, else none. Rows are
 * added with what is known of themselves; {@link #climb} fills in what their neighbours know. One use, one owner.
 *
 * <p>A group of which nothing is known for a row is taken to be as far as it is in the middle from rows that know all groups; others say too little, for clients are measured where they were sent, which is
 * where they are near. But of such groups only the first of the defaults may attract a row, which is so sent where it would be without a map: a row that was measured to be far from the one group
 * it has met is not kept there, and is sent nowhere on a guess. Until some know all groups, those are as far as each other but for a small step from each to the next in the order of defaults, which thus
 * decides.
 */
public final class Ladder {

    /** Half the width of the interval of what neighbours know, as a share, at least: they are near one another, and not the same. */
    private static final double NEIGHBOURS_ERROR = 0.3;

    private static final int WIDE_IPV4_BITS = 20;
    private static final int WIDE_IPV6_BITS = 40;

    /** Rows that must know all groups before they say how far a group is in the middle. */
    private static final int LEAST_COMPLETE = 8;

    /** A group of which nobody knows anything is taken to be this far, ms … */
    private static final double UNKNOWN_MS = 100;

    /** … or by this factor farther than the farthest that the row knows. */
    private static final double UNKNOWN_FACTOR = 1.5;

    /** A group that is not preferred is farther than the preferred one by this at least, ms. */
    private static final double LEAST_FARTHER_MS = 0.5;

    /** From one group to the next in the order of defaults, ms. */
    private static final double DEFAULT_STEP_MS = 0.01;

    private final int groups;

    /** Place of each group in the order of defaults. */
    private final int[] defaultPlace;

    /** The first of the defaults. */
    private final int first;

    private final List<AddressPrefix> prefixes = new ArrayList<>();
    private double[] bitsPerSecond = new double[64];

    // Row after row, a cell a group.
    private float[] costMs;
    private float[] errorMs;
    private @Nullable EvidenceClass[] evidence;

    /** What neighbours know of each group: how many do, and the sum of their logarithms. */
    private static final class Neighbours {

        private final int[] count;
        private final double[] logs;

        Neighbours(int groups) {
            count = new int[groups];
            logs = new double[groups];
        }

        void note(int group, double ms) {
            count[group]++;
            logs[group] += Math.log(Math.max(0.01, ms));
        }

        double meanMs(int group) {
            return Math.exp(logs[group] / count[group]);
        }
    }

    /**
     * Begins without rows.
     *
     * @param defaultOrder groups in the order in which those get them about whom nothing is known
     */
    public Ladder(int[] defaultOrder) {
        groups = defaultOrder.length;
        first = defaultOrder[0];
        defaultPlace = new int[groups];
        for (int i = 0; i < groups; i++) {
            defaultPlace[defaultOrder[i]] = i;
        }
        costMs = new float[64 * groups];
        errorMs = new float[64 * groups];
        evidence = new EvidenceClass[64 * groups];
    }

    /** Adds a part of the network of which nothing is known yet; gives its row. */
    public int add(AddressPrefix prefix, double demandBitsPerSecond) {
        int row = prefixes.size();
        if (row == bitsPerSecond.length) {
            bitsPerSecond = Arrays.copyOf(bitsPerSecond, 2 * row);
            costMs = Arrays.copyOf(costMs, 2 * row * groups);
            errorMs = Arrays.copyOf(errorMs, 2 * row * groups);
            evidence = Arrays.copyOf(evidence, 2 * row * groups);
        }
        prefixes.add(prefix);
        bitsPerSecond[row] = demandBitsPerSecond;
        return row;
    }

    /** What a row's own evidence says of a group; of several, that of the best class counts. */
    public void know(int row, int group, EvidenceClass of, double ms, double error) {
        int cell = row * groups + group;
        EvidenceClass known = evidence[cell];
        if (known == null || of.compareTo(known) <= 0) {
            costMs[cell] = (float) ms;
            errorMs[cell] = (float) error;
            evidence[cell] = of;
        }
    }

    /**
     * What a resolver's preference says of the groups to which it was not measured: how much farther than the preferred one they are. Where that one was measured it is known from where they are
     * farther; where another was, the preferred one is no farther than that. What shares are worth in the middle of all resolvers is not what they are worth to one who is far from everybody.
     *
     * @param preferred the group that the resolver prefers
     * @param ms what its shares are worth, ms, of each group; NaN: no name server stands with it
     * @param errorShare half the width of the 90 % interval, as a share
     */
    public void prefer(int row, int preferred, double[] ms, double errorShare) {
        double from = ms[preferred];
        if (measured(row, preferred)) {
            from = costMs[row * groups + preferred];
        } else {
            for (int group = 0; group < groups; group++) {
                from = measured(row, group) ? Math.min(from, costMs[row * groups + group]) : from;
            }
        }
        for (int group = 0; group < groups; group++) {
            if (!Double.isNaN(ms[group]) && !measured(row, group)) {
                double farther = group == preferred ? 0 : Math.max(LEAST_FARTHER_MS, ms[group] - ms[preferred]);
                know(row, group, EvidenceClass.POPULARITY, from + farther, errorShare * (from + farther));
            }
        }
    }

    private boolean measured(int row, int group) {
        EvidenceClass known = evidence[row * groups + group];
        return known != null && known.compareTo(EvidenceClass.POPULARITY) < 0;
    }

    /** Fills in what neighbours know, and what nobody does. */
    public void climb() {
        Map<AddressPrefix, Neighbours> near = new HashMap<>();
        Map<AddressPrefix, Neighbours> wide = new HashMap<>();
        Neighbours complete = new Neighbours(groups);
        for (int row = 0; row < rows(); row++) {
            AddressPrefix prefix = prefixes.get(row);
            boolean all = knowsAll(row);
            for (int group = 0; group < groups; group++) {
                int cell = row * groups + group;
                if (evidence[cell] != null) {
                    near.computeIfAbsent(prefix.neighbourhood(), key -> new Neighbours(groups))
                            .note(group, costMs[cell]);
                    wide.computeIfAbsent(wide(prefix), key -> new Neighbours(groups))
                            .note(group, costMs[cell]);
                    if (all) {
                        complete.note(group, costMs[cell]);
                    }
                }
            }
        }
        for (int row = 0; row < rows(); row++) {
            AddressPrefix prefix = prefixes.get(row);
            ask(row, near.get(prefix.neighbourhood()), EvidenceClass.NEAR_NEIGHBOURS);
            ask(row, wide.get(wide(prefix)), EvidenceClass.NEIGHBOURS);
            assume(row, complete);
        }
    }

    private boolean knowsAll(int row) {
        for (int group = 0; group < groups; group++) {
            if (evidence[row * groups + group] == null) {
                return false;
            }
        }
        return true;
    }

    private static AddressPrefix wide(AddressPrefix prefix) {
        return prefix.widened(prefix.ipv6() ? WIDE_IPV6_BITS : WIDE_IPV4_BITS);
    }

    private void ask(int row, @Nullable Neighbours neighbours, EvidenceClass of) {
        for (int group = 0; neighbours != null && group < groups; group++) {
            int cell = row * groups + group;
            if (evidence[cell] == null && neighbours.count[group] > 0) {
                double ms = neighbours.meanMs(group);
                know(row, group, of, ms, NEIGHBOURS_ERROR * ms);
            }
        }
    }

    private void assume(int row, Neighbours complete) {
        double farthest = 0;
        for (int group = 0; group < groups; group++) {
            int cell = row * groups + group;
            farthest = evidence[cell] == null ? farthest : Math.max(farthest, costMs[cell]);
        }
        boolean told = complete.count[first] >= LEAST_COMPLETE;
        double far = Math.max(UNKNOWN_MS, UNKNOWN_FACTOR * farthest);
        double firstMs = evidence[row * groups + first] == null
                ? told ? complete.meanMs(first) : far
                : costMs[row * groups + first];
        for (int group = 0; group < groups; group++) {
            if (evidence[row * groups + group] == null) {
                double middle = told ? complete.meanMs(group) : far;
                double unknown = group == first ? firstMs : Math.max(middle, firstMs);
                know(row, group, EvidenceClass.DEFAULT, unknown + DEFAULT_STEP_MS * defaultPlace[group], unknown);
            }
        }
    }

    public int rows() {
        return prefixes.size();
    }

    public AddressPrefix prefix(int row) {
        return prefixes.get(row);
    }

    public double demandBitsPerSecond(int row) {
        return bitsPerSecond[row];
    }

    public EvidenceClass evidence(int row, int group) {
        EvidenceClass known = evidence[row * groups + group];
        return known == null ? EvidenceClass.DEFAULT : known;
    }

    /** Without any price, ms. */
    public double costMs(int row, int group) {
        return costMs[row * groups + group];
    }

    /** Half the width of the 90 % interval around a cost, ms. */
    public double errorMs(int row, int group) {
        return errorMs[row * groups + group];
    }

    /** The task that it comes to. */
    public Demand demand() {
        return new Demand(Arrays.copyOf(bitsPerSecond, rows()), Arrays.copyOf(costMs, rows() * groups), groups);
    }
}
