package io.fairlead.cli.edge;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where an agent keeps what it is: identity, allowance used, switch. */
final class StateOption {

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Directory of this agent alone: its identity, its switch, and what it has carried (default:"
                    + " ~/.fairlead-agent).")
    private @Nullable Path given;

    Path directory() {
        Path chosen = given;
        return chosen == null ? Path.of(System.getProperty("user.home"), ".fairlead-agent") : chosen;
    }

    /** The same for an exit whose certificate is given by file: several of them may run beside each other. */
    Path directory(String exitId) {
        return given == null ? directory().resolve(exitId) : directory();
    }
}
