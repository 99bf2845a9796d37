package io.fairlead.cli.flink;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobFailureTest {

    @Test
    void topicsThatAreMissingAreMade() {
        assertThat(JobFailure.sentence("""
                        org.apache.flink.util.FlinkRuntimeException: Failed to list subscribed topic partitions due to
                        \tat org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator.checkPartitionChanges(KafkaSourceEnumerator.java:319)
                        Caused by: java.lang.RuntimeException: Failed to get metadata for topics [fairlead.telemetry.exits].
                        \tat org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriberUtils.getTopicMetadata(KafkaSubscriberUtils.java:65)
                        Caused by: java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
                        \tat java.base/java.util.concurrent.CompletableFuture.reportGet(CompletableFuture.java:396)
                        Caused by: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition.
                        """))
                .isEqualTo(
                        "Kafka lacks topics that it reads (UnknownTopicOrPartitionException: This server does not host this topic-partition.). Make them: fairlead topics apply");
    }

    @Test
    void aSavepointThatIsNotThereOrDoesNotFitIsSaidWithTheWayOut() {
        assertThat(JobFailure.sentence("""
                        org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.
                        Caused by: java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '/nowhere' on file system 'file'.
                        """))
                .startsWith("there is no savepoint (FileNotFoundException: Cannot find")
                .contains("Give --from a path that the cluster itself sees");
        assertThat(JobFailure.sentence("""
                        java.lang.Exception: Exception while creating StreamOperatorStateContext.
                        Caused by: org.apache.flink.util.StateMigrationException: The new key serializer must be compatible with the previous key serializer.
                        """)).contains("does not fit this jar", "Start the jar that took it");
    }

    @Test
    void whatNobodyKnowsIsToldByItsLastCause() {
        assertThat(JobFailure.sentence("java.lang.Error: outer\nCaused by: a.b.OddException: inner\n"))
                .isEqualTo("OddException: inner");
        assertThat(JobFailure.sentence("")).isEqualTo("Flink did not say why");
    }
}
