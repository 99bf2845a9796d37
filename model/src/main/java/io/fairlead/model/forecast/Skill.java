package io.fairlead.model.forecast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How well a measure was forecast at one horizon, decayed.
 *
 * @param scored forecasts scored in all
 * @param pinball mean pinball loss
 * @param coverage share that the 90 % interval held
 * @param mase mean scaled error
 * @param compared forecasts that could be compared with the day before
 * @param pinballCompared mean pinball loss of these
 * @param naivePinball mean pinball loss of the day before for the same
 */
public record Skill(
        double scored,
        double pinball,
        double coverage,
        double mase,
        double compared,
        double pinballCompared,
        double naivePinball) {

    /** Nothing was scored yet. */
    public static final Skill NONE = new Skill(0, 0, 0, 0, 0, 0, 0);

    /** By how much the pinball loss is under that of the day before, share; NaN: never compared. */
    public double gain() {
        return compared == 0 || naivePinball <= 0 ? Double.NaN : 1 - pinballCompared / naivePinball;
    }

    Skill after(ForecastScore score, double memory) {
        double share = Math.max(1 / (scored + 1), 1 / memory);
        boolean comparable = !Double.isNaN(score.naivePinball());
        double comparedShare = comparable ? Math.max(1 / (compared + 1), 1 / memory) : 0;
        return new Skill(
                scored + 1,
                pinball + share * (score.pinball() - pinball),
                coverage + share * ((score.told().covers(score.actual()) ? 1 : 0) - coverage),
                Double.isNaN(score.scaledError()) ? mase : mase + share * (score.scaledError() - mase),
                comparable ? compared + 1 : compared,
                comparable ? pinballCompared + comparedShare * (score.pinball() - pinballCompared) : pinballCompared,
                comparable ? naivePinball + comparedShare * (score.naivePinball() - naivePinball) : naivePinball);
    }

    void write(DataOutput out) throws IOException {
        for (double value : new double[] {scored, pinball, coverage, mase, compared, pinballCompared, naivePinball}) {
            out.writeDouble(value);
        }
    }

    static Skill read(DataInput in) throws IOException {
        return new Skill(
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble());
    }
}
