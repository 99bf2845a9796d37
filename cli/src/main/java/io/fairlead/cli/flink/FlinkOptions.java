package io.fairlead.cli.flink;

import java.net.URI;
import picocli.CommandLine.Option;

/** Options of every command that speaks to a Flink cluster. */
public final class FlinkOptions {

    @Option(
            names = "--flink",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8081",
            description = "REST address of the Flink cluster (default: ${DEFAULT-VALUE}).")
    private URI url = URI.create("http://127.0.0.1:8081");

    public FlinkRest client() {
        return new FlinkRest(url);
    }
}
