package io.fairlead.lab.relay;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A picture that moves and a tone: 25 frames a second, a key frame each second; and ffmpeg that publishes it again and again at the speed of time. */
final class Recording {

    private static final int RECORDED_S = 10;

    private Recording() {}

    static Path encode(Path directory) throws Exception {
        Path recording = directory.resolve("picture.flv");
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error"));
        line.addAll(List.of("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25"));
        line.addAll(List.of("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"));
        line.addAll(List.of("-t", Integer.toString(RECORDED_S), "-c:v", "libx264", "-preset", "ultrafast"));
        line.addAll(List.of("-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p", "-threads", "1"));
        line.addAll(List.of("-c:a", "aac", "-f", "flv", recording.toString()));
        if (new ProcessBuilder(line).inheritIO().start().waitFor() != 0) {
            throw new IllegalStateException("ffmpeg has not encoded the picture");
        }
        return recording;
    }

    /** @param to by HTTP or RTMP */
    static Process publish(Path recording, String to) throws Exception {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error"));
        line.addAll(List.of("-re", "-stream_loop", "-1", "-i", recording.toString()));
        line.addAll(List.of("-c", "copy", "-f", "flv", to));
        return new ProcessBuilder(line).inheritIO().start();
    }
}
