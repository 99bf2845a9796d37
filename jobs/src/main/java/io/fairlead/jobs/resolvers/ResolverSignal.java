package io.fairlead.jobs.resolvers;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.jobs.source.LeanTypeInformation;
import java.io.IOException;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** What a name server, or an agent beside a group, has seen of a resolver. */
sealed interface ResolverSignal {

    TypeInformation<ResolverSignal> TYPE = new LeanTypeInformation<>(ResolverSignal.class, Serializer.INSTANCE);

    /** Address of the resolver, as text. */
    String resolver();

    /** Edge id of who has seen it. */
    String nameServer();

    /** When, by the clock of who has seen it but never after the broker's, ms since the Unix epoch. */
    long atMs();

    /**
     * It asked.
     *
     * @param provenQuestions of a source that had proven to be it
     */
    record Asked(String resolver, String nameServer, long atMs, long provenQuestions) implements ResolverSignal {}

    /**
     * The way between them was measured.
     *
     * @param rttMs round trip
     * @param samples connections that it is the median of
     */
    record Measured(String resolver, String nameServer, long atMs, double rttMs, long samples)
            implements ResolverSignal {}

    /**
     * The way between it and a group was measured by an agent that stands beside the group.
     *
     * @param nameServer edge id of the agent
     */
    record Probed(String resolver, String nameServer, long atMs, String group, double rttMs, long samples)
            implements ResolverSignal {}

    /**
     * A beacon that it asked for was fetched.
     *
     * @param nameServer which it asked; the first of several
     * @param clients /24 or /48 of who fetched it
     */
    record Tied(String resolver, String nameServer, long atMs, String clients) implements ResolverSignal {}

    final class Serializer extends ImmutableSerializer<ResolverSignal> {

        static final Serializer INSTANCE = new Serializer();

        private static final long serialVersionUID = 1L;
        private static final byte ASKED = 0;
        private static final byte MEASURED = 1;
        private static final byte TIED = 2;
        private static final byte PROBED = 3;
        private static final ResolverSignal EMPTY = new Asked("", "", 0, 0);

        @Override
        public ResolverSignal createInstance() {
            return EMPTY;
        }

        @Override
        public void serialize(ResolverSignal signal, DataOutputView out) throws IOException {
            out.writeByte(kind(signal));
            out.writeUTF(signal.resolver());
            out.writeUTF(signal.nameServer());
            out.writeLong(signal.atMs());
            if (signal instanceof Asked asked) {
                out.writeLong(asked.provenQuestions);
            } else if (signal instanceof Measured measured) {
                out.writeDouble(measured.rttMs);
                out.writeLong(measured.samples);
            } else if (signal instanceof Tied tied) {
                out.writeUTF(tied.clients);
            } else if (signal instanceof Probed probed) {
                out.writeUTF(probed.group);
                out.writeDouble(probed.rttMs);
                out.writeLong(probed.samples);
            }
        }

        private static byte kind(ResolverSignal signal) {
            if (signal instanceof Asked) {
                return ASKED;
            }
            return signal instanceof Measured ? MEASURED : signal instanceof Probed ? PROBED : TIED;
        }

        @Override
        public ResolverSignal deserialize(DataInputView in) throws IOException {
            byte kind = in.readByte();
            String resolver = in.readUTF();
            String nameServer = in.readUTF();
            long atMs = in.readLong();
            return switch (kind) {
                case ASKED -> new Asked(resolver, nameServer, atMs, in.readLong());
                case MEASURED -> new Measured(resolver, nameServer, atMs, in.readDouble(), in.readLong());
                case TIED -> new Tied(resolver, nameServer, atMs, in.readUTF());
                case PROBED -> new Probed(resolver, nameServer, atMs, in.readUTF(), in.readDouble(), in.readLong());
                default -> throw new IOException("a signal of unknown kind " + kind);
            };
        }

        @Override
        public TypeSerializerSnapshot<ResolverSignal> snapshotConfiguration() {
            return new Snapshot();
        }

        /** The form has no parameters. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<ResolverSignal> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
