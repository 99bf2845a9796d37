package io.fairlead.jobs.setup;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import org.apache.flink.util.ParameterTool;

/**
 * Settings of a job as text: {@code --name value} on its command line, else {@code FAIRLEAD_JOB_NAME} in the environment of
 * the job manager, else the default. A name that is none of these is an error.
 */
public final class JobArguments {

    private static final String KAFKA_PREFIX = "kafka.";

    private final Map<String, String> values;
    private final Properties kafka;

    private JobArguments(Map<String, String> values, Properties kafka) {
        this.values = values;
        this.kafka = kafka;
    }

    /**
     * Reads them.
     *
     * @param job name of the job, for the environment
     * @param defaults every setting there is, with its default
     * @throws IllegalArgumentException naming a setting that is unknown
     */
    public static JobArguments parse(
            String job, Map<String, String> defaults, String[] arguments, Map<String, String> environment) {
        Map<String, String> values = new HashMap<>(defaults);
        String prefix = "FAIRLEAD_" + job.toUpperCase(Locale.ROOT) + "_";
        defaults.keySet().forEach(name -> {
            String value =
                    environment.get(prefix + name.toUpperCase(Locale.ROOT).replace('-', '_'));
            if (value != null) {
                values.put(name, value);
            }
        });
        Properties kafka = new Properties();
        ParameterTool.fromArgs(arguments).toMap().forEach((name, value) -> {
            if (name.startsWith(KAFKA_PREFIX)) {
                kafka.setProperty(name.substring(KAFKA_PREFIX.length()), value);
            } else if (values.replace(name, value) == null) {
                throw new IllegalArgumentException("There is no setting --" + name + "; there are --"
                        + String.join(", --", new TreeSet<>(defaults.keySet())) + " and --kafka.NAME.");
            }
        });
        return new JobArguments(values, kafka);
    }

    /** Laid over the settings of the Kafka clients: {@code --kafka.NAME value}. */
    public Properties kafka() {
        return kafka;
    }

    public String text(String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    /** @throws IllegalArgumentException naming a value that is no whole number, or out of its bounds */
    public long number(String name, long min, long max) {
        String text = text(name);
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--" + name + " is '" + text + "', which is no whole number.", e);
        }
        throw new IllegalArgumentException("--" + name + " is " + text + "; set " + min + " to " + max + ".");
    }
}
