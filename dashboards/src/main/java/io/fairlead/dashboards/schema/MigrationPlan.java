package io.fairlead.dashboards.schema;

import java.util.List;

/**
 * What a database has of the schema, and what it lacks.
 *
 * @param server its address and version
 * @param steps every step that this program or the database knows, by number
 */
public record MigrationPlan(String server, List<Step> steps) {

    /** How one step stands. */
    public enum State {
        /** In the database as this program has it. */
        APPLIED,
        /** Not in the database yet. */
        PENDING,
        /** In the database with another text: a released step was edited. */
        ALTERED,
        /** In the database, but unknown to this program, which is older. */
        NEWER
    }

    /**
     * @param title number and name
     * @param state how it stands
     * @param statements how many this program has for it; 0 where it has none
     */
    public record Step(String title, State state, int statements) {}

    /** Steps in that state. */
    public List<Step> in(State state) {
        return steps.stream().filter(step -> step.state() == state).toList();
    }

    /** One line a step, for people. */
    public String text() {
        StringBuilder text = new StringBuilder("ClickHouse " + server + ", database " + ClickHouseUrl.DATABASE + "\n");
        for (Step step : steps) {
            text.append(
                    switch (step.state()) {
                        case APPLIED -> "  = " + step.title();
                        case PENDING -> "  + " + step.title() + "  (" + step.statements() + " statements)";
                        case ALTERED -> "  ! " + step.title() + "  (applied with another text)";
                        case NEWER -> "  ? " + step.title() + "  (applied by a newer version)";
                    });
            text.append('\n');
        }
        int pending = in(State.PENDING).size();
        return text.append(pending == 0 ? "Up to date.\n" : pending + " to apply.\n")
                .toString();
    }
}
