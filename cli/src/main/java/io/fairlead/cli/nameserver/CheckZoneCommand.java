package io.fairlead.cli.nameserver;

import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.nameserver.zone.Zone;
import io.fairlead.nameserver.zone.ZoneKey;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    @Mixin
    private SigningOptions signing = new SigningOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        boolean good = true;
        Map<String, List<ZoneKey>> keys = signing.keys();
        List<Zone> zones = new ArrayList<>();
        for (String source : sources) {
            Zone.Loaded loaded = ZoneSources.read(source, keys);
            loaded.problems().forEach(problem -> out.println(source + ": " + problem));
            Zone zone = loaded.zone();
            if (zone == null) {
                out.println(source + ": can't be served");
                good = false;
            } else {
                out.println(source + ": zone " + zone.name() + ", serial " + zone.serial() + ", " + zone.records()
                        + " records, " + zone.mapped().size() + " mapped names"
                        + (zone.keys().isEmpty() ? "" : ", signed with key " + tags(zone)) + ": good");
                zones.add(zone);
            }
        }
        if (good) {
            ZoneSources.checkAllSigned(keys, zones);
        }
        return good ? 0 : 1;
    }

    private static String tags(Zone zone) {
        return zone.keys().stream().map(key -> Integer.toString(key.tag())).collect(Collectors.joining(", "));
    }
}
