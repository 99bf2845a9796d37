package io.fairlead.relay.server;

import io.fairlead.relay.flv.FlvReader;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a viewer saw: the numbers and times of frames. */
public final class Watched implements WebSocket.Listener {

    public final List<Integer> numbers = new CopyOnWriteArrayList<>();
    private final List<Long> times = new CopyOnWriteArrayList<>();
    volatile boolean ponged;
    private final FlvReader reader = new FlvReader(new UnpooledByteBufAllocator(false), 1 << 20, tag -> {
        if (tag.payloadBytes() > 50) {
            numbers.add(tag.wire().getIntLE(16));
            times.add(tag.timeMs());
        }
        tag.release();
    });

    /** Reads an answer on a thread of its own, to its end. */
    public void reading(InputStream body) {
        Thread thread = new Thread(() -> read(body), "watched");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether no frame is missing or repeated. */
    public boolean isWhole() {
        for (int each = 1; each < numbers.size(); each++) {
            if (numbers.get(each) != numbers.get(each - 1) + 1) {
                return false;
            }
        }
        return true;
    }

    private void read(InputStream body) {
        byte[] bytes = new byte[8_192];
        try (body) {
            for (int read = body.read(bytes); read >= 0; read = body.read(bytes)) {
                reader.read(Unpooled.wrappedBuffer(bytes, 0, read));
            }
        } catch (IOException e) {
            numbers.add(-1); // the test looks at the last number
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        reader.read(Unpooled.wrappedBuffer(data));
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
        ponged = true;
        socket.request(1);
        return null;
    }

    public int frames() {
        return numbers.size();
    }

    public int last() {
        return numbers.isEmpty() ? -1 : numbers.get(numbers.size() - 1);
    }

    public boolean timesRise() {
        for (int each = 1; each < times.size(); each++) {
            if (times.get(each) <= times.get(each - 1)) {
                return false;
            }
        }
        return true;
    }
}
