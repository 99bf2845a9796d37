package io.fairlead.cli.config;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that changes what operators say. */
public final class WriteOptions {

    @Option(
            names = "--author",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who says it (default: ${DEFAULT-VALUE}).")
    private String author = "";

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it must be said, and everybody will see it.")
    private String reason = "";

    @Option(
            names = "--revision",
            paramLabel = "N",
            description = "The revision that is to be changed; refused if it is another by now.")
    private @Nullable Long revision;

    /** What was said. */
    public Attribution attribution() {
        return new Attribution(author, reason, revision);
    }
}
