package io.fairlead.cli.kafka;

import io.fairlead.cli.UserError;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that speaks to Kafka. */
public final class KafkaOptions {

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT,…",
            defaultValue = "127.0.0.1:9092",
            description = "Kafka brokers (default: ${DEFAULT-VALUE}).")
    private String bootstrapServers = "127.0.0.1:9092";

    @Option(
            names = "--kafka-properties",
            paramLabel = "FILE",
            description = "Further client properties: security.protocol, sasl.…, ssl.….")
    private @Nullable Path properties;

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /** Where further client properties stand, if anywhere. */
    public Optional<Path> propertiesFile() {
        return Optional.ofNullable(properties);
    }

    /** Properties of a client: the file's, then the brokers. */
    public Map<String, Object> client() {
        Map<String, Object> client = new HashMap<>();
        Path file = properties;
        if (file != null) {
            Properties read = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                read.load(reader);
            } catch (IOException e) {
                throw new UserError("The Kafka properties " + file + " can't be read: " + e.getMessage(), e);
            }
            read.forEach((key, value) -> client.put(key.toString(), value));
        }
        client.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return client;
    }
}
