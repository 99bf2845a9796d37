package io.fairlead.model.forecast;

import io.fairlead.model.policy.ForecastPolicy;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Forecasts one measure of one pool, minute by minute, and scores what it said before. Five members: the same minute yesterday, the same quarter of an
 * hour a week ago, damped Holt–Winters, what the survival of the present members says, and the usual course of a day with what is left of the last minutes' deviation ({@link HarmonicRegression}); combined by inverse pinball loss,
 * per horizon.
 *
 * <p>Plain mutable state for one owner; 60 KB. Deterministic: the same values give the same forecasts.
 */
public final class SeriesForecaster {
    /*
     * Each member gives a point; a Track follows the quantiles of its errors, which makes three quantiles of it, and its loss, by which it is weighed. The
     * combination averages the members' quantiles by weight (Vincent averages) and is a forecaster with errors of its own: its interval is that of a
     * sample of them as soon as there are some, because averages of intervals that are right by themselves are too wide. Errors are taken as shares of
     * the hour's usual value: nights have small ones.
     */

    /** Minutes ahead, rising. */
    private static final int[] HORIZONS = {5, 15, 60};

    private static final int YESTERDAY = 0;
    private static final int LAST_WEEK = 1;
    private static final int MEMBERS = 5; // and 2 Holt–Winters, 3 survival, 4 harmonic regression
    private static final int FORMER_MEMBERS = 4;
    private static final int COMBINED = MEMBERS;
    private static final int UNIT = (MEMBERS + 1) * 4;
    private static final int DAY = 1_440;
    private static final int QUARTER = 15;
    private static final int WEEK_QUARTERS = 7 * DAY / QUARTER;
    private static final int LEAST_SCORED = 10;
    private static final double SURE = 1e-9;

    private final Measure measure;
    private final ForecastPolicy policy;
    private final HoltWinters holtWinters;
    private final HarmonicRegression harmonic;
    private final float[] day = new float[DAY];
    private final float[] week = new float[WEEK_QUARTERS];
    private final Track[][] tracks = new Track[HORIZONS.length][MEMBERS];
    private final ErrorSample[] errors = new ErrorSample[HORIZONS.length];
    /** By horizon and minute: of each member and of the combination its point and the three quantiles, then the unit of errors. */
    private final double[][][] pending = new double[HORIZONS.length][][];

    private final Skill[] skills = new Skill[HORIZONS.length];
    private long minute = Long.MIN_VALUE;
    private double last = Double.NaN;
    private double change;
    private double changes;
    private double quarterSum;
    private int quarterCount;

    public SeriesForecaster(Measure measure, ForecastPolicy policy) {
        this.measure = measure;
        this.policy = policy;
        holtWinters = new HoltWinters(
                policy.levelWeight(),
                policy.trendWeight(),
                policy.seasonWeight(),
                policy.trendDamping(),
                DAY / QUARTER,
                QUARTER);
        harmonic = new HarmonicRegression(HORIZONS, policy.memoryMinutes());
        Arrays.fill(day, Float.NaN);
        Arrays.fill(week, Float.NaN);
        for (int i = 0; i < HORIZONS.length; i++) {
            pending[i] = new double[HORIZONS[i]][];
            skills[i] = Skill.NONE;
            errors[i] = new ErrorSample(HORIZONS[i]);
            for (int j = 0; j < MEMBERS; j++) {
                tracks[i][j] = new Track();
            }
        }
    }

    /** Minutes ahead of forecasts, rising: 5, 15, 60. */
    public static int[] horizons() {
        return HORIZONS.clone();
    }

    /**
     * Takes in the value of a minute and scores the forecasts that were made for it. Minutes that were left out have no value; a minute that is
     * not after the last is not taken.
     *
     * @param atMinute minutes since the Unix epoch
     * @param value NaN: none is known
     * @return what has come due
     */
    public List<ForecastScore> observe(long atMinute, double value) {
        if (minute != Long.MIN_VALUE && atMinute <= minute) {
            return List.of();
        }
        if (minute != Long.MIN_VALUE) {
            long skipped = Math.max(minute + 1, atMinute - 7 * DAY);
            for (long each = skipped; each < atMinute; each++) {
                take(each, Double.NaN);
            }
        }
        return take(atMinute, value);
    }

    private List<ForecastScore> take(long atMinute, double value) {
        minute = atMinute;
        List<ForecastScore> scores = Double.isNaN(value) ? List.of() : score(value);
        for (int i = 0; i < HORIZONS.length; i++) {
            pending[i][slot(i, atMinute)] = null;
        }
        if (!Double.isNaN(value)) {
            if (!Double.isNaN(last)) {
                changes++;
                change += Math.max(1 / changes, 1 / policy.memoryMinutes()) * (Math.abs(value - last) - change);
            }
            last = value;
            quarterSum += value;
            quarterCount++;
        }
        holtWinters.observe(atMinute, value);
        harmonic.observe(atMinute, value);
        day[(int) Math.floorMod(atMinute, (long) DAY)] = (float) value;
        if (Math.floorMod(atMinute, (long) QUARTER) == QUARTER - 1) {
            week[quarter(atMinute)] = quarterCount == 0 ? Float.NaN : (float) (quarterSum / quarterCount);
            quarterSum = 0;
            quarterCount = 0;
        }
        return scores;
    }

    /**
     * Forecasts from the last minute on, and remembers it for scoring.
     *
     * @param survival what the survival of the present members lets expect, by horizon; NaN: it says nothing of this measure
     * @return by horizon; empty: no minute had a value yet
     */
    public List<Quantiles> forecast(double[] survival) {
        if (Double.isNaN(last)) {
            return List.of();
        }
        List<Quantiles> told = new ArrayList<>(HORIZONS.length);
        for (int i = 0; i < HORIZONS.length; i++) {
            told.add(forecast(i, survival[i]));
        }
        return told;
    }

    private Quantiles forecast(int horizon, double survival) {
        int ahead = HORIZONS[horizon];
        double[] points = {
            day[(int) Math.floorMod(minute + ahead, (long) DAY)],
            week[quarter(minute + ahead)],
            holtWinters.forecast(minute, ahead),
            survival,
            harmonic.forecast(minute, horizon)
        };
        double firstScale = Math.max(change * Math.sqrt(ahead), 0.01 * Math.max(Math.abs(last), SURE));
        double[] told = new double[UNIT + 1];
        told[UNIT] = harmonic.share(minute + ahead);
        double low = 0;
        double median = 0;
        double high = 0;
        double weights = 0;
        boolean anyScored = anyScored(horizon, points);
        for (int j = 0; j < MEMBERS; j++) {
            if (Double.isNaN(points[j])) {
                told[j * 4] = Double.NaN;
                continue;
            }
            Track track = tracks[horizon][j];
            Quantiles own = track.around(points[j], firstScale, policy.coldWidening());
            put(told, j, points[j], own);
            double weight = anyScored
                    ? track.scored() < LEAST_SCORED ? 0 : Math.pow(1 / (track.loss() + SURE), policy.weightPower())
                    : j == YESTERDAY || j == LAST_WEEK ? SURE : 1;
            low += weight * own.low();
            median += weight * own.median();
            high += weight * own.high();
            weights += weight;
        }
        Quantiles mixed = Quantiles.ordered(low / weights, median / weights, high / weights);
        Quantiles combined =
                errors[horizon].count() < LEAST_SCORED ? mixed : errors[horizon].around(mixed.median(), told[UNIT]);
        combined = Quantiles.ordered(
                measure.bounded(combined.low()), measure.bounded(combined.median()), measure.bounded(combined.high()));
        put(told, COMBINED, mixed.median(), combined);
        pending[horizon][slot(horizon, minute + ahead)] = told;
        return combined;
    }

    private boolean anyScored(int horizon, double[] points) {
        for (int j = 0; j < MEMBERS; j++) {
            if (!Double.isNaN(points[j]) && tracks[horizon][j].scored() >= LEAST_SCORED) {
                return true;
            }
        }
        return false;
    }

    private List<ForecastScore> score(double value) {
        List<ForecastScore> scores = new ArrayList<>(HORIZONS.length);
        for (int i = 0; i < HORIZONS.length; i++) {
            double[] told = pending[i][slot(i, minute)];
            if (told == null) {
                continue;
            }
            double memory = policy.memoryMinutes() + HORIZONS[i] * 10.0;
            double naive = Double.NaN;
            for (int j = 0; j < MEMBERS; j++) {
                if (Double.isNaN(told[j * 4])) {
                    continue;
                }
                Quantiles said = quantiles(told, j);
                tracks[i][j].score(told[j * 4], said, value, HORIZONS[i], memory);
                if (j == YESTERDAY) {
                    naive = said.pinball(value);
                }
            }
            errors[i].add(minute, (value - told[COMBINED * 4]) / told[UNIT]);
            Quantiles said = quantiles(told, COMBINED);
            ForecastScore score = new ForecastScore(
                    measure,
                    HORIZONS[i],
                    minute - HORIZONS[i],
                    said,
                    value,
                    said.pinball(value),
                    naive,
                    change > 0 ? Math.abs(value - said.median()) / change : Double.NaN);
            skills[i] = skills[i].after(score, memory);
            scores.add(score);
        }
        return scores;
    }

    /** How well it forecast so far, at a horizon by its number. */
    public Skill skill(int horizon) {
        return skills[horizon];
    }

    /** What the combination stands on, by its weight; for people. */
    public String basis() {
        boolean dayKnown = !Float.isNaN(day[(int) Math.floorMod(minute + HORIZONS[0], (long) DAY)]);
        boolean weekKnown = !Float.isNaN(week[quarter(minute + HORIZONS[0])]);
        return !dayKnown
                ? "no day was seen yet: survival and trend alone"
                : weekKnown ? "day, week, trend and survival" : "no week was seen yet: day, trend and survival";
    }

    /** Whether no day was seen yet. */
    public boolean cold() {
        return Float.isNaN(day[(int) Math.floorMod(minute + HORIZONS[0], (long) DAY)]);
    }

    private static void put(double[] told, int member, double point, Quantiles quantiles) {
        told[member * 4] = point;
        told[member * 4 + 1] = quantiles.low();
        told[member * 4 + 2] = quantiles.median();
        told[member * 4 + 3] = quantiles.high();
    }

    private static Quantiles quantiles(double[] told, int member) {
        return new Quantiles(told[member * 4 + 1], told[member * 4 + 2], told[member * 4 + 3]);
    }

    private static int slot(int horizon, long atMinute) {
        return (int) Math.floorMod(atMinute, (long) HORIZONS[horizon]);
    }

    private static int quarter(long atMinute) {
        return (int) Math.floorMod(Math.floorDiv(atMinute, (long) QUARTER), (long) WEEK_QUARTERS);
    }

    /** Writes all that it knows. */
    public void write(DataOutput out) throws IOException {
        out.writeLong(minute);
        for (double value : new double[] {last, change, changes, quarterSum}) {
            out.writeDouble(value);
        }
        out.writeInt(quarterCount);
        holtWinters.write(out);
        for (float value : day) {
            out.writeFloat(value);
        }
        for (float value : week) {
            out.writeFloat(value);
        }
        for (int i = 0; i < HORIZONS.length; i++) {
            for (Track track : tracks[i]) {
                track.write(out);
            }
            skills[i].write(out);
            for (double[] told : pending[i]) {
                out.writeBoolean(told != null);
                if (told != null) {
                    for (double value : told) {
                        out.writeDouble(value);
                    }
                }
            }
            errors[i].write(out);
        }
        harmonic.write(out);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param minute the last one, with which a state begins
     */
    static SeriesForecaster read(Measure measure, ForecastPolicy policy, long minute, DataInput in) throws IOException {
        SeriesForecaster series = new SeriesForecaster(measure, policy);
        series.read(in, minute, false);
        return series;
    }

    /** Reads what was written before there was a harmonic regression, which learns from the minutes of the last day that were kept. */
    static SeriesForecaster readFormer(Measure measure, ForecastPolicy policy, long minute, DataInput in)
            throws IOException {
        SeriesForecaster series = new SeriesForecaster(measure, policy);
        series.read(in, minute, true);
        if (minute != Long.MIN_VALUE) {
            for (long each = minute - DAY + 1; each <= minute; each++) {
                series.harmonic.observe(each, series.day[(int) Math.floorMod(each, (long) DAY)]);
            }
        }
        return series;
    }

    private void read(DataInput in, long lastMinute, boolean former) throws IOException {
        minute = lastMinute;
        last = in.readDouble();
        change = in.readDouble();
        changes = in.readDouble();
        quarterSum = in.readDouble();
        quarterCount = in.readInt();
        holtWinters.read(in);
        for (int i = 0; i < day.length; i++) {
            day[i] = in.readFloat();
        }
        for (int i = 0; i < week.length; i++) {
            week[i] = in.readFloat();
        }
        int members = former ? FORMER_MEMBERS : MEMBERS;
        for (int i = 0; i < HORIZONS.length; i++) {
            for (int j = 0; j < members; j++) {
                tracks[i][j].read(in);
            }
            if (former) {
                new Track().read(in); // that of the combination
            }
            skills[i] = Skill.read(in);
            for (int j = 0; j < pending[i].length; j++) {
                if (in.readBoolean()) {
                    pending[i][j] = readTold(in, members, former);
                }
            }
            if (!former) {
                errors[i].read(in);
            }
        }
        if (!former) {
            harmonic.read(in);
        }
    }

    private static double[] readTold(DataInput in, int members, boolean former) throws IOException {
        double[] told = new double[UNIT + 1];
        for (int i = 0; i < members * 4; i++) {
            told[i] = in.readDouble();
        }
        Arrays.fill(told, members * 4, COMBINED * 4, Double.NaN);
        for (int i = COMBINED * 4; i < UNIT; i++) {
            told[i] = in.readDouble();
        }
        told[UNIT] = former ? 1 : in.readDouble();
        return told;
    }
}
