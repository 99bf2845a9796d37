package io.fairlead.cli.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.topics.Topics;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TopicPlanTest {

    @Test
    void aMissingTopicIsCreated() {
        TopicPlan plan = TopicPlan.of(Topics.TELEMETRY_EXITS, null);
        assertThat(plan.create()).isTrue();
        assertThat(plan.lines()).singleElement().asString().startsWith("+ fairlead.telemetry.exits");
    }

    @Test
    void aTopicThatAgreesIsLeftAlone() {
        TopicPlan plan =
                TopicPlan.of(Topics.TELEMETRY_EXITS, new TopicPlan.Present(4, Topics.TELEMETRY_EXITS.settings()));
        assertThat(plan.changes()).isFalse();
        assertThat(plan.lines()).isEmpty();
    }

    @Test
    void aWrongSettingIsShownAndCorrected() {
        Map<String, String> settings = new HashMap<>(Topics.TELEMETRY_EXITS.settings());
        settings.put("retention.ms", "1");
        TopicPlan plan = TopicPlan.of(Topics.TELEMETRY_EXITS, new TopicPlan.Present(4, settings));
        assertThat(plan.settings()).containsOnly(Map.entry("retention.ms", "259200000"));
        assertThat(plan.lines()).containsExactly("~ fairlead.telemetry.exits  retention.ms 1 → 259200000");
    }

    @Test
    void partitionsAreAddedButNeverToACompactedTopic() {
        assertThat(TopicPlan.of(Topics.TELEMETRY_EXITS, new TopicPlan.Present(1, Topics.TELEMETRY_EXITS.settings()))
                        .addPartitionsTo())
                .isEqualTo(4);
        TopicPlan compacted =
                TopicPlan.of(Topics.DECISIONS_EXITS, new TopicPlan.Present(1, Topics.DECISIONS_EXITS.settings()));
        assertThat(compacted.changes()).isFalse();
        assertThat(compacted.lines())
                .singleElement()
                .asString()
                .startsWith("! ")
                .contains("keys would move");
    }

    @Test
    void moreThanOnePartitionOfPoliciesIsWarnedOf() {
        assertThat(TopicPlan.of(Topics.CONFIG_POLICIES, new TopicPlan.Present(3, Topics.CONFIG_POLICIES.settings()))
                        .lines())
                .singleElement()
                .asString()
                .contains("lose their order");
    }
}
