package io.fairlead.jobs.map;

import io.fairlead.model.map.RollOut.Regret;
import io.fairlead.model.quality.QuantileSketch;
import io.fairlead.schemas.decisions.MapRegret;
import java.util.Locale;

/**
 * How much longer round trips were than to the nearest group: of those with the new map and of the control group since the stage began, and of all since the
 * map before was made.
 */
final class Regrets {

    private Regret rolled = Regret.NONE;
    private Regret control = Regret.NONE;
    private QuantileSketch ofRolled = new QuantileSketch();
    private QuantileSketch ofControl = new QuantileSketch();
    private Regret served = Regret.NONE;
    private QuantileSketch ofServed = new QuantileSketch();
    private MapRegret toldOfServed = new MapRegret(0L, 0.0, 0.0, 0.0);

    /** A stage begins. */
    void clear() {
        rolled = Regret.NONE;
        control = Regret.NONE;
        ofRolled = new QuantileSketch();
        ofControl = new QuantileSketch();
    }

    /** A map is made: what all clients met under the former one is told with it. */
    void nextMap() {
        toldOfServed = told(served, ofServed);
        served = Regret.NONE;
        ofServed = new QuantileSketch();
        clear();
    }

    void served(double ms) {
        served = served.and(ms);
        ofServed.add(ms);
    }

    void rolled(double ms) {
        rolled = rolled.and(ms);
        ofRolled.add(ms);
    }

    void control(double ms) {
        control = control.and(ms);
        ofControl.add(ms);
    }

    Regret rolled() {
        return rolled;
    }

    Regret control() {
        return control;
    }

    MapRegret toldOfRolled() {
        return told(rolled, ofRolled);
    }

    MapRegret toldOfControl() {
        return told(control, ofControl);
    }

    MapRegret toldOfServed() {
        return toldOfServed;
    }

    private static MapRegret told(Regret regret, QuantileSketch sketch) {
        double p95Ms = regret.samples() == 0 ? 0 : sketch.quantileMs(0.95).mean();
        return new MapRegret(regret.samples(), regret.meanMs(), regret.errorMs(), p95Ms);
    }

    /** Why the roll-out was halted. */
    String story() {
        return String.format(
                Locale.ROOT,
                "clients with the new map were %.1f ms farther than from their nearest group, the control group %.1f ms",
                rolled.meanMs(),
                control.meanMs());
    }
}
