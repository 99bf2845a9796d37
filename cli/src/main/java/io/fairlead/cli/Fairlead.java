package io.fairlead.cli;

import io.fairlead.cli.clickhouse.ClickHouseCommand;
import io.fairlead.cli.config.DecisionsCommand;
import io.fairlead.cli.config.ExitsCommand;
import io.fairlead.cli.config.GroupCommand;
import io.fairlead.cli.config.PolicyCommand;
import io.fairlead.cli.config.PoolCommand;
import io.fairlead.cli.config.RoomCommand;
import io.fairlead.cli.config.TenantCommand;
import io.fairlead.cli.console.ConsoleCommand;
import io.fairlead.cli.doctor.DoctorCommand;
import io.fairlead.cli.edge.AgentCommand;
import io.fairlead.cli.edge.AuthorityCommand;
import io.fairlead.cli.edge.ProxyCommand;
import io.fairlead.cli.flink.JobsCommand;
import io.fairlead.cli.grafana.GrafanaCommand;
import io.fairlead.cli.nameserver.NameServerCommand;
import io.fairlead.cli.nameserver.ProbeCommand;
import io.fairlead.cli.relay.RelayCommand;
import io.fairlead.cli.settings.LayeredSettings;
import io.fairlead.cli.topics.TopicsCommand;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry point of {@code fairlead}. */
@Command(
        name = "fairlead",
        description = "The quality plane of proxy networks and live CDNs.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        versionProvider = Fairlead.Version.class)
public final class Fairlead {

    private Fairlead() {}

    public static void main(String[] args) {
        int code = execute(System.getenv(), writer(System.out), writer(System.err), args);
        Foreground.over(); // before the exit, which waits for ever while the process is being ended
        System.exit(code);
    }

    /**
     * Runs one command line.
     *
     * @return 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly
     */
    public static int execute(Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = commandLine();
        line.setOut(out);
        line.setErr(err);
        try {
            line.setDefaultValueProvider(LayeredSettings.of(line, environment, args));
        } catch (UserError e) {
            err.println("fairlead: " + e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        return args.length == 0 ? usage(line) : line.execute(args);
    }

    /** The whole tree of commands. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Fairlead());
        line.addSubcommand("help", new CommandLine.HelpCommand());
        commands().forEach(line::addSubcommand);
        ServiceLoader.load(CommandSource.class)
                .forEach(source -> source.commands().forEach(line::addSubcommand));
        return Speech.of(line);
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, Charset.defaultCharset()), true);
    }

    private static List<Object> commands() {
        return List.of(
                new TopicsCommand(),
                new JobsCommand(),
                new ClickHouseCommand(),
                new ConsoleCommand(),
                new GrafanaCommand(),
                new DoctorCommand(),
                new PolicyCommand(),
                new TenantCommand(),
                new PoolCommand(),
                new GroupCommand(),
                new ExitsCommand(),
                new DecisionsCommand(),
                new ProxyCommand(),
                new AgentCommand(),
                new AuthorityCommand(),
                new NameServerCommand(),
                new ProbeCommand(),
                new RoomCommand(),
                new RelayCommand(),
                new VersionCommand());
    }

    private static int usage(CommandLine line) {
        line.usage(line.getOut());
        return CommandLine.ExitCode.OK;
    }

    /** Version of the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"fairlead " + product() + ", Java " + Runtime.version()};
        }

        /** Of the jar, if there is one. */
        static String product() {
            String version = Fairlead.class.getPackage().getImplementationVersion();
            return version == null ? "built from source" : version;
        }
    }
}
