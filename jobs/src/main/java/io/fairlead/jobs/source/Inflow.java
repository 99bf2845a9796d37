package io.fairlead.jobs.source;

import io.fairlead.schemas.topics.TopicSpec;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * What a job reads without event time. Each of its streams has a consumer group of its own, {@code GROUP-NAME}, and the operator identifier
 * {@code JOB-NAME}, by which a savepoint finds it.
 *
 * @param job name of the job
 * @param bootstrapServers of the Kafka cluster
 * @param group what the consumer groups begin with
 * @param kafka laid over the consumer's own properties
 */
public record Inflow(
        StreamExecutionEnvironment environment, String job, String bootstrapServers, String group, Properties kafka) {

    /**
     * One stream.
     *
     * @param name of the stream, which must stay
     * @param topics of the catalogue
     * @param start where it begins without a checkpoint
     */
    public DataStream<RawRecord> stream(String name, List<TopicSpec> topics, OffsetsInitializer start) {
        return environment
                .fromSource(
                        RawRecords.source(bootstrapServers, group + "-" + name, topics, kafka, start),
                        WatermarkStrategy.noWatermarks(),
                        name,
                        RawRecords.TYPE)
                .uid(job + "-" + name);
    }
}
