package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.LeanTypeInformation;
import io.fairlead.model.popularity.Resolver;
import io.fairlead.model.popularity.TiedClients;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** What is kept of one resolver. Plain mutable state for one owner. */
final class WatchedResolver {

    static final TypeInformation<WatchedResolver> TYPE =
            new LeanTypeInformation<>(WatchedResolver.class, new Serializer());

    final Resolver resolver;

    /** Who asks it, by beacons. */
    final TiedClients clients;

    /** What was told of it last, as far as a difference is worth telling; empty: nothing. */
    String told = "";

    WatchedResolver() {
        this(new Resolver(), new TiedClients());
    }

    private WatchedResolver(Resolver resolver, TiedClients clients) {
        this.resolver = resolver;
        this.clients = clients;
    }

    static final class Serializer extends TypeSerializerSingleton<WatchedResolver> {

        private static final long serialVersionUID = 1L;
        private static final byte FORM = 2;

        /** It had no clients. */
        private static final byte FORMER = 1;

        @Override
        public boolean isImmutableType() {
            return false;
        }

        @Override
        public WatchedResolver createInstance() {
            return new WatchedResolver();
        }

        @Override
        public WatchedResolver copy(WatchedResolver from) {
            try {
                DataOutputSerializer bytes = new DataOutputSerializer(512);
                serialize(from, bytes);
                return deserialize(new DataInputDeserializer(bytes.getCopyOfBuffer()));
            } catch (IOException e) {
                throw new IllegalStateException("a resolver could not be copied in memory", e);
            }
        }

        @Override
        public WatchedResolver copy(WatchedResolver from, WatchedResolver reuse) {
            return copy(from);
        }

        @Override
        public int getLength() {
            return -1;
        }

        @Override
        public void serialize(WatchedResolver watched, DataOutputView out) throws IOException {
            out.writeByte(FORM);
            out.writeUTF(watched.told);
            watched.resolver.write(out);
            watched.clients.write(out);
        }

        @Override
        public WatchedResolver deserialize(DataInputView in) throws IOException {
            byte form = in.readByte();
            if (form != FORM && form != FORMER) {
                throw new IOException(
                        "a resolver was written in form " + form + ", but only forms up to " + FORM + " are known");
            }
            String told = in.readUTF();
            Resolver resolver = Resolver.read(in);
            WatchedResolver watched =
                    new WatchedResolver(resolver, form == FORMER ? new TiedClients() : TiedClients.read(in));
            watched.told = told;
            return watched;
        }

        @Override
        public WatchedResolver deserialize(WatchedResolver reuse, DataInputView in) throws IOException {
            return deserialize(in);
        }

        @Override
        public void copy(DataInputView in, DataOutputView out) throws IOException {
            serialize(deserialize(in), out);
        }

        @Override
        public TypeSerializerSnapshot<WatchedResolver> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form is told by its first byte. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<WatchedResolver> {
            public Snapshot() {
                super(Serializer::new);
            }
        }
    }
}
