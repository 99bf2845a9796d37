package io.fairlead.jobs.pools;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.jobs.source.RawRecordSerializer;
import io.fairlead.model.canary.Tries;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What comes to the one task that curates a fleet. */
sealed interface PoolSignal {

    TypeInformation<PoolSignal> TYPE = new LeanTypeInformation<>(PoolSignal.class, Serializer.INSTANCE);

    /** A record as it lies on its topic. */
    record Told(RawRecord record) implements PoolSignal {}

    /**
     * What one task has seen of the traffic of a pool since it last told.
     *
     * @param busyUs time that requests held slots, together
     * @param tries attempts that are over
     * @param successes of these
     */
    record Demand(String pool, long busyUs, long tries, long successes) implements PoolSignal {}

    /**
     * What one task has seen of the requests to a pool since it last told: what users got, whichever and however many exits were tried for it.
     *
     * @param atMs newest of them, ms since the Unix epoch
     */
    record Served(String pool, long atMs, Tries tries) implements PoolSignal {}

    final class Serializer extends ImmutableSerializer<PoolSignal> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte TOLD = 0;
        private static final byte DEMAND = 1;
        private static final byte SERVED = 2;
        private static final PoolSignal EMPTY = new Demand("", 0, 0, 0);

        @Override
        public PoolSignal createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(PoolSignal signal, DataOutputView out) throws IOException {
            if (signal instanceof Told told) {
                out.writeByte(TOLD);
                RawRecordSerializer.INSTANCE.serialize(told.record, out);
            } else if (signal instanceof Demand demand) {
                out.writeByte(DEMAND);
                out.writeUTF(demand.pool);
                out.writeLong(demand.busyUs);
                out.writeLong(demand.tries);
                out.writeLong(demand.successes);
            } else if (signal instanceof Served served) {
                out.writeByte(SERVED);
                out.writeUTF(served.pool);
                out.writeLong(served.atMs);
                served.tries.write(out);
            }
        }

        @Override
        public PoolSignal deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            return switch (kind) {
                case TOLD -> new Told(RawRecordSerializer.INSTANCE.deserialize(in));
                case DEMAND -> new Demand(in.readUTF(), in.readLong(), in.readLong(), in.readLong());
                case SERVED -> new Served(in.readUTF(), in.readLong(), Tries.read(in));
                default -> throw new IOException("a signal of unknown kind " + kind);
            };
        }

        @Override
        public TypeSerializerSnapshot<PoolSignal> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<PoolSignal> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
