package io.fairlead.dashboards.console;

/**
 * What the operator promises; the page turns red where one is missed, and nowhere else.
 *
 * @param successShare of the requests that no client spoiled, 0–1
 * @param latencyP95Ms time to first byte, ms
 * @param jobSilenceMs a job that was silent this long has lost its say: edges score for themselves
 * @param loopP99Ms from an event on an edge to the effect of what was decided of it, ms
 * @param stalledShare of the time that viewers of a room watch, in which their network takes nothing, 0–1
 */
public record Objectives(
        double successShare, double latencyP95Ms, long jobSilenceMs, long loopP99Ms, double stalledShare) {

    /**
     * 95 % success, first byte within 1.5 s for 95 of 100, jobs silent for less than 60 s, decisions in effect within 5 s for 99 of 100, viewers stalled for less
     * than 2 % of what they watch.
     */
    public static Objectives defaults() {
        return new Objectives(0.95, 1_500, 60_000, 5_000, 0.02);
    }

    public Objectives {
        if (!(successShare > 0 && successShare <= 1)) {
            throw new IllegalArgumentException(
                    "The success objective is " + successShare + "; give a share over 0 and up to 1.");
        }
        if (!(latencyP95Ms > 0) || jobSilenceMs <= 0 || loopP99Ms <= 0) {
            throw new IllegalArgumentException("The objectives for latency (" + latencyP95Ms + " ms), job silence ("
                    + jobSilenceMs + " ms) and the loop (" + loopP99Ms + " ms) must be over 0.");
        }
        if (!(stalledShare > 0 && stalledShare < 1)) {
            throw new IllegalArgumentException(
                    "The objective for stalls is " + stalledShare + "; give a share between 0 and 1.");
        }
    }
}
