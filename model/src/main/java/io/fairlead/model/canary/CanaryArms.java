package io.fairlead.model.canary;

import java.util.Collection;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;

/** Which exits, or pools, a canary decides: by a hash, so that every task, after every restart, says the same, and each canary draws anew. */
public final class CanaryArms {

    private static final double UNIT = 0x1.0p-53;

    private CanaryArms() {}

    /**
     * Whether an exit is in the canary's arm.
     *
     * @param version of the canary: offset of its record
     * @param share of exits, 0–1
     */
    public static boolean decides(long version, String exitId, double share) {
        return place(version, exitId) < share;
    }

    /**
     * Which of a few units are in the canary's arm: as near to its share as can be, but one at least, and one at least is not.
     *
     * @param version of the canary: offset of its record
     * @param share of units, 0–1
     * @return none where there are fewer than two
     */
    public static Set<String> draw(long version, Collection<String> units, double share) {
        if (units.size() < 2) {
            return Set.of();
        }
        long drawn = Math.max(1, Math.min(units.size() - 1L, Math.round(share * units.size())));
        return units.stream()
                .sorted(Comparator.comparingDouble((String unit) -> place(version, unit))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(drawn)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Where a canary puts a unit, 0–1. */
    private static double place(long version, String unit) {
        return (mix(hash(unit) ^ mix(version)) >>> 11) * UNIT;
    }

    /** 64-bit FNV-1a. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /** Finalizer of SplitMix64 (Steele, Lea, Flood 2014): names that differ in one letter fall apart. */
    private static long mix(long bits) {
        long z = bits + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
