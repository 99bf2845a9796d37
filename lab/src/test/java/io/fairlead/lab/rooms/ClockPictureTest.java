package io.fairlead.lab.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.FlvWriter;
import io.fairlead.relay.flv.TagKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ffmpeg decodes of the built-in picture is what was drawn. */
class ClockPictureTest {

    private static final int FRAMES = 130; // over two key frames, and a turn of the marker
    private static final long NOON_MS = 12 * 3_600_000L + 34 * 60_000 + 56_700;

    @Test
    void everyFrameIsDecodedToTheBit(@TempDir Path directory) throws Exception {
        Assumptions.assumeTrue(FfmpegPublishing.isInstalled(), "ffmpeg is not installed");
        Path file = directory.resolve("clock.flv");
        List<byte[]> drawn = new ArrayList<>();
        ClockPicture picture = new ClockPicture();
        try (OutputStream out = Files.newOutputStream(file)) {
            ByteBuf head = Unpooled.buffer();
            FlvWriter.fileHeader(head, false, true);
            FlvWriter.tag(
                    head,
                    TagKind.VIDEO,
                    0,
                    ClockPublishing.payload(0x17, (byte) 0, ClockPicture.configuration(), false));
            head.readBytes(out, head.readableBytes());
            for (int frame = 0; frame < FRAMES; frame++) {
                ByteBuf tag = ClockPublishing.tag(picture, frame * 40L, NOON_MS + frame * 40L);
                tag.readBytes(out, tag.readableBytes());
                drawn.add(picture.brightness());
            }
        }
        assertThat(Files.size(file) * 8 * ClockPicture.FRAMES_PER_SECOND / FRAMES)
                .as("bit/s")
                .isLessThan(400_000);

        byte[] decoded = decoded(file, directory.resolve("clock.yuv"));

        int brightness = ClockPicture.WIDTH * ClockPicture.HEIGHT;
        int whole = brightness * 3 / 2;
        assertThat(decoded.length).as("bytes of all frames").isEqualTo(FRAMES * whole);
        for (int frame = 0; frame < FRAMES; frame++) {
            assertThat(Arrays.copyOfRange(decoded, frame * whole, frame * whole + brightness))
                    .as("frame %d", frame)
                    .isEqualTo(drawn.get(frame));
        }
    }

    /** Fails at whatever ffmpeg complains of. */
    private static byte[] decoded(Path file, Path to) throws IOException, InterruptedException {
        Path said = to.resolveSibling("ffmpeg.txt");
        Process ffmpeg = new ProcessBuilder(
                        "ffmpeg",
                        "-nostdin",
                        "-loglevel",
                        "warning",
                        "-i",
                        file.toString(),
                        "-fps_mode",
                        "passthrough",
                        "-f",
                        "rawvideo",
                        to.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(ffmpeg.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(said).as("what ffmpeg says").isEmptyFile();
        return Files.readAllBytes(to);
    }
}
