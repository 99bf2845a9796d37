package io.fairlead.nameserver.zone;

/**
 * Something about a zone file.
 *
 * @param line where, counted from 1; 0: the file as a whole
 * @param error the zone can't be served; else it is only worth knowing
 * @param text what is wrong and what to do, in a sentence
 */
public record ZoneProblem(int line, boolean error, String text) {

    @Override
    public String toString() {
        return (line == 0 ? "" : "line " + line + ": ") + (error ? "" : "(warning) ") + text;
    }
}
