package io.fairlead.dashboards.console;

/**
 * What the operator promises; the page turns red where one is missed, and nowhere else.
 *
 * @param successShare of the requests that no client spoiled, 0–1
 * @param latencyP95Ms time to first byte, ms
 * @param jobSilenceMs a job that was silent this long has lost its say: edges score for themselves
 */
public record Objectives(double successShare, double latencyP95Ms, long jobSilenceMs) {

    /** 95 % success, first byte within 1.5 s for 95 of 100, jobs silent for less than 60 s. */
    public static Objectives defaults() {
        return new Objectives(0.95, 1_500, 60_000);
    }

    public Objectives {
        if (!(successShare > 0 && successShare <= 1)) {
            throw new IllegalArgumentException(
                    "The success objective is " + successShare + "; give a share over 0 and up to 1.");
        }
        if (!(latencyP95Ms > 0) || jobSilenceMs <= 0) {
            throw new IllegalArgumentException("The objectives for latency (" + latencyP95Ms + " ms) and job silence ("
                    + jobSilenceMs + " ms) must be over 0.");
        }
    }
}
