package io.fairlead.jobs.yardstick;

import io.fairlead.jobs.source.ImmutableSerializer;
import io.fairlead.schemas.telemetry.ProxiedAttempt;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.java.typeutils.runtime.DataInputViewStream;
import org.apache.flink.api.java.typeutils.runtime.DataOutputViewStream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Moves attempts between tasks in Avro's binary form. Attempts are not changed once read. */
public final class AttemptSerializer extends ImmutableSerializer<ProxiedAttempt> {

    public static final AttemptSerializer INSTANCE = new AttemptSerializer();

    private static final long serialVersionUID = 1L;
    private static final ThreadLocal<Codec> CODEC = ThreadLocal.withInitial(Codec::new);

    private static final class Codec {
        final SpecificDatumWriter<ProxiedAttempt> writer = new SpecificDatumWriter<>(ProxiedAttempt.getClassSchema());
        final SpecificDatumReader<ProxiedAttempt> reader = new SpecificDatumReader<>(ProxiedAttempt.getClassSchema());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(OutputStream.nullOutputStream(), null);
        BinaryDecoder decoder = DecoderFactory.get().directBinaryDecoder(InputStream.nullInputStream(), null);
    }

    @Override
    public ProxiedAttempt createInstance() {
        return new ProxiedAttempt();
    }

    @Override
    public void serialize(ProxiedAttempt attempt, DataOutputView target) throws IOException {
        Codec codec = CODEC.get();
        codec.encoder = EncoderFactory.get().directBinaryEncoder(new DataOutputViewStream(target), codec.encoder);
        codec.writer.write(attempt, codec.encoder);
    }

    @Override
    public ProxiedAttempt deserialize(DataInputView source) throws IOException {
        Codec codec = CODEC.get();
        codec.decoder = DecoderFactory.get().directBinaryDecoder(new DataInputViewStream(source), codec.decoder);
        return codec.reader.read(null, codec.decoder);
    }

    @Override
    public TypeSerializerSnapshot<ProxiedAttempt> snapshotConfiguration() {
        return new Snapshot();
    }

    /** The form has no parameters. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<ProxiedAttempt> {
        public Snapshot() {
            super(() -> INSTANCE);
        }
    }
}
