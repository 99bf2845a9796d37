package io.fairlead.jobs.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class FactsSettingsTest {

    @Test
    void defaultsAreThese() {
        assertThat(parse())
                .isEqualTo(new FactsSettings(
                        "127.0.0.1:9092",
                        new Properties(),
                        "fairlead-facts",
                        new ClickHouseAddress("http://127.0.0.1:8123", "fairlead", "", "fairlead"),
                        new BatchLimits(50_000, 8 << 20, 128L << 20),
                        1,
                        2,
                        Duration.ofSeconds(1),
                        Duration.ofDays(7)));
    }

    @Test
    void theCommandLineBeatsTheEnvironment() {
        Map<String, String> environment = Map.of("FAIRLEAD_FACTS_GROUP", "a", "FAIRLEAD_FACTS_CLICKHOUSE_USER", "b");
        FactsSettings settings =
                FactsSettings.parse(new String[] {"--group", "c", "--kafka.security.protocol", "SSL"}, environment);
        assertThat(settings.group()).isEqualTo("c");
        assertThat(settings.clickHouse().user()).isEqualTo("b");
        assertThat(settings.kafka()).containsEntry("security.protocol", "SSL");
    }

    @Test
    void anUnknownOrImpossibleSettingIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--clickhose", "x"))
                .withMessageContaining("--clickhose")
                .withMessageContaining("--clickhouse");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--batch-rows", "0"))
                .withMessageContaining("--batch-rows is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--checkpoint-ms", "soon"))
                .withMessageContaining("'soon'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("--held-bytes", "5000"))
                .withMessageContaining("--held-bytes is 5000");
    }

    @Test
    void aPasswordIsNotPrinted() {
        assertThat(new ClickHouseAddress("http://h:1", "u", "secret", "d").toString())
                .doesNotContain("secret");
    }

    private static FactsSettings parse(String... arguments) {
        return FactsSettings.parse(arguments, Map.of());
    }
}
