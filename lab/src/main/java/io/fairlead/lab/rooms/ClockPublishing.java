package io.fairlead.lab.rooms;

import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoField;
import java.util.concurrent.TimeUnit;

/** The built-in picture: a clock, as FLV of AVC without sound. */
final class ClockPublishing implements Publishing {

    private static final int CHUNK_BYTES = 64 << 10;
    private static final int PATIENCE_MS = 10_000;
    private static final byte SEQUENCE_HEADER = 0;
    private static final byte NAL_UNITS = 1;
    private static final int KEY = 0x17;
    private static final int FRAME = 0x27;

    @Override
    public String name() {
        return "built-in clock";
    }

    @Override
    public void publish(URI to) throws IOException, InterruptedException {
        HttpURLConnection connection = (HttpURLConnection) to.toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setConnectTimeout(PATIENCE_MS);
        connection.setChunkedStreamingMode(CHUNK_BYTES);
        try (OutputStream out = connection.getOutputStream()) {
            send(out);
        } finally {
            connection.disconnect();
        }
    }

    private static void send(OutputStream out) throws IOException, InterruptedException {
        ClockPicture picture = new ClockPicture();
        ByteBuf head = Unpooled.buffer();
        FlvWriter.fileHeader(head, false, true);
        FlvWriter.tag(head, TagKind.VIDEO, 0, payload(KEY, SEQUENCE_HEADER, ClockPicture.configuration(), false));
        write(head, out);
        long beganNanos = System.nanoTime();
        for (long frame = 0; !Thread.currentThread().isInterrupted(); frame++) {
            long dueMs = frame * 1_000 / ClockPicture.FRAMES_PER_SECOND;
            long waitNanos = beganNanos + TimeUnit.MILLISECONDS.toNanos(dueMs) - System.nanoTime();
            if (waitNanos > 0) {
                TimeUnit.NANOSECONDS.sleep(waitNanos);
            }
            write(tag(picture, dueMs, LocalTime.now(ZoneId.systemDefault()).getLong(ChronoField.MILLI_OF_DAY)), out);
        }
    }

    /** The next frame as a tag. */
    static ByteBuf tag(ClockPicture picture, long timeMs, long clockMs) {
        int kind = picture.keyIsNext() ? KEY : FRAME;
        ByteBuf tag = Unpooled.buffer();
        FlvWriter.tag(tag, TagKind.VIDEO, timeMs, payload(kind, NAL_UNITS, picture.next(clockMs), true));
        return tag;
    }

    /** Payload of a video tag: kind of frame and codec, kind of packet, no offset of its composition. */
    static byte[] payload(int kind, byte packet, byte[] content, boolean sized) {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(kind).writeByte(packet).writeMedium(0);
        if (sized) {
            out.writeInt(content.length);
        }
        out.writeBytes(content);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    private static void write(ByteBuf from, OutputStream out) throws IOException {
        from.readBytes(out, from.readableBytes());
        out.flush();
    }
}
