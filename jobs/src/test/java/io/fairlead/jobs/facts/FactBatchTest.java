package io.fairlead.jobs.facts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class FactBatchTest {

    @Test
    void aBatchComesBackFromACheckpointAsItWas() throws IOException {
        FactBatch batch = batch(new byte[] {1, 2, 3}, new byte[] {4});
        FactBatch.Serializer serializer = new FactBatch.Serializer();
        FactBatch back = serializer.deserialize(serializer.getVersion(), serializer.serialize(batch));
        assertThat(back).usingRecursiveComparison().isEqualTo(batch);
        assertThat(new LZ4FrameInputStream(new ByteArrayInputStream(back.lz4())).readAllBytes())
                .containsExactly(1, 2, 3, 4);
    }

    @Test
    void theTokenIsOfTheContentAndOfNothingElse() throws IOException {
        assertThat(batch(new byte[] {1, 2}).token())
                .isEqualTo(batch(new byte[] {1, 2}).token());
        assertThat(batch(new byte[] {1, 2}).token())
                .isNotEqualTo(batch(new byte[] {2, 1}).token());
        OpenBatch other = new OpenBatch(FactTables.EDGE_TICKS);
        other.add(new byte[] {1, 2});
        assertThat(other.close().token()).isNotEqualTo(batch(new byte[] {1, 2}).token());
    }

    @Test
    void aWriterClosesABatchAtItsLimitsAndGivesAllAtTheCheckpoint() throws IOException {
        FactsWriter writer = new FactsWriter(new BatchLimits(3, 1_024, 1 << 20), new UnregisteredMetricsGroup());
        for (int i = 0; i < 7; i++) {
            writer.write(new FactRow(0, new byte[] {(byte) i}), null);
        }
        writer.write(new FactRow(1, new byte[2_000]), null);
        writer.write(new FactRow(1, new byte[1]), null);
        assertThat(writer.prepareCommit()).extracting(FactBatch::rows).containsExactlyInAnyOrder(3, 3, 1, 1, 1);
        assertThat(writer.prepareCommit()).isEmpty();
    }

    @Test
    void aWriterWhoseCheckpointsNeverCompleteGivesUpBeforeMemoryDoes() {
        FactsWriter writer = new FactsWriter(new BatchLimits(1, 1_024, 1_024), new UnregisteredMetricsGroup());
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        writer.write(new FactRow(0, new byte[100]), null);
                    }
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--checkpoint-ms");
    }

    private static FactBatch batch(byte[]... rows) throws IOException {
        OpenBatch open = new OpenBatch(FactTables.ATTEMPTS);
        for (byte[] row : rows) {
            open.add(row);
        }
        return open.close();
    }
}
