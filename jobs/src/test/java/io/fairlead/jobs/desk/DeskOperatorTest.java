package io.fairlead.jobs.desk;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.jobs.source.RawRecord;
import io.fairlead.schemas.decisions.DeadLetter;
import io.fairlead.schemas.decisions.JobHeartbeat;
import io.fairlead.schemas.topics.Topics;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.WireEncoder;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Properties;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeskOperatorTest {

    /** Counts what it takes, and tells how many these are, and how often it has looked since it was opened. */
    private static final class Counting implements Desk {

        private long taken;
        private long looks;

        static Desk open(NavigableMap<String, byte[]> pieces, long nowMs) {
            Counting desk = new Counting();
            byte[] kept = pieces.get("taken");
            desk.taken = kept == null ? 0 : ByteBuffer.wrap(kept).getLong();
            return desk;
        }

        @Override
        public void take(RawRecord raw, String key, @Nullable SpecificRecord record, long nowMs, Out out) {
            taken++;
        }

        @Override
        public void look(long nowMs, Out out) {
            looks++;
            out.tell(Topics.DECISIONS_HEARTBEATS, "counting", heartbeat(taken, looks));
        }

        @Override
        public void changes(Keeper keeper) throws IOException {
            keeper.keep("taken", ByteBuffer.allocate(Long.BYTES).putLong(taken).array());
        }
    }

    private static JobHeartbeat heartbeat(long taken, long looks) {
        return new JobHeartbeat("counting", 1L, taken, 1L, 1L, -1L, looks, -1L);
    }

    private final WireReader reader = new WireReader(SchemaDirectory.builtIn());
    private KeyedOneInputStreamOperatorTestHarness<String, RawRecord, RawRecord> operator;
    private long nowMs = 1_000_000;

    @BeforeEach
    void start() throws Exception {
        start(null);
    }

    private void start(@Nullable OperatorSubtaskState state) throws Exception {
        operator = new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(
                        new DeskOperator("counting", Counting::open, "127.0.0.1:1", new Properties())),
                record -> "one",
                Types.STRING);
        if (state != null) {
            operator.initializeState(state);
        }
        operator.setProcessingTime(nowMs);
        operator.open();
    }

    @AfterEach
    void stop() throws Exception {
        operator.close();
    }

    private void send(byte @Nullable [] value) throws Exception {
        operator.processElement(new StreamRecord<>(new RawRecord(
                Topics.TELEMETRY_EDGES.name(), 0, 0, nowMs, "key".getBytes(StandardCharsets.UTF_8), value)));
    }

    private List<SpecificRecord> after(long ms) throws Exception {
        for (long end = nowMs + ms; nowMs < end; ) {
            nowMs += 1;
            operator.setProcessingTime(nowMs);
        }
        List<SpecificRecord> told = new ArrayList<>();
        for (RawRecord each : operator.extractOutputValues()) {
            told.add(reader.read(each.value()));
        }
        operator.getOutput().clear();
        return told;
    }

    @Test
    void whatComesIsTakenAndTheDeskLooks() throws Exception {
        send(WireEncoder.encode(heartbeat(0, 0)));
        send(null);
        List<SpecificRecord> told = after(3 * DeskOperator.LOOK_MS);
        assertThat(told).hasSize(3).last().isEqualTo(heartbeat(2, 3));
    }

    @Test
    void whatCannotBeReadIsADeadLetterAndTheDeskGoesOn() throws Exception {
        send(new byte[] {1, 2, 3});
        send(null);
        List<SpecificRecord> told = after(DeskOperator.LOOK_MS);
        assertThat(told).hasSize(2).first().isInstanceOf(DeadLetter.class);
        assertThat(told.get(1)).isEqualTo(heartbeat(1, 1));
    }

    /** Neither what was kept is lost, nor does it look twice as often as before. */
    @Test
    void aRestartGoesOnWhereItWas() throws Exception {
        send(null);
        after(DeskOperator.LOOK_MS);
        OperatorSubtaskState state = operator.snapshot(1, nowMs);
        operator.close();
        nowMs += 77;
        start(state);
        send(null);
        List<SpecificRecord> told = after(4 * DeskOperator.LOOK_MS);
        assertThat(told).hasSize(4).last().satisfies(last -> assertThat(((JobHeartbeat) last).getCounter())
                .isEqualTo(2));
    }
}
