package io.fairlead.cli.nameserver;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.nameserver.zone.Zone;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fairlead nameserver check-zone}. */
@Command(
        name = "check-zone",
        description = "Read zone files and say what is wrong with them, line by line; serves nothing.")
final class CheckZoneCommand implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Parameters(
            arity = "1..*",
            paramLabel = "[ORIGIN=]FILE",
            description = "Zone files, each with the name that completes its names, if it does not say $ORIGIN itself.")
    private List<String> sources = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean good = true;
        for (String source : sources) {
            Zone.Loaded loaded = ZoneSources.read(source);
            loaded.problems().forEach(problem -> out.println(source + ": " + problem));
            Zone zone = loaded.zone();
            if (zone == null) {
                out.println(source + ": can't be served");
                good = false;
            } else {
                out.println(source + ": zone " + zone.name() + ", serial " + zone.serial() + ", " + zone.records()
                        + " records, " + zone.mapped().size() + " mapped names: good");
            }
        }
        return good ? 0 : 1;
    }
}
