package io.fairlead.lab.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fairlead.cli.Foreground;
import io.fairlead.cli.UserError;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.lab.host.HostFailure;
import io.fairlead.lab.host.ProjectHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fairlead demo}. */
@Command(
        name = "demo",
        description =
                "Run the whole loop on this machine: Kafka, Flink, ClickHouse, a proxy, agents, a site and traffic.",
        subcommands = {
            DemoCommands.Impair.class,
            DemoCommands.Heal.class,
            DeadTarget.class,
            DecayCommand.class,
            FailGroupCommand.class,
            OutageCommand.class,
            PromotionCommand.LeaveMaster.class,
            PromotionCommand.SilenceUpstream.class,
            CanaryDemo.class
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int ROUND_MS = 1_000;
    private static final int PLAIN_EVERY = 5;
    private static final int MINUTE_ROUNDS = 60;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Directory that survives the demo (default: .fairlead/demo in the project).")
    private @Nullable Path data;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = Amounts.Time.class,
            description = "End after this, such as 20m; 0s: at Ctrl-C.")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--check",
            description =
                    "Play the scenario without a terminal, print one JSON summary; exit code 0 only if the loop closed.")
    private boolean check;

    @Option(
            names = "--exits",
            paramLabel = "N",
            defaultValue = "24",
            description = "Agents (default: ${DEFAULT-VALUE}).")
    private int exits = 24;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "60",
            description = "Requests/s of the traffic (default: ${DEFAULT-VALUE}).")
    private double rate = 60;

    @Option(
            names = "--map",
            description =
                    "With delivery groups, name servers and resolvers, and the two jobs that make their map (they come a moment after the rest, and take as much of two processors again).")
    private boolean map;

    @Option(
            names = "--rooms",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "With a live room, its relays and 50 viewers, a moment after the rest (default), or without.")
    private boolean rooms = true;

    @Option(
            names = "--rtt-matrix",
            paramLabel = "FILE",
            description =
                    "Round trips between nodes, ms: a line for each node, parted by blanks; .gz is unpacked. Groups and resolvers are put on them (default: on the globe).")
    private @Nullable Path rttMatrix;

    @Option(
            names = "--proxy-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Of the proxy; 0 (default): the one of last time, or any that is free.")
    private int proxyPort;

    @Option(names = "--console-port", paramLabel = "PORT", defaultValue = "0", description = "Of the console.")
    private int consolePort;

    @Option(names = "--kafka-port", paramLabel = "PORT", defaultValue = "0", description = "Of Kafka.")
    private int kafkaPort;

    @Option(names = "--flink-port", paramLabel = "PORT", defaultValue = "0", description = "Of Flink's web UI.")
    private int flinkPort;

    @Option(names = "--clickhouse-port", paramLabel = "PORT", defaultValue = "0", description = "Of ClickHouse.")
    private int clickHousePort;

    @Option(
            names = "--clickhouse",
            paramLabel = "URL",
            description = "A ClickHouse server of your own instead of the embedded engine, such as http://HOST:8123.")
    private @Nullable String clickHouse;

    @Option(
            names = "--clickhouse-user",
            paramLabel = "NAME",
            defaultValue = "default",
            description = "Its user (default: ${DEFAULT-VALUE}).")
    private String clickHouseUser = "default";

    @Option(names = "--clickhouse-password", paramLabel = "SECRET", defaultValue = "", description = "Its password.")
    private String clickHousePassword = "";

    @Spec
    private CommandSpec spec;

    static Path dataDirectory(@Nullable Path told) {
        try {
            return (told == null
                            ? ProjectHome.find()
                                    .directory()
                                    .resolve(".fairlead")
                                    .resolve("demo")
                            : told)
                    .toAbsolutePath()
                    .normalize();
        } catch (HostFailure e) {
            throw new UserError(e.getMessage() + ", or say where the demo's data are with --data.", e);
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter told = check ? err : out; // standard output is for the summary alone then
        Consumer<String> progress = line -> {
            synchronized (told) {
                told.println(line);
                told.flush();
            }
        };
        if (rate < 0 || rate > 100_000 || exits < 1 || exits > 500) {
            throw new UserError("--rate goes from 0 to 100000, --exits from 1 to 500.");
        }
        String server = clickHouse;
        DemoOptions options = new DemoOptions(
                dataDirectory(data),
                proxyPort,
                consolePort,
                kafkaPort,
                flinkPort,
                clickHousePort,
                exits,
                rate,
                map && !check,
                rooms,
                rttMatrix == null ? null : rttMatrix.toAbsolutePath(),
                server == null ? null : new DemoOptions.ClickHouseServer(server, clickHouseUser, clickHousePassword));
        long begunNanos = System.nanoTime();
        progress.accept("Starting, with data in " + options.data());
        CountDownLatch asked = Foreground.termination();
        AtomicBoolean showing = new AtomicBoolean();
        hurryWhenAsked(asked, showing);
        try (DemoSystem system = DemoSystem.start(options, progress)) {
            double startSeconds = (System.nanoTime() - begunNanos) / 1e9;
            progress.accept(String.format(Locale.ROOT, "Ready after %.1f s.", startSeconds));
            tell(system, progress);
            String url = "http://127.0.0.1:" + system.site().port() + "/bytes/2048";
            try (Traffic traffic = new Traffic(system.users(), DemoConfig.TENANT, DemoConfig.SECRET, url);
                    PoolTraffic pools = new PoolTraffic(system.users(), url)) {
                return check
                        ? check(system, traffic, pools, startSeconds, progress, out)
                        : show(system, traffic, pools, asked, showing, out);
            }
        } catch (InterruptedException e) {
            progress.accept("Stopped before its end.");
            return 1;
        } catch (IOException e) {
            throw new UserError("The demo can't run: " + e.getMessage(), e);
        }
    }

    /** What waits for the start or plays the scenario is not made to end it first. */
    private static void hurryWhenAsked(CountDownLatch asked, AtomicBoolean showing) {
        Thread command = Thread.currentThread();
        Thread hurry = new Thread(
                () -> {
                    try {
                        asked.await();
                        if (!showing.get()) {
                            command.interrupt();
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "demo-hurry");
        hurry.setDaemon(true);
        hurry.start();
    }

    /** What a command to this demo says beside, if its data are not in the place where they are looked for. */
    private String dataHint() {
        return data == null ? "" : " --data " + data;
    }

    private void tell(DemoSystem system, Consumer<String> progress) {
        String proxy = system.users().getHostString() + ":" + system.users().getPort();
        progress.accept("");
        progress.accept("  console   " + system.consoleUrl());
        progress.accept("  Flink     " + system.flink().restUrl());
        progress.accept("  try       curl -x http://" + DemoConfig.TENANT + ":" + DemoConfig.SECRET + "@" + proxy
                + " http://127.0.0.1:" + system.site().port() + "/");
        progress.accept("            curl -k -x http://" + DemoConfig.TENANT + ":" + DemoConfig.SECRET + "@" + proxy
                + " https://127.0.0.1:" + system.site().securePort() + "/");
        progress.accept("  make one worse, and see its traffic go:");
        progress.accept("            ./fairlead demo impair exit-07 --delay 800ms" + dataHint());
        progress.accept("            ./fairlead demo impair exit-08 --flap" + dataHint());
        progress.accept("  let one ISP decay, or cut it off, and see pools replace their members first:");
        progress.accept("            ./fairlead demo decay --asn 64510" + dataHint());
        progress.accept("            ./fairlead demo outage --asn 64510" + dataHint());
        progress.accept("  ask for what nobody answers, and see that no exit is blamed:");
        progress.accept("            ./fairlead demo dead-target" + dataHint());
        progress.accept("  try a bad policy on half of the exits, and see it take itself back:");
        progress.accept("            ./fairlead demo canary" + dataHint());
        if (system.options().rooms()) {
            progress.accept("  watch a room, and see others promoted and nobody cut off:");
            progress.accept("            " + system.consoleUrl().resolve(DemoRooms.PAGE));
            progress.accept("            ./fairlead demo leave-master" + dataHint());
            progress.accept("            ./fairlead demo silence-upstream" + dataHint());
        }
        if (system.options().map()) {
            progress.accept("  cut a delivery group off, and see answers leave it:");
            progress.accept("            ./fairlead demo fail-group ams" + dataHint());
        }
        progress.accept("  point other commands at it, such as policy, pool, jobs, replay:");
        progress.accept("            ./fairlead policy get quality/default --settings " + system.clientSettings());
        progress.accept("");
    }

    private int check(
            DemoSystem system,
            Traffic traffic,
            PoolTraffic pools,
            double startSeconds,
            Consumer<String> progress,
            PrintWriter out)
            throws IOException, InterruptedException {
        ConsoleReader reader = new ConsoleReader();
        system.startRooms();
        DemoCheck judge = new DemoCheck(
                system, traffic, pools, reader, new FleetView(reader, system.consoleUrl(), system.control()), progress);
        ObjectNode summary = judge.play(startSeconds);
        out.println(summary);
        out.flush();
        return judge.closed() ? 0 : 1;
    }

    private int show(
            DemoSystem system,
            Traffic traffic,
            PoolTraffic pools,
            CountDownLatch asked,
            AtomicBoolean showing,
            PrintWriter out)
            throws IOException, InterruptedException {
        showing.set(true);
        traffic.rate(rate);
        pools.rate(rate * PoolTraffic.SHARE);
        ConsoleReader reader = new ConsoleReader();
        FleetView view = new FleetView(reader, system.consoleUrl(), system.control());
        long endNanos = System.nanoTime() + duration.toNanos();
        // Native signal handlers of the terminal would take Ctrl-C away from the end in good order.
        try (Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(false)
                .build()) {
            boolean live = !Terminal.TYPE_DUMB.equals(terminal.getType())
                    && !Terminal.TYPE_DUMB_COLOR.equals(terminal.getType());
            system.startRooms();
            system.startMap();
            RecentTraffic minute = new RecentTraffic(MINUTE_ROUNDS);
            traffic.interval();
            for (int round = 1;
                    !asked.await(ROUND_MS, TimeUnit.MILLISECONDS)
                            && (duration.isZero() || System.nanoTime() - endNanos < 0);
                    round++) {
                Traffic.Interval second = traffic.interval();
                Traffic.Report now = minute.add(second);
                String line = String.format(
                        Locale.ROOT,
                        "%d/s  last minute: success %.1f %%  p50 %.0f ms  p99 %.0f ms  memory %d MiB",
                        second.requests(),
                        now.success() * 100,
                        now.p50Ms(),
                        now.p99Ms(),
                        system.rssBytes() >> 20);
                if (live) {
                    draw(terminal, system, view, String.join("\n  ", lines(system, reader, line)));
                } else if (round % PLAIN_EVERY == 0) {
                    lines(system, reader, line).forEach(out::println);
                    out.flush();
                }
            }
        }
        out.println("Stopping.");
        out.flush();
        return 0;
    }

    private static List<String> lines(DemoSystem system, ConsoleReader reader, String traffic)
            throws InterruptedException {
        return Stream.of(traffic, system.roomsLine(reader), system.mapLine(reader))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private void draw(Terminal terminal, DemoSystem system, FleetView view, String line) throws InterruptedException {
        String table;
        try {
            table = FleetView.table(view.rows(), Math.max(80, terminal.getWidth()));
        } catch (IOException e) {
            table = "  the console does not answer: " + e.getMessage() + "\n";
        }
        PrintWriter screen = terminal.writer();
        screen.print("\u001b[H\u001b[2J");
        tell(system, text -> screen.println(text));
        screen.println("  " + line + "\n");
        screen.print(table);
        screen.println(
                "\n  Ctrl-C ends it; the data stay in " + system.options().data());
        screen.flush();
    }
}
