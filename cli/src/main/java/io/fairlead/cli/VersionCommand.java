package io.fairlead.cli;

import io.netty.util.Version;
import java.util.concurrent.Callable;
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
        String netty = Version.identify().values().stream()
                .map(Version::artifactVersion)
                .distinct()
                .sorted()
                .reduce((one, other) -> one + ", " + other)
                .orElse("unknown");
        spec.commandLine()
                .getOut()
                .printf(
                        "fairlead  %s%njava      %s (%s)%nkafka     client %s%nnetty     %s%nsystem    %s %s, %s%n",
                        Fairlead.Version.product(),
                        Runtime.version(),
                        System.getProperty("java.vm.vendor"),
                        AppInfoParser.getVersion(),
                        netty,
                        System.getProperty("os.name"),
                        System.getProperty("os.version"),
                        System.getProperty("os.arch"));
        return 0;
    }
}
