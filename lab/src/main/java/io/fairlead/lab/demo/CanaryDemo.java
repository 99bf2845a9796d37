package io.fairlead.lab.demo;

import io.fairlead.cli.UserError;
import io.fairlead.cli.config.CanaryVerdicts;
import io.fairlead.cli.config.ConfigEntry;
import io.fairlead.cli.config.ConfigStore;
import io.fairlead.cli.settings.Amounts;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.decisions.CanaryStage;
import io.fairlead.schemas.decisions.CanaryVerdict;
import io.fairlead.schemas.policies.CanaryRecords;
import io.fairlead.schemas.topics.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tries a bad policy on half of the running demo's exits, and says how it takes itself back. */
@Command(
        name = "canary",
        description =
                "Try a policy that takes slow and failing exits for good ones on half of the running demo's exits, and watch it take itself back.")
final class CanaryDemo implements Callable<Integer> {

    private static final String POLICY = "quality/default";

    /** Against such references every exit is fast, and success does not count. */
    private static final String[] BAD = {"psiMs=60000", "omegaMs=60000", "gamma=0"};

    private static final int ARMS_EVERY_SECONDS = 10;

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Option(names = "--data", paramLabel = "DIR", description = "Data directory of the demo, if it was told one.")
    private @Nullable Path data;

    @Option(
            names = "--baseline",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Amounts.Time.class,
            description = "How long both halves are only watched (default: ${DEFAULT-VALUE}).")
    private Duration baseline = Duration.ofSeconds(30);

    @Option(
            names = "--time",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Amounts.Time.class,
            description = "How long it decides at most (default: ${DEFAULT-VALUE}).")
    private Duration time = Duration.ofMinutes(5);

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path directory = DemoCommand.dataDirectory(data);
        String bootstrapServers;
        try {
            bootstrapServers = ClientSettings.bootstrapServers(directory);
        } catch (NoSuchFileException e) {
            throw new UserError("No demo runs with its data in " + directory + ". Start it with: ./fairlead demo", e);
        } catch (IOException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
        int status = policy(
                out,
                "canary",
                "start",
                POLICY,
                BAD[0],
                BAD[1],
                BAD[2],
                "--share=50%",
                "--baseline=" + baseline.toSeconds() + "s",
                "--time=" + time.toSeconds() + "s",
                "--tries=30",
                "--success-fall=2%",
                "--latency-ratio=1.15",
                "--reason=the demo's bad idea",
                "--bootstrap-servers=" + bootstrapServers);
        return status == 0 ? watch(new ConfigStore(Map.of("bootstrap.servers", bootstrapServers)), out) : status;
    }

    /** As an operator would say it. */
    private int policy(PrintWriter out, String... words) {
        CommandLine policy = spec.root().subcommands().get("policy");
        if (policy == null) {
            throw new IllegalStateException("the command line has no policy");
        }
        policy.setOut(out);
        return policy.execute(words);
    }

    private int watch(ConfigStore store, PrintWriter out) throws InterruptedException {
        ConfigEntry canary = store.read(Topics.CONFIG_POLICIES).get(CanaryRecords.key(POLICY));
        if (canary == null) {
            throw new UserError("Somebody has stopped the canary already.");
        }
        CanaryStage told = CanaryStage.UNKNOWN;
        long lastSeconds = baseline.plus(time).plus(time).toSeconds() + 60;
        for (long second = 0; second < lastSeconds; second++) {
            CanaryVerdict now = CanaryVerdicts.read(store).get(POLICY);
            if (now != null && now.getPolicyVersion() == canary.offset()) {
                boolean moved = now.getStage() != told;
                if (moved || second % ARMS_EVERY_SECONDS == 0) {
                    out.println((moved ? "" : "  ") + CanaryVerdicts.standing(now));
                    CanaryVerdicts.arms(now).forEach(line -> out.println("    " + line));
                    out.flush();
                }
                told = now.getStage();
                if (told == CanaryStage.ROLLED_BACK) {
                    out.println("It took itself back: its exits are decided as the others again.");
                    out.flush();
                    return 0;
                }
                if (told != CanaryStage.BASELINE && told != CanaryStage.RUNNING) {
                    out.println("It did not take itself back. Which exits it draws is chance; start it again.");
                    out.flush();
                    return 1;
                }
            }
            TimeUnit.SECONDS.sleep(1);
        }
        throw new UserError("The quality job did not end it in its time; does it run? (fairlead doctor)");
    }
}
