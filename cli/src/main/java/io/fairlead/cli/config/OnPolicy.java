package io.fairlead.cli.config;

import io.fairlead.cli.UserError;
import io.fairlead.cli.kafka.KafkaOptions;
import io.fairlead.cli.settings.SettingsOptions;
import io.fairlead.schemas.policies.PolicyRecords;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.avro.specific.SpecificRecord;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands on one policy have in common. */
abstract class OnPolicy implements Callable<Integer> {

    @Mixin
    private SettingsOptions commonOptions = new SettingsOptions();

    @Mixin
    private KafkaOptions kafka = new KafkaOptions();

    @Parameters(
            index = "0",
            paramLabel = "KIND[/SCOPE]",
            description =
                    "KIND: quality, capacity, benchmark, politeness, pool, forecast or map; SCOPE: default (if not said), type:NAME, pool:NAME or class:NAME.")
    private String key = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PolicyName name = named(key);
        return run(name.key(), name.fallback(), spec.commandLine().getOut());
    }

    /** Which policy is meant. */
    PolicyName named(String said) {
        return PolicyName.of(said);
    }

    /**
     * Does it.
     *
     * @param policyKey {@code KIND/SCOPE}
     * @param fallback what counts where nothing is set
     */
    abstract int run(String policyKey, SpecificRecord fallback, PrintWriter out);

    final ConfigStore store() {
        return new ConfigStore(kafka.client());
    }

    final CommandSpec spec() {
        return spec;
    }

    final KafkaOptions kafka() {
        return kafka;
    }

    /** @throws UserError saying everything that is wrong with a record */
    static SpecificRecord checked(String key, SpecificRecord record) {
        List<String> violations = PolicyRecords.violations(key, record);
        if (!violations.isEmpty()) {
            throw new UserError(key + " would not be accepted:\n  " + String.join("\n  ", violations));
        }
        return record;
    }
}
