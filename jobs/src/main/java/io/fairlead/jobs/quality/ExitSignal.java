package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.PoolType;
import io.fairlead.model.exit.ExitEvent;
import io.fairlead.model.exit.Verdict;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * An event of an exit on its way to that exit's state.
 *
 * @param edge who saw it
 * @param edgeEpochMs start of that edge's process
 * @param lane number of the topic it came on, or of the verdicts on that: with edge, epoch and exit it is one numbered lane
 * @param sequence in the lane, with gaps
 * @param observedAtMs by the edge's clock, as it told it
 */
record ExitSignal(
        String exitId, String edge, long edgeEpochMs, byte lane, long sequence, long observedAtMs, ExitEvent event) {

    /** Lanes of what is told of one exit: topics, and verdicts on what came on them, which come later. */
    static final byte EXITS = 0;

    static final byte ATTEMPTS = 1;
    static final byte OUTCOMES = 2;
    static final byte VERDICTS_ON_ATTEMPTS = 3;
    static final byte VERDICTS_ON_EXITS = 4;
    static final int LANES = 5;

    static final TypeInformation<ExitSignal> TYPE = new LeanTypeInformation<>(ExitSignal.class, Serializer.INSTANCE);

    /** What became of this failure, on the lane of its verdicts. */
    ExitSignal verdict(ExitEvent told) {
        byte later = lane == ATTEMPTS ? VERDICTS_ON_ATTEMPTS : VERDICTS_ON_EXITS;
        return new ExitSignal(exitId, edge, edgeEpochMs, later, sequence, observedAtMs, told);
    }

    static final class Serializer extends ImmutableSerializer<ExitSignal> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        /** Their places are what is written: never to be changed, only added to. */
        private static final List<PoolType> TYPES =
                List.of(PoolType.UNKNOWN, PoolType.MOBILE, PoolType.RESIDENTIAL, PoolType.ISP, PoolType.DATACENTER);

        private static final List<Verdict> VERDICTS = List.of(
                Verdict.CARRIED,
                Verdict.BLOCKED,
                Verdict.AT_FAULT,
                Verdict.OVERLOADED,
                Verdict.AMBIGUOUS,
                Verdict.NOTHING);

        private static final byte CONNECTED = 0;
        private static final byte DISCONNECTED = 1;
        private static final byte HEARTBEAT = 2;
        private static final byte BENCHMARKED = 3;
        private static final byte ATTEMPTED = 4;
        private static final byte TOLD_BLOCKED = 5;
        private static final byte HEARTBEAT_WITH_OBJECTION = 6;
        private static final byte SPARED = 7;
        private static final ExitSignal EMPTY =
                new ExitSignal("", "", 0, (byte) 0, 0, 0, new ExitEvent.Disconnected(0, "", 0, "", false));

        @Override
        public ExitSignal createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(ExitSignal signal, DataOutputView out) throws IOException {
            out.writeUTF(signal.exitId);
            out.writeUTF(signal.edge);
            out.writeLong(signal.edgeEpochMs);
            out.writeByte(signal.lane);
            out.writeLong(signal.sequence);
            out.writeLong(signal.observedAtMs);
            out.writeLong(signal.event.atMs());
            if (signal.event instanceof ExitEvent.Attempted event) {
                out.writeByte(ATTEMPTED);
                out.writeUTF(event.targetClass());
                out.writeLong(event.target());
                out.writeByte(VERDICTS.indexOf(event.verdict()));
                out.writeDouble(event.connectMs());
                out.writeInt(event.runningRequests());
            } else if (signal.event instanceof ExitEvent.Heartbeat event) {
                out.writeByte(event.objection().isEmpty() ? HEARTBEAT : HEARTBEAT_WITH_OBJECTION);
                out.writeUTF(event.link());
                out.writeByte(TYPES.indexOf(event.type()));
                out.writeLong(event.asn());
                out.writeDouble(event.pingMs());
                out.writeInt(event.runningRequests());
                out.writeInt(event.acceptedRequests());
                if (!event.objection().isEmpty()) {
                    out.writeUTF(event.objection());
                }
            } else if (signal.event instanceof ExitEvent.Benchmarked event) {
                out.writeByte(BENCHMARKED);
                out.writeUTF(event.targetClass());
                out.writeLong(event.target());
                out.writeByte(VERDICTS.indexOf(event.verdict()));
                out.writeDouble(event.connectMs());
                out.writeDouble(event.totalMs());
            } else if (signal.event instanceof ExitEvent.Connected event) {
                out.writeByte(CONNECTED);
                out.writeUTF(event.link());
                out.writeByte(TYPES.indexOf(event.type()));
                out.writeLong(event.asn());
                out.writeInt(event.declaredRequests());
            } else if (signal.event instanceof ExitEvent.ToldBlocked event) {
                out.writeByte(TOLD_BLOCKED);
                out.writeUTF(event.targetClass());
            } else if (signal.event instanceof ExitEvent.Spared event) {
                out.writeByte(SPARED);
                out.writeUTF(event.targetClass());
            } else if (signal.event instanceof ExitEvent.Disconnected event) {
                out.writeByte(DISCONNECTED);
                out.writeUTF(event.link());
                out.writeBoolean(event.unexpected());
            }
        }

        @Override
        public ExitSignal deserialize(DataInputView in) throws IOException {
            String exitId = in.readUTF();
            String edge = in.readUTF();
            long epochMs = in.readLong();
            byte lane = in.readByte();
            long sequence = in.readLong();
            long observedAtMs = in.readLong();
            long atMs = in.readLong();
            byte kind = in.readByte();
            ExitEvent event =
                    switch (kind) {
                        case ATTEMPTED ->
                            new ExitEvent.Attempted(
                                    atMs,
                                    in.readUTF(),
                                    in.readLong(),
                                    VERDICTS.get(in.readByte()),
                                    in.readDouble(),
                                    in.readInt());
                        case HEARTBEAT, HEARTBEAT_WITH_OBJECTION ->
                            new ExitEvent.Heartbeat(
                                    atMs,
                                    edge,
                                    epochMs,
                                    in.readUTF(),
                                    TYPES.get(in.readByte()),
                                    in.readLong(),
                                    in.readDouble(),
                                    in.readInt(),
                                    in.readInt(),
                                    kind == HEARTBEAT ? "" : in.readUTF());
                        case BENCHMARKED ->
                            new ExitEvent.Benchmarked(
                                    atMs,
                                    in.readUTF(),
                                    in.readLong(),
                                    VERDICTS.get(in.readByte()),
                                    in.readDouble(),
                                    in.readDouble());
                        case CONNECTED ->
                            new ExitEvent.Connected(
                                    atMs,
                                    edge,
                                    epochMs,
                                    in.readUTF(),
                                    TYPES.get(in.readByte()),
                                    in.readLong(),
                                    in.readInt());
                        case TOLD_BLOCKED -> new ExitEvent.ToldBlocked(atMs, in.readUTF());
                        case SPARED -> new ExitEvent.Spared(atMs, in.readUTF());
                        case DISCONNECTED ->
                            new ExitEvent.Disconnected(atMs, edge, epochMs, in.readUTF(), in.readBoolean());
                        default -> throw new IOException("an exit's signal of unknown kind " + kind);
                    };
            return new ExitSignal(exitId, edge, epochMs, lane, sequence, observedAtMs, event);
        }

        @Override
        public TypeSerializerSnapshot<ExitSignal> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<ExitSignal> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
