package io.fairlead.cli;

import io.netty.util.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.AppInfoParser;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What runs here, a line each: what a report of a fault should begin with. */
@Command(name = "version", description = "Versions of Fairlead and of what it runs on.")
final class VersionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .printf(
                        "fairlead  %s%njava      %s (%s)%nkafka     client %s%nnetty     %s%nsystem    %s %s, %s%n",
                        Fairlead.Version.product(),
                        Runtime.version(),
                        System.getProperty("java.vm.vendor"),
                        AppInfoParser.getVersion(),
                        netty(),
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"));
        return 0;
    }

    /** That of most of its parts, and of those that are of another which. */
    private static String netty() {
        TreeMap<String, List<String>> parts = new TreeMap<>();
        Version.identify().forEach((artifact, version) -> parts.computeIfAbsent(
                        version.artifactVersion(), none -> new ArrayList<>())
                .add(artifact));
        if (parts.isEmpty()) {
            return "unknown";
        }
        String most = parts.entrySet().stream()
                .max(Comparator.comparingInt(each -> each.getValue().size()))
                .orElseThrow()
                .getKey();
        return most
                + parts.entrySet().stream()
                        .filter(each -> !each.getKey().equals(most))
                        .map(each -> "; " + each.getKey() + " of " + String.join(", ", new TreeSet<>(each.getValue())))
                        .collect(Collectors.joining());
    }
}
