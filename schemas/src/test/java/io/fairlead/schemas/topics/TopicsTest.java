package io.fairlead.schemas.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.wire.Contract;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TopicsTest {

    @Test
    void everyRecordOfTheContractHasATopic() {
        assertThat(Topics.all().stream()
                        .flatMap(topic -> topic.records().stream())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrderElementsOf(Contract.records());
    }

    @Test
    void namesAreUniqueAndPrefixed() {
        assertThat(Topics.all()).extracting(TopicSpec::name).doesNotHaveDuplicates();
        assertThat(Topics.all()).allSatisfy(topic -> {
            assertThat(topic.name()).startsWith("fairlead.");
            assertThat(Topics.named(topic.name())).contains(topic);
            assertThat(topic.settings()).containsEntry("message.timestamp.type", "LogAppendTime");
        });
    }

    @Test
    void policiesAreOrderedByOnePartition() {
        assertThat(Topics.CONFIG_POLICIES.partitions()).isEqualTo(1);
        assertThat(Topics.CONFIG_POLICIES.settings()).containsEntry("cleanup.policy", "compact");
        assertThat(Topics.TELEMETRY_EXITS.settings())
                .containsEntry("cleanup.policy", "delete")
                .containsEntry("retention.ms", "259200000");
    }
}
