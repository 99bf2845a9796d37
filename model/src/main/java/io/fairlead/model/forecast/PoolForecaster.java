package io.fairlead.model.forecast;

import io.fairlead.model.policy.ForecastPolicy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts all measures of one pool each minute, and the chances that its health falls under the minimum and that demand exceeds capacity. Plain
 * mutable state for one owner; 330 KB.
 */
public final class PoolForecaster {

    /** A state begins with it; one of before begins with a minute, which it can't be. */
    private static final long FORMAT = -3;

    /** Knew nothing of candour. */
    private static final long FORMAT_OF_PLAIN_CHANCES = -2;

    private static final double CANDOUR_MEMORY_MINUTES = 7 * 1_440.0;

    private final ForecastPolicy policy;
    private final Map<Measure, SeriesForecaster> series = new EnumMap<>(Measure.class);
    /** By horizon and minute: what was told; null: nothing. */
    private final Told[][] chances;

    private final Brier[] unhealthy;
    private final Brier[] shortage;
    private final Candour[] unhealthyCandour;
    private final Candour[] shortageCandour;

    /**
     * What was told for a minute.
     *
     * @param unhealthy chance of health under {@code minHealth}
     * @param shortage chance of demand over capacity
     * @param unhealthyByMembers the former as the forecasts alone have it
     * @param shortageByMembers the same of the shortage
     */
    private record Told(
            double unhealthy,
            double shortage,
            double minHealth,
            long atMinute,
            double unhealthyByMembers,
            double shortageByMembers) {

        void write(DataOutput out) throws IOException {
            for (double value :
                    new double[] {unhealthy, shortage, minHealth, atMinute, unhealthyByMembers, shortageByMembers}) {
                out.writeDouble(value);
            }
        }

        static Told read(DataInput in, boolean plain) throws IOException {
            double unhealthy = in.readDouble();
            double shortage = in.readDouble();
            double minHealth = in.readDouble();
            long atMinute = (long) in.readDouble();
            return plain
                    ? new Told(unhealthy, shortage, minHealth, atMinute, unhealthy, shortage)
                    : new Told(unhealthy, shortage, minHealth, atMinute, in.readDouble(), in.readDouble());
        }
    }

    public PoolForecaster(ForecastPolicy policy) {
        this.policy = policy;
        int[] horizons = SeriesForecaster.horizons();
        chances = new Told[horizons.length][];
        unhealthy = new Brier[horizons.length];
        shortage = new Brier[horizons.length];
        unhealthyCandour = new Candour[horizons.length];
        shortageCandour = new Candour[horizons.length];
        for (int i = 0; i < horizons.length; i++) {
            chances[i] = new Told[horizons[i]];
            unhealthyCandour[i] = Candour.NONE;
            shortageCandour[i] = Candour.NONE;
            unhealthy[i] = Brier.NONE;
            shortage[i] = Brier.NONE;
        }
        for (Measure measure : Measure.values()) {
            series.put(measure, new SeriesForecaster(measure, policy));
        }
    }

    /**
     * A minute of the pool is over.
     *
     * @param minute minutes since the Unix epoch
     * @param values by measure; one that is missing is not known
     * @param survival by measure and horizon, what the present members' survival lets expect; a measure that is missing has nothing of it
     * @param minHealth least health that the pool's definition asks for
     */
    public PoolOutlook minute(
            long minute, Map<Measure, Double> values, Map<Measure, double[]> survival, double minHealth) {
        List<ForecastScore> scores = new ArrayList<>();
        Map<Measure, List<Quantiles>> told = new EnumMap<>(Measure.class);
        scoreChances(minute, values);
        series.forEach((measure, one) -> {
            scores.addAll(one.observe(minute, values.getOrDefault(measure, Double.NaN)));
            told.put(measure, one.forecast(survival.getOrDefault(measure, nothing())));
        });
        List<PoolOutlook.Ahead> ahead = new ArrayList<>();
        for (int i = 0; i < chances.length; i++) {
            PoolOutlook.Ahead byMembers = ahead(i, told, minHealth);
            PoolOutlook.Ahead one = new PoolOutlook.Ahead(
                    byMembers.minutes(),
                    byMembers.quantiles(),
                    unhealthyCandour[i].of(byMembers.unhealthyProbability()),
                    shortageCandour[i].of(byMembers.shortageProbability()));
            ahead.add(one);
            chances[i][(int) Math.floorMod(minute, (long) chances[i].length)] = new Told(
                    one.unhealthyProbability(),
                    one.shortageProbability(),
                    minHealth,
                    minute,
                    byMembers.unhealthyProbability(),
                    byMembers.shortageProbability());
        }
        SeriesForecaster health = of(Measure.HEALTH);
        return new PoolOutlook(minute, ahead, scores, health.cold(), health.basis());
    }

    /** Forecaster of a measure, for its skill. */
    public SeriesForecaster of(Measure measure) {
        SeriesForecaster one = series.get(measure);
        if (one == null) {
            throw new IllegalStateException("no forecaster of " + measure);
        }
        return one;
    }

    /** How well the chance of health under the minimum was told, at a horizon by its number. */
    public Brier unhealthy(int horizon) {
        return unhealthy[horizon];
    }

    /** How well the chance of demand over capacity was told. */
    public Brier shortage(int horizon) {
        return shortage[horizon];
    }

    private static PoolOutlook.Ahead ahead(int horizon, Map<Measure, List<Quantiles>> told, double minHealth) {
        Map<Measure, Quantiles> quantiles = new EnumMap<>(Measure.class);
        told.forEach((measure, each) -> {
            if (!each.isEmpty()) {
                quantiles.put(measure, each.get(horizon));
            }
        });
        Quantiles health = quantiles.get(Measure.HEALTH);
        Quantiles demand = quantiles.get(Measure.DEMAND);
        Quantiles capacity = quantiles.get(Measure.CAPACITY);
        return new PoolOutlook.Ahead(
                SeriesForecaster.horizons()[horizon],
                quantiles,
                health == null ? Double.NaN : health.below(minHealth),
                demand == null || capacity == null ? Double.NaN : demand.exceeds(capacity));
    }

    private void scoreChances(long minute, Map<Measure, Double> values) {
        double health = value(values, Measure.HEALTH);
        double demand = value(values, Measure.DEMAND);
        double capacity = value(values, Measure.CAPACITY);
        for (int i = 0; i < chances.length; i++) {
            int slot = (int) Math.floorMod(minute, (long) chances[i].length);
            Told told = chances[i][slot];
            chances[i][slot] = null;
            if (told == null || told.atMinute() != minute - chances[i].length) {
                continue;
            }
            if (!Double.isNaN(told.unhealthy()) && !Double.isNaN(health)) {
                boolean came = health < told.minHealth();
                unhealthy[i] = unhealthy[i].after(told.unhealthy(), came);
                unhealthyCandour[i] =
                        unhealthyCandour[i].after(told.unhealthyByMembers(), came, CANDOUR_MEMORY_MINUTES);
            }
            if (!Double.isNaN(told.shortage()) && !Double.isNaN(demand) && !Double.isNaN(capacity)) {
                boolean came = demand > capacity;
                shortage[i] = shortage[i].after(told.shortage(), came);
                shortageCandour[i] = shortageCandour[i].after(told.shortageByMembers(), came, CANDOUR_MEMORY_MINUTES);
            }
        }
    }

    private static double value(Map<Measure, Double> values, Measure measure) {
        @Nullable Double value = values.get(measure);
        return value == null ? Double.NaN : value;
    }

    private static double[] nothing() {
        return new double[] {Double.NaN, Double.NaN, Double.NaN};
    }

    /** Writes all that it knows. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(FORMAT);
        for (Measure measure : Measure.values()) {
            of(measure).write(out);
        }
        for (int i = 0; i < chances.length; i++) {
            unhealthy[i].write(out);
            shortage[i].write(out);
            unhealthyCandour[i].write(out);
            shortageCandour[i].write(out);
            for (Told told : chances[i]) {
                out.writeBoolean(told != null);
                if (told != null) {
                    told.write(out);
                }
            }
        }
    }

    /** Reads what {@link #write} wrote, in this version or the two before. */
    public static PoolForecaster read(ForecastPolicy policy, DataInput in) throws IOException {
        PoolForecaster forecaster = new PoolForecaster(policy);
        long first = in.readLong();
        boolean plain = first != FORMAT;
        boolean former = plain && first != FORMAT_OF_PLAIN_CHANCES;
        boolean begun = former; // with the minute of its first series
        for (Measure measure : Measure.values()) {
            long minute = begun ? first : in.readLong();
            begun = false;
            forecaster.series.put(
                    measure,
                    former
                            ? SeriesForecaster.readFormer(measure, policy, minute, in)
                            : SeriesForecaster.read(measure, policy, minute, in));
        }
        for (int i = 0; i < forecaster.chances.length; i++) {
            forecaster.unhealthy[i] = Brier.read(in);
            forecaster.shortage[i] = Brier.read(in);
            if (!plain) {
                forecaster.unhealthyCandour[i] = Candour.read(in);
                forecaster.shortageCandour[i] = Candour.read(in);
            }
            for (int j = 0; j < forecaster.chances[i].length; j++) {
                if (in.readBoolean()) {
                    forecaster.chances[i][j] = Told.read(in, plain);
                }
            }
        }
        return forecaster;
    }

    /** The policy that it forecasts by. */
    public ForecastPolicy policy() {
        return policy;
    }
}
