package io.fairlead.edge.table;

import java.util.List;

/** A config record that can't be used. */
public final class InvalidConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> violations;

    /** @param violations one sentence for each thing that is wrong: field, value, what to do */
    public InvalidConfigException(List<String> violations) {
        super(String.join("; ", violations));
        this.violations = List.copyOf(violations);
    }

    public List<String> violations() {
        return violations;
    }
}
