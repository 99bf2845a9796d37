package io.fairlead.cli.config;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that changes what operators say. */
final class WriteOptions {

    @Option(
            names = "--author",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who says it (default: ${DEFAULT-VALUE}).")
    private String author = "";

    @Option(names = "--reason", paramLabel = "TEXT", required = true, description = "Why; everybody will see it.")
    private String reason = "";

    @Option(
            names = "--revision",
            paramLabel = "N",
            description = "The revision that is to be changed; refused if it is another by now.")
    private @Nullable Long revision;

    String author() {
        return author;
    }

    String reason() {
        return reason;
    }

    @Nullable
    Long revision() {
        return revision;
    }
}
