package io.fairlead.model.survival;

import io.fairlead.model.PoolType;
import io.fairlead.model.quality.Estimate;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How long the exits of a fleet stay, by pool type, autonomous system and hour of the week. A network's curve is drawn to its type's
 * law, a type's to {@link Weibull#UNKNOWN}; the hour multiplies the hazard of its type by {@code (ends + k) / (ends expected + k)},
 * because 168 curves a group would each know nothing.
 *
 * <p>What was seen fades: each {@link #HALF_LIFE_MS} of event time everything counts half ({@link #age}), so that a fleet that has changed is known for what
 * it is after some weeks.
 *
 * <p>Plain mutable state for one owner. Laws are fitted anew by {@link #fit}; between, curves stand on the last.
 */
public final class FleetSurvival {

    /** Networks that have a curve of their own at most; exits of further ones count by their type. */
    public static final int MAX_NETWORKS = 10_000;

    /** Hours of a week. */
    public static final int HOURS = 168;

    /** After so long what was seen counts half, ms: two weeks, so that each hour of the week has been seen several times. */
    public static final long HALF_LIFE_MS = 14L * 24 * 3_600_000;

    private static final long HOUR_MS = 3_600_000;
    private static final double HOUR_STRENGTH = 20;
    private static final byte FORM = 2;

    /** Before what was seen faded. */
    private static final byte FORM_WITHOUT_AGE = 1;

    /** 1 January 1970 was a Thursday; hour 0 is Monday's first, UTC. */
    private static final int FIRST_HOUR = 3 * 24;

    private record Network(PoolType type, long asn) {}

    /** Ends seen and expected, by hour of the week. */
    private static final class Hours {
        final int[] ends = new int[HOURS];
        final double[] expected = new double[HOURS];

        void halve() {
            int before = 0;
            int after = 0;
            for (int i = 0; i < HOURS; i++) {
                before += ends[i];
                ends[i] = before / 2 - after;
                after += ends[i];
                expected[i] /= 2;
            }
        }
    }

    private final Map<PoolType, LifeTable> types = new EnumMap<>(PoolType.class);
    private final Map<PoolType, Hours> hours = new EnumMap<>(PoolType.class);
    private final Map<PoolType, SurvivalCurve> ofTypes = new EnumMap<>(PoolType.class);
    private final Map<Network, LifeTable> networks = new HashMap<>();

    /** Up to when what was seen has faded, ms since the Unix epoch; 0: not begun. */
    private long agedAtMs;

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

    /**
     * Lets what was seen fade. Networks of which less than an hour is left are forgotten.
     *
     * @param nowMs up to where everything has been told, ms since the Unix epoch
     */
    public void age(long nowMs) {
        if (agedAtMs == 0) {
            agedAtMs = nowMs;
        }
        for (; nowMs - agedAtMs >= HALF_LIFE_MS; agedAtMs += HALF_LIFE_MS) {
            types.values().forEach(LifeTable::halve);
            hours.values().forEach(Hours::halve);
            networks.values().forEach(LifeTable::halve);
            networks.values().removeIf(table -> table.ends() == 0 && table.atRiskMs() < HOUR_MS);
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
        return factor(hours.get(type), hour(atMs));
    }

    private static double factor(@Nullable Hours byHour, int hour) {
        return byHour == null ? 1 : (byHour.ends[hour] + HOUR_STRENGTH) / (byHour.expected[hour] + HOUR_STRENGTH);
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

    /** What is known of a pool type, or of one of its networks, as last fitted; it does not change any more. */
    public GroupSurvival group(PoolType type) {
        return new GroupSurvival(copy(curve(type)), factors(type));
    }

    /** The same of a network; without one of its own, its type's. */
    public GroupSurvival group(PoolType type, long asn) {
        return new GroupSurvival(copy(curve(type, asn)), factors(type));
    }

    /** Pool types of which anything was seen. */
    public Set<PoolType> types() {
        return Set.copyOf(types.keySet());
    }

    /** Networks of a pool type that have a curve of their own. */
    public Set<Long> networks(PoolType type) {
        Set<Long> asns = new HashSet<>();
        networks.keySet().stream().filter(network -> network.type == type).forEach(network -> asns.add(network.asn));
        return asns;
    }

    private static SurvivalCurve copy(SurvivalCurve curve) {
        LifeTable table = new LifeTable();
        table.add(curve.table());
        return new SurvivalCurve(table, curve.law(), curve.strength());
    }

    private List<Double> factors(PoolType type) {
        List<Double> factors = new ArrayList<>(HOURS);
        for (int hour = 0; hour < HOURS; hour++) {
            factors.add(factor(hours.get(type), hour));
        }
        return factors;
    }

    /** Writes down what was seen, for {@link #read}; laws are fitted anew. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(FORM);
        out.writeLong(agedAtMs);
        out.writeInt(types.size());
        for (Map.Entry<PoolType, LifeTable> each : types.entrySet()) {
            out.writeUTF(each.getKey().name());
            each.getValue().write(out);
            Hours byHour = hours.computeIfAbsent(each.getKey(), t -> new Hours());
            for (int hour = 0; hour < HOURS; hour++) {
                out.writeInt(byHour.ends[hour]);
                out.writeDouble(byHour.expected[hour]);
            }
        }
        out.writeInt(networks.size());
        for (Map.Entry<Network, LifeTable> each : networks.entrySet()) {
            out.writeUTF(each.getKey().type.name());
            out.writeLong(each.getKey().asn);
            each.getValue().write(out);
        }
    }

    /** What {@link #write} wrote, with its laws fitted. */
    public static FleetSurvival read(DataInput in) throws IOException {
        byte form = in.readByte();
        if (form != FORM && form != FORM_WITHOUT_AGE) {
            throw new IOException("the survival of a fleet has the form " + form + "; this version knows "
                    + FORM_WITHOUT_AGE + " and " + FORM);
        }
        FleetSurvival fleet = new FleetSurvival();
        fleet.agedAtMs = form == FORM ? in.readLong() : 0;
        for (int left = in.readInt(); left > 0; left--) {
            PoolType type = PoolType.valueOf(in.readUTF());
            fleet.types.put(type, LifeTable.read(in));
            Hours byHour = new Hours();
            for (int hour = 0; hour < HOURS; hour++) {
                byHour.ends[hour] = in.readInt();
                byHour.expected[hour] = in.readDouble();
            }
            fleet.hours.put(type, byHour);
        }
        for (int left = in.readInt(); left > 0; left--) {
            Network network = new Network(PoolType.valueOf(in.readUTF()), in.readLong());
            fleet.networks.put(network, LifeTable.read(in));
        }
        fleet.fit();
        return fleet;
    }

    static int hour(long atMs) {
        return Math.floorMod(atMs / HOUR_MS + FIRST_HOUR, HOURS);
    }

    private LifeTable table(PoolType type) {
        return types.computeIfAbsent(type, t -> new LifeTable());
    }
}
