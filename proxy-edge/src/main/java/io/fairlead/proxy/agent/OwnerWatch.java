package io.fairlead.proxy.agent;

import io.fairlead.edge.link.LinkIdentity;
import io.fairlead.proxy.exit.OperatorTerms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what an owner says while the agent runs, and after the device: once a second the switch (a file {@code paused} in the
 * state directory: there, the exit is paused), every ten seconds battery and owner's activity. Keeps there what the exit has
 * carried ({@code traffic}), so that a restart gives no second allowance, and what it is doing ({@code status}), for people.
 *
 * <p>One thread of its own, because files and commands may block.
 */
public final class OwnerWatch implements AutoCloseable {

    /** The switch: while this file is in the state directory, nothing is served. */
    public static final String PAUSED = "paused";

    /** What the agent is doing, {@code name=value} a line. */
    public static final String STATUS = "status";

    private static final Logger LOG = LoggerFactory.getLogger(OwnerWatch.class);
    private static final String TRAFFIC = "traffic";
    private static final int LOOK_MS = 1_000;
    private static final int DEVICE_EVERY = 10;
    private static final int COMMAND_TIMEOUT_S = 5;

    private final ExitAgent agent;
    private final Settings settings;
    private final InstantSource clock;
    private final ScheduledExecutorService thread;
    private int looks;
    private String written = "";
    private String objection = "";
    private @Nullable Instant endsTunnelsAt;

    /**
     * Where the watch looks.
     *
     * @param state the agent's directory
     * @param powerSupply where batteries are, as in {@code /sys/class/power_supply}
     * @param activeFile the owner is active while this file exists; null: not looked at
     * @param activeCommand the owner is active if it ends with 0; empty: not asked
     */
    public record Settings(
            Path state, Path powerSupply, @Nullable Path activeFile, List<String> activeCommand) {

        public Settings {
            activeCommand = List.copyOf(activeCommand);
        }

        /** The state directory, and the machine's own batteries. */
        public static Settings of(Path state) {
            return new Settings(state, PowerSupply.LINUX, null, List.of());
        }

        public Settings withActivity(@Nullable Path file, List<String> command) {
            return new Settings(state, powerSupply, file, command);
        }
    }

    private OwnerWatch(ExitAgent agent, Settings settings, InstantSource clock) {
        this.agent = agent;
        this.settings = settings;
        this.clock = clock;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "agent-watch");
            made.setDaemon(true);
            return made;
        });
    }

    /** Looks once at all of it, then goes on by itself. */
    public static OwnerWatch start(ExitAgent agent, Settings settings, InstantSource clock) {
        OwnerWatch watch = new OwnerWatch(agent, settings, clock);
        watch.resumeTraffic();
        watch.look();
        watch.thread.scheduleWithFixedDelay(watch::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        return watch;
    }

    private void look() {
        try {
            agent.load().paused(Files.exists(settings.state().resolve(PAUSED)));
            if (looks++ % DEVICE_EVERY == 0) {
                PowerSupply.Battery battery = PowerSupply.read(settings.powerSupply());
                agent.load().device(new Device(ownerActive(), battery.percent(), battery.discharging()));
                save(TRAFFIC, trafficText());
            }
            followTerms();
            tellStatus();
        } catch (RuntimeException e) {
            LOG.error("The owner's word could not be looked after this second.", e);
        }
    }

    /** Hours begin and end without anybody saying so. Only the owner's word ends what is open. */
    private void followTerms() {
        agent.tellChanges();
        String now = agent.load().objection();
        if (!now.equals(objection)) {
            LOG.info("{}", now.isEmpty() ? "requests are served" : "no requests are served: " + now);
            objection = now;
            agent.load().changed();
            endsTunnelsAt = now.isEmpty() ? null : clock.instant().plusMillis(AgentLoad.GRACE_MS);
        }
        Instant end = endsTunnelsAt;
        if (end != null && !clock.instant().isBefore(end)) {
            endsTunnelsAt = null;
            agent.load().endTunnels();
        }
    }

    private boolean ownerActive() {
        Path file = settings.activeFile();
        if (file != null && Files.exists(file)) {
            return true;
        }
        return !settings.activeCommand().isEmpty() && commandSaysActive();
    }

    private boolean commandSaysActive() {
        try {
            Process asked = new ProcessBuilder(settings.activeCommand())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!asked.waitFor(COMMAND_TIMEOUT_S, TimeUnit.SECONDS)) {
                asked.destroyForcibly();
                LOG.warn(
                        "{} did not end within {} s; the owner counts as active",
                        settings.activeCommand(),
                        COMMAND_TIMEOUT_S);
                return true;
            }
            return asked.exitValue() == 0;
        } catch (IOException e) {
            LOG.warn("{} can't be run; the owner counts as active: {}", settings.activeCommand(), e.getMessage());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    // ---- files

    private void resumeTraffic() {
        Path file = settings.state().resolve(TRAFFIC);
        if (!Files.exists(file)) {
            return;
        }
        try {
            String[] parts = Files.readString(file).strip().split(" ", -1);
            agent.load()
                    .resume(new Traffic(LocalDate.parse(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2])));
        } catch (IOException | DateTimeException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            LOG.warn("{} can't be read, the caps of bytes begin anew: {}", file, e.toString());
        }
    }

    private String trafficText() {
        Traffic traffic = agent.load().traffic();
        return traffic.day() + " " + traffic.dayBytes() + " " + traffic.monthBytes() + "\n";
    }

    private void tellStatus() {
        AgentLoad load = agent.load();
        Traffic traffic = load.traffic();
        String why = agent.objection();
        String text = "exit=" + agent.exitId()
                + "\npid=" + ProcessHandle.current().pid()
                + "\nserves=" + (why.isEmpty() ? "yes" : "no: " + why)
                + "\noperator="
                + agent.operatorTerms().stream().map(OperatorTerms::toString).collect(Collectors.joining("; "))
                + "\nlinks=" + agent.linksUp()
                + "\nsupernodes="
                + agent.supernodes().stream()
                        .map(each -> each.getHostString() + ":" + each.getPort())
                        .collect(Collectors.joining(","))
                + "\nrunning=" + load.running() + " of " + load.capacityRequests()
                + "\nserved=" + load.servedCount()
                + "\nrefused=" + load.refusedCount()
                + "\nbytes-today=" + traffic.dayBytes()
                + "\nbytes-this-month=" + traffic.monthBytes()
                + "\nowner-active=" + load.device().ownerActive()
                + "\nbattery-percent=" + load.device().batteryPercent()
                + "\n";
        if (!text.equals(written)) {
            written = text;
            save(STATUS, text);
        }
    }

    private void save(String name, String text) {
        try {
            LinkIdentity.write(settings.state().resolve(name), text, "rw-------");
        } catch (UncheckedIOException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        save(TRAFFIC, trafficText());
        try {
            Files.deleteIfExists(settings.state().resolve(STATUS));
        } catch (IOException e) {
            LOG.warn("the status in {} can't be removed: {}", settings.state(), e.getMessage());
        }
    }
}
