package io.fairlead.lab.fleet;

import io.fairlead.model.PoolType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One exit of a fleet.
 *
 * @param good whether a careful operator would want its traffic
 */
public record ExitProfile(
        String exitId,
        PoolType poolType,
        String country,
        long asn,
        int capacityRequests,
        boolean good,
        Impairment impairment) {

    private static final String[] COUNTRIES = {"us", "de", "br", "jp"};
    private static final PoolType[] TYPES = {PoolType.RESIDENTIAL, PoolType.ISP, PoolType.MOBILE};
    private static final int[] ASNS = {64_510, 64_511, 64_508, 64_509};

    /** What exits are like that nobody wants, in turn. */
    private static final List<Impairment> BAD = List.of(
            Impairment.delay(900, 300),
            Impairment.delay(40, 10).withFailures(0.4),
            Impairment.delay(250, 80).withLoss(0.25),
            Impairment.delay(60, 20).withChurnMs(20_000),
            Impairment.delay(1_500, 500),
            Impairment.delay(120, 40).withFailures(0.8));

    /**
     * A fleet as one finds them: two thirds good, of different distance; of the rest each bad in a way of its own. {@code
     * exit-01} is good, and the last one always bad.
     */
    public static List<ExitProfile> fleet(int exits) {
        List<ExitProfile> fleet = new ArrayList<>(exits);
        int bad = 0;
        for (int i = 0; i < exits; i++) {
            boolean good = i < (exits * 3 + 3) / 4;
            Impairment impairment = good ? Impairment.delay(10 + 8 * (i % 8), 4) : BAD.get(bad++ % BAD.size());
            fleet.add(new ExitProfile(
                    String.format(Locale.ROOT, "exit-%02d", i + 1),
                    TYPES[i % TYPES.length],
                    COUNTRIES[i % COUNTRIES.length],
                    ASNS[i % ASNS.length],
                    16,
                    good,
                    impairment));
        }
        return fleet;
    }
}
