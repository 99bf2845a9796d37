package io.fairlead.lab.demo;

import io.fairlead.cli.settings.Amounts;
import io.fairlead.lab.fleet.Fleet;
import io.fairlead.lab.fleet.Impairment;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fairlead demo decay}. */
@Command(
        name = "decay",
        description =
                "Let all exits of one ISP of the running demo become slower and then fail, little by little, and watch"
                        + " what the pools do about it.")
final class DecayCommand extends NetworkCommand {

    private static final Impairment WORST =
            Impairment.delay(1_200, 300).withLoss(0.1).withFailures(0.5);

    @Option(
            names = "--over",
            paramLabel = "TIME",
            defaultValue = "10m",
            converter = Amounts.Time.class,
            description = "How long it takes (default: ${DEFAULT-VALUE}).")
    private Duration over = Duration.ofMinutes(10);

    @Override
    String story(long asn) {
        return "AS" + asn + " decays over " + over.toSeconds() + " s, to " + WORST + " beside what it was.";
    }

    @Override
    void begin(ConsoleReader reader, URI control, long asn) throws IOException, InterruptedException {
        reader.change(control.resolve("/networks/" + asn + "/decay"), new Fleet.Decay(WORST, over.toMillis()));
    }

    @Override
    Duration lasts() {
        return over;
    }
}
