package io.fairlead.lab.rooms;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A test picture with a clock of its own in it, and a soft tone, from ffmpeg. It ends with its connection, so also when this process is killed. */
final class FfmpegPublishing implements Publishing {

    private static final int TOLD_MAX = 2_000;
    private static final int STOP_S = 2;

    private final int videoKbits;
    private final Path log;

    /**
     * @param videoKbits of the picture, kbit/s
     * @param log what ffmpeg says
     */
    FfmpegPublishing(int videoKbits, Path log) {
        this.videoKbits = videoKbits;
        this.log = log;
    }

    /** Whether it is installed. */
    static boolean isInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "ffmpeg")));
    }

    @Override
    public String name() {
        return "ffmpeg";
    }

    @Override
    public void publish(URI to) throws IOException, InterruptedException {
        Process ffmpeg = new ProcessBuilder(line(to))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            int status = ffmpeg.waitFor();
            String told = Files.readString(log, StandardCharsets.UTF_8).strip();
            throw new IOException(
                    "ffmpeg has ended with " + status + ": " + told.substring(Math.max(0, told.length() - TOLD_MAX)));
        } finally {
            ffmpeg.destroy();
            if (!ffmpeg.waitFor(STOP_S, TimeUnit.SECONDS)) {
                ffmpeg.destroyForcibly();
            }
        }
    }

    private List<String> line(URI to) {
        int rate = ClockPicture.FRAMES_PER_SECOND;
        String bits = videoKbits + "k";
        return List.of(
                "ffmpeg",
                "-nostdin",
                "-loglevel",
                "error",
                "-re",
                "-f",
                "lavfi",
                "-i",
                "testsrc=size=320x180:rate=" + rate + ":decimals=2",
                "-re",
                "-f",
                "lavfi",
                "-i",
                "sine=frequency=440:sample_rate=44100,volume=0.05",
                "-c:v",
                "libx264",
                "-preset",
                "superfast",
                "-tune",
                "zerolatency",
                "-pix_fmt",
                "yuv420p",
                "-g",
                Integer.toString(2 * rate),
                "-b:v",
                bits,
                "-maxrate",
                bits,
                "-bufsize",
                bits,
                "-threads",
                "1",
                "-c:a",
                "aac",
                "-b:a",
                "32k",
                "-f",
                "flv",
                to.toString());
    }
}
