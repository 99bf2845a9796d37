package io.fairlead.dashboards.access;

import java.util.Locale;

/** What a token lets its holder do. */
public enum Role {
    /** Look at everything. */
    VIEWER,

    /** Change what the console can change, too. */
    OPERATOR;

    public boolean mayChange() {
        return this == OPERATOR;
    }

    /** As the command line and the token file say it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
