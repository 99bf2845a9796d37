package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.jobs.source.RawRecord;
import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.telemetry.BeaconAsked;
import io.fairlead.schemas.telemetry.BeaconFetched;
import java.io.IOException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * One end of a beacon.
 *
 * @param beacon its name
 * @param nameServer that was asked; empty: it was fetched
 * @param from resolver that asked, or network that fetched it
 * @param atMs when, by the clock of the edge but never after the broker's, ms since the Unix epoch
 */
record BeaconEnd(String beacon, String nameServer, String from, long atMs) {

    static final TypeInformation<BeaconEnd> TYPE = new LeanTypeInformation<>(BeaconEnd.class, Serializer.INSTANCE);

    /**
     * Of a record.
     *
     * @throws IllegalArgumentException if it says no address
     */
    static BeaconEnd of(SpecificRecord record, RawRecord raw) {
        if (record instanceof BeaconAsked asked) {
            AddressPrefix.address(asked.getResolver());
            return new BeaconEnd(
                    asked.getBeacon(),
                    asked.getHeader().getEdgeId(),
                    asked.getResolver(),
                    Math.min(asked.getHeader().getObservedAtMs(), raw.brokerTimeMs()));
        }
        BeaconFetched fetched = (BeaconFetched) record;
        String network =
                AddressPrefix.parse(fetched.getPrefix()).neighbourhood().toString();
        return new BeaconEnd(
                fetched.getBeacon(), "", network, Math.min(fetched.getHeader().getObservedAtMs(), raw.brokerTimeMs()));
    }

    boolean asked() {
        return !nameServer.isEmpty();
    }

    static final class Serializer extends ImmutableSerializer<BeaconEnd> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;

        @Override
        public BeaconEnd createInstance() {
            return new BeaconEnd("", "", "", 0);
        }

        @Override
        public void serialize(BeaconEnd end, DataOutputView out) throws IOException {
            out.writeUTF(end.beacon);
            out.writeUTF(end.nameServer);
            out.writeUTF(end.from);
            out.writeLong(end.atMs);
        }

        @Override
        public BeaconEnd deserialize(DataInputView in) throws IOException {
            return new BeaconEnd(in.readUTF(), in.readUTF(), in.readUTF(), in.readLong());
        }

        @Override
        public TypeSerializerSnapshot<BeaconEnd> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<BeaconEnd> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
