package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.policy.MapPolicy;
import io.fairlead.model.popularity.NameServerSet;
import io.fairlead.schemas.policies.PolicyRecords;
import io.fairlead.schemas.wire.SchemaDirectory;
import io.fairlead.schemas.wire.UnreadableRecordException;
import io.fairlead.schemas.wire.WireReader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * What counts for all resolvers: the name servers that they can ask, and the policy of the map.
 *
 * @param groups id of the delivery group that each name server on offer stands with, by its edge id
 * @param nameServers since when each is on offer
 * @param policyVersion offset of the policy; -1: none was ever set
 * @param policyValue the policy as it stands on its topic; null: the default
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Offer(Map<String, String> groups, NameServerSet nameServers, long policyVersion, byte @Nullable [] policyValue) {

    static final TypeInformation<Offer> TYPE = new LeanTypeInformation<>(Offer.class, Serializer.INSTANCE);

    /** The policy; it was found valid before it came here. */
    MapPolicy policy() {
        byte[] value = policyValue;
        if (value == null) {
            return MapPolicy.defaults();
        }
        try {
            return (MapPolicy) PolicyRecords.read(new WireReader(SchemaDirectory.builtIn()).read(value));
        } catch (UnreadableRecordException e) {
            throw new IllegalStateException(
                    "the policy of the map passed its gate and can't be read behind it, at offset " + policyVersion, e);
        }
    }

    static final class Serializer extends ImmutableSerializer<Offer> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;

        @Override
        public Offer createInstance() {
            return new Offer(Map.of(), new NameServerSet(Map.of(), 0, 0), -1, null);
        }

        @Override
        public void serialize(Offer offer, DataOutputView out) throws IOException {
            out.writeInt(offer.groups.size());
            for (Map.Entry<String, String> each : offer.groups.entrySet()) {
                out.writeUTF(each.getKey());
                out.writeUTF(each.getValue());
                out.writeLong(offer.nameServers.sinceMs().getOrDefault(each.getKey(), 0L));
            }
            out.writeInt(offer.nameServers.out());
            out.writeLong(offer.nameServers.leftAtMs());
            out.writeLong(offer.policyVersion);
            writeBytes(offer.policyValue, out);
        }

        @Override
        public Offer deserialize(DataInputView in) throws IOException {
            Map<String, String> groups = new TreeMap<>();
            Map<String, Long> sinceMs = new TreeMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String nameServer = in.readUTF();
                groups.put(nameServer, in.readUTF());
                sinceMs.put(nameServer, in.readLong());
            }
            return new Offer(
                    groups, new NameServerSet(sinceMs, in.readInt(), in.readLong()), in.readLong(), readBytes(in));
        }

        @Override
        public TypeSerializerSnapshot<Offer> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<Offer> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
