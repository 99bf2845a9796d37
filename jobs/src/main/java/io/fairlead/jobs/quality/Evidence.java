package io.fairlead.jobs.quality;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.PoolType;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What one task saw that says something of the whole fleet: it goes to the {@link FleetDesk}. */
sealed interface Evidence {

    TypeInformation<Evidence> TYPE = new LeanTypeInformation<>(Evidence.class, Serializer.INSTANCE);

    /**
     * Tries that went the same way within a second were carried through.
     *
     * @param asn autonomous system of the exit; 0: not known
     * @param target hash of its host
     */
    record Carried(String exitId, long asn, long target, String edge, long atMs, int tries) implements Evidence {}

    /**
     * A try or a benchmark failed, and it is open whose fault that was.
     *
     * @param signal what the exit is told when it was its own
     */
    record Failed(ExitSignal signal, long asn) implements Evidence {}

    /**
     * An exit was watched within one of its sessions.
     *
     * @param ended the session ended, unannounced
     * @param edge where the last link was
     */
    record Watched(PoolType type, long asn, long upSinceMs, long fromMs, long toMs, boolean ended, String edge)
            implements Evidence {}

    /** Medians of one exit, ms: negative or infinite where there is none. */
    record Medians(long atMs, double benchmarkMs, double pingMs) implements Evidence {}

    /** A link was lost, unannounced. */
    record LinkLost(String edge, String exitId, long atMs) implements Evidence {}

    /**
     * An edge reported.
     *
     * @param brokerMs when the report came to the broker: one clock for all edges
     * @param exitLinks links that it holds
     */
    record EdgeHeard(String edge, long epochMs, long brokerMs, int exitLinks) implements Evidence {}

    /** A target fails whatever the exit. */
    record TargetFails(long target, long fromMs, long untilMs) implements Evidence {}

    final class Serializer extends ImmutableSerializer<Evidence> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte CARRIED = 0;
        private static final byte FAILED = 1;
        private static final byte WATCHED = 2;
        private static final byte MEDIANS = 3;
        private static final byte LINK_LOST = 4;
        private static final byte EDGE_HEARD = 5;
        private static final byte TARGET_FAILS = 6;
        private static final Evidence EMPTY = new Medians(0, -1, -1);

        @Override
        public Evidence createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(Evidence evidence, DataOutputView out) throws IOException {
            if (evidence instanceof Carried each) {
                out.writeByte(CARRIED);
                out.writeUTF(each.exitId);
                out.writeLong(each.asn);
                out.writeLong(each.target);
                out.writeUTF(each.edge);
                out.writeLong(each.atMs);
                out.writeInt(each.tries);
            } else if (evidence instanceof Failed each) {
                out.writeByte(FAILED);
                ExitSignal.Serializer.INSTANCE.serialize(each.signal, out);
                out.writeLong(each.asn);
            } else if (evidence instanceof Watched each) {
                out.writeByte(WATCHED);
                out.writeUTF(each.type.name());
                out.writeLong(each.asn);
                out.writeLong(each.upSinceMs);
                out.writeLong(each.fromMs);
                out.writeLong(each.toMs);
                out.writeBoolean(each.ended);
                out.writeUTF(each.edge);
            } else if (evidence instanceof Medians each) {
                out.writeByte(MEDIANS);
                out.writeLong(each.atMs);
                out.writeDouble(each.benchmarkMs);
                out.writeDouble(each.pingMs);
            } else if (evidence instanceof LinkLost each) {
                out.writeByte(LINK_LOST);
                out.writeUTF(each.edge);
                out.writeUTF(each.exitId);
                out.writeLong(each.atMs);
            } else if (evidence instanceof EdgeHeard each) {
                out.writeByte(EDGE_HEARD);
                out.writeUTF(each.edge);
                out.writeLong(each.epochMs);
                out.writeLong(each.brokerMs);
                out.writeInt(each.exitLinks);
            } else if (evidence instanceof TargetFails each) {
                out.writeByte(TARGET_FAILS);
                out.writeLong(each.target);
                out.writeLong(each.fromMs);
                out.writeLong(each.untilMs);
            }
        }

        @Override
        public Evidence deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case CARRIED ->
                    new Carried(in.readUTF(), in.readLong(), in.readLong(), in.readUTF(), in.readLong(), in.readInt());
                case FAILED -> new Failed(ExitSignal.Serializer.INSTANCE.deserialize(in), in.readLong());
                case WATCHED ->
                    new Watched(
                            PoolType.valueOf(in.readUTF()),
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            in.readLong(),
                            in.readBoolean(),
                            in.readUTF());
                case MEDIANS -> new Medians(in.readLong(), in.readDouble(), in.readDouble());
                case LINK_LOST -> new LinkLost(in.readUTF(), in.readUTF(), in.readLong());
                case EDGE_HEARD -> new EdgeHeard(in.readUTF(), in.readLong(), in.readLong(), in.readInt());
                case TARGET_FAILS -> new TargetFails(in.readLong(), in.readLong(), in.readLong());
                default -> throw new IOException("evidence of unknown kind " + kind);
            };
        }

        @Override
        public TypeSerializerSnapshot<Evidence> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Evidence> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
