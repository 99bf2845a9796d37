package io.fairlead.lab.bench;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Entries of a map that was made up: prefixes about cities, each with its nearest groups in order, as far as it was measured; so that hardly two have the same groups in the
 * same order. Every tenth is one of IPv6, every fiftieth shared by two groups.
 */
final class MapSample {

    private static final int CITIES = 200;
    private static final double SIDE = 100;
    private static final double NOISE_MS = 5;

    private MapSample() {}

    /**
     * So many entries, each of a prefix of its own.
     *
     * @param choices groups of each
     */
    static Stream<MapEntry> entries(int count, int groups, int choices, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[][] cities = places(CITIES, random);
        double[][] sites = places(groups, random);
        return IntStream.range(0, count)
                .mapToObj(i -> entry(prefix(i), cities[random.nextInt(CITIES)], sites, choices, i, random));
    }

    static String key(MapEntry entry) {
        return entry.getPrefix();
    }

    private static double[][] places(int count, SplittableRandom random) {
        double[][] places = new double[count][];
        for (int i = 0; i < count; i++) {
            places[i] = new double[] {SIDE * random.nextDouble(), SIDE * random.nextDouble()};
        }
        return places;
    }

    /** Spread over all addresses: numbers times an odd one are all others. */
    private static AddressPrefix prefix(int i) {
        boolean ipv6 = i % 10 == 0;
        return ipv6
                ? new AddressPrefix(true, 0x2000L << 48 | ((i * 0x9E3779B97F4A7C15L) >>> 4 & -1L << 16), 48)
                : new AddressPrefix(false, (i * 0x9E3779B1L & 0xFFFFFFL) << 40, 24);
    }

    private static MapEntry entry(
            AddressPrefix prefix, double[] city, double[][] sites, int choices, int counter, SplittableRandom random) {
        double[] costsMs = new double[sites.length];
        List<Integer> nearest = new ArrayList<>();
        for (int group = 0; group < sites.length; group++) {
            double distance = Math.hypot(city[0] - sites[group][0], city[1] - sites[group][1]);
            costsMs[group] = 2 + 2 * distance + NOISE_MS * Math.abs(random.nextGaussian());
            nearest.add(group);
        }
        nearest.sort(Comparator.comparingDouble(group -> costsMs[group]));
        boolean shared = choices > 1 && counter % 50 == 0;
        List<GroupChoice> told = new ArrayList<>();
        for (int i = 0; i < choices; i++) {
            double share = i == 0 ? shared ? 0.7 : 1 : i == 1 && shared ? 0.3 : 0;
            int group = nearest.get(i);
            told.add(new GroupChoice("group-" + group, share, costsMs[group], NOISE_MS, MapEvidence.RESOLVER_RTT));
        }
        return MapEntry.newBuilder()
                .setPrefix(prefix.toString())
                .setVersion(new DecisionVersion(1_700_000_000_000L, (long) counter))
                .setIssuedAtMs(1_700_000_000_000L)
                .setPolicyVersion(7)
                .setMapEpoch(1)
                .setChoices(told)
                .setEvidenceAtMs(1_700_000_000_000L)
                .setDemandBitsPerSecond(1e6)
                .setCohort(MapCohort.SETTLED)
                .build();
    }
}
