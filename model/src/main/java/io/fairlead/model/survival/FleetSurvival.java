package io.fairlead.model.survival;

import io.fairlead.model.PoolType;
import io.fairlead.model.quality.Estimate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * How long the exits of a fleet stay, by pool type, autonomous system and hour of the week. A network's curve is drawn to its type's
 * law, a type's to {@link Weibull#UNKNOWN}; the hour multiplies the hazard of its type by {@code (ends + k) / (ends expected + k)},
 * because 168 curves a group would each know nothing.
 *
 * <p>Plain mutable state for one owner. Laws are fitted anew by {@link #fit}; between, curves stand on the last.
 */
public final class FleetSurvival {

    /** Networks that have a curve of their own at most; exits of further ones count by their type. */
    public static final int MAX_NETWORKS = 10_000;

    /** Hours of a week. */
    public static final int HOURS = 168;

    private static final long HOUR_MS = 3_600_000;
    private static final double HOUR_STRENGTH = 20;

    /** 1 January 1970 was a Thursday; hour 0 is Monday's first, UTC. */
    private static final int FIRST_HOUR = 3 * 24;

    private record Network(PoolType type, long asn) {}

    /** Ends seen and expected, by hour of the week. */
    private static final class Hours {
        final int[] ends = new int[HOURS];
        final double[] expected = new double[HOURS];
    }

    private final Map<PoolType, LifeTable> types = new EnumMap<>(PoolType.class);
    private final Map<PoolType, Hours> hours = new EnumMap<>(PoolType.class);
    private final Map<PoolType, SurvivalCurve> ofTypes = new EnumMap<>(PoolType.class);
    private final Map<Network, LifeTable> networks = new HashMap<>();

    /**
     * An exit was watched from one time to another.
     *
     * @param upSinceMs when its session began
     * @param ended the session ended then, unannounced and by the exit's fault
     */
    public void watched(PoolType type, long asn, long upSinceMs, long fromMs, long toMs, boolean ended) {
        if (toMs < fromMs) {
            return;
        }
        table(type).watched(fromMs - upSinceMs, toMs - upSinceMs, ended);
        Network network = new Network(type, asn);
        LifeTable own = networks.get(network);
        if (own == null && networks.size() < MAX_NETWORKS) {
            own = new LifeTable();
            networks.put(network, own);
        }
        if (own != null) {
            own.watched(fromMs - upSinceMs, toMs - upSinceMs, ended);
        }
        Hours byHour = hours.computeIfAbsent(type, t -> new Hours());
        SurvivalCurve curve = curve(type);
        for (long from = fromMs; from < toMs; ) {
            long to = Math.min(toMs, (from / HOUR_MS + 1) * HOUR_MS);
            byHour.expected[hour(from)] += -Math.log(curve.stay(from - upSinceMs, to - from));
            from = to;
        }
        if (ended) {
            byHour.ends[hour(toMs)]++;
        }
    }

    /** Fits the laws anew. Some hundred microseconds a type; meant for every few minutes. */
    public void fit() {
        types.forEach((type, table) -> ofTypes.put(type, SurvivalCurve.of(table, Weibull.UNKNOWN)));
    }

    /** The curve of a pool type, as last fitted. */
    public SurvivalCurve curve(PoolType type) {
        SurvivalCurve known = ofTypes.get(type);
        return known == null ? new SurvivalCurve(table(type), Weibull.UNKNOWN, SurvivalCurve.STRENGTH) : known;
    }

    /** The curve of a network, drawn to its type's law. */
    public SurvivalCurve curve(PoolType type, long asn) {
        SurvivalCurve ofType = curve(type);
        LifeTable own = networks.get(new Network(type, asn));
        return own == null ? ofType : new SurvivalCurve(own, ofType.law(), SurvivalCurve.STRENGTH);
    }

    /** By how much the hazard of the hour differs from the week's. */
    public double hourFactor(PoolType type, long atMs) {
        Hours byHour = hours.get(type);
        return byHour == null
                ? 1
                : (byHour.ends[hour(atMs)] + HOUR_STRENGTH) / (byHour.expected[hour(atMs)] + HOUR_STRENGTH);
    }

    /** Chance that an exit stays {@code longerMs} from now on, with bounds; the hour is that of now. */
    public Estimate stay(PoolType type, long asn, long upSinceMs, long nowMs, long longerMs) {
        Estimate base = curve(type, asn).estimate(nowMs - upSinceMs, longerMs);
        double factor = hourFactor(type, nowMs);
        return new Estimate(
                Math.pow(base.mean(), factor),
                Math.pow(base.lower(), factor),
                Math.pow(base.upper(), factor),
                base.weight());
    }

    static int hour(long atMs) {
        return Math.floorMod(atMs / HOUR_MS + FIRST_HOUR, HOURS);
    }

    private LifeTable table(PoolType type) {
        return types.computeIfAbsent(type, t -> new LifeTable());
    }
}
