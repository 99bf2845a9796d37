package io.fairlead.relay.room;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Runs ffmpeg and ffprobe, which the tests need. */
public final class Ffmpeg {

    private static final long PATIENCE_S = 120;

    private Ffmpeg() {}

    /** Skips what needs them where they are not installed; the script that runs the tests installs them or says so. */
    public static void demand() {
        demand("ffmpeg", "ffprobe");
    }

    /** The same of any programs. */
    static void demand(String... programs) {
        for (String program : programs) {
            Assumptions.assumeTrue(
                    Stream.of(System.getenv("PATH").split(File.pathSeparator))
                            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))),
                    program + " is not installed");
        }
    }

    /** A picture that moves and a tone, as FLV of AVC and AAC: 25 frames a second, a key frame each second. */
    public static List<String> testPicture(int seconds, String... to) {
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"));
        line.addAll(List.of("-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25"));
        line.addAll(List.of("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"));
        line.addAll(List.of("-t", String.valueOf(seconds), "-c:v", "libx264", "-preset", "ultrafast"));
        line.addAll(List.of("-tune", "zerolatency", "-g", "25", "-threads", "1", "-c:a", "aac", "-f", "flv"));
        line.addAll(List.of(to));
        return line;
    }

    /** Runs a program to its end. */
    public static String run(List<String> line) throws IOException, InterruptedException {
        Path output = Files.createTempFile("fairlead-ffmpeg", ".txt");
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new IOException(line.get(0) + " did not end in " + PATIENCE_S + " s");
            }
            String text = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new IOException(line.get(0) + " ended with " + process.exitValue() + ": " + text);
            }
            return text;
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }

    /** Decoding times of one kind of packets, ms, in the order of the file. */
    public static List<Long> decodingTimes(Path file, String stream) throws IOException, InterruptedException {
        String text = run(List.of(
                "ffprobe",
                "-loglevel",
                "error",
                "-select_streams",
                stream,
                "-show_entries",
                "packet=dts",
                "-of",
                "csv=p=0",
                file.toString()));
        return text.lines()
                .map(line -> line.replace(",", "").strip())
                .filter(line -> !line.isEmpty())
                .map(Long::valueOf)
                .toList();
    }
}
