package io.fairlead.edge.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.schemas.topics.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TablesTest {

    @TempDir
    Path directory;

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    @Test
    void withoutKafkaAndSnapshotTheReasonIsNamed() {
        try (Tables tables = tables()) {
            tables.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores());
            tables.start();
            assertThat(tables.unreadiness())
                    .singleElement()
                    .asString()
                    .contains("fairlead.decisions.exits has not been read to its end")
                    .contains("Kafka");
            assertThat(tables.isAlive()).isTrue();
            assertThat(tables.ageMs()).isEqualTo(-1);
            assertThat(metrics.get("fairlead.table.ready").gauge().value()).isZero();
        }
    }

    @Test
    void mistakesOfTheBuilderAreSentences() {
        try (Tables tables = tables()) {
            tables.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores());
            assertThatThrownBy(() -> tables.decisions(Topics.DECISIONS_EXITS, DecisionReader.exitScores()))
                    .hasMessageContaining("already");
            assertThatThrownBy(() -> tables.decisions(Topics.TELEMETRY_EXITS, DecisionReader.exitScores()))
                    .hasMessageContaining("not compacted");
            tables.start();
            assertThatThrownBy(() -> tables.config(Topics.CONFIG_TENANTS, (key, record) -> record))
                    .hasMessageContaining("make them all before");
        }
    }

    private Tables tables() {
        return new Tables(
                "e1",
                directory,
                Map.of("bootstrap.servers", "127.0.0.1:1"),
                TableSettings.defaults(),
                rejected -> {},
                metrics,
                InstantSource.system(),
                System::nanoTime);
    }
}
