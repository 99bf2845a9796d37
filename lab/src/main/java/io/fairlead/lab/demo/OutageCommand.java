package io.fairlead.lab.demo;

import io.fairlead.lab.fleet.Impairment;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import picocli.CommandLine.Command;

/** {@code fairlead demo outage}. */
@Command(
        name = "outage",
        description =
                "Cut one ISP of the running demo off: nothing passes, and nobody is told. Watch what the pools do about it.")
final class OutageCommand extends NetworkCommand {

    @Override
    String story(long asn) {
        return "AS" + asn + " goes dark.";
    }

    @Override
    void begin(ConsoleReader reader, URI control, long asn) throws IOException, InterruptedException {
        reader.change(control.resolve("/networks/" + asn + "/impairment"), Impairment.NONE.darkened());
    }

    @Override
    Duration lasts() {
        return Duration.ZERO;
    }
}
