package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Tag;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What viewers record who ask for a transport stream, looked at with ffprobe and decoded by ffmpeg. */
class TransportStreamSeenByFfprobeTest {

    private static final int SECONDS = 4;

    /** Longer than it takes until what lacks is no part of the program any more, and a viewer who comes when it is. */
    private static final int LONG_SECONDS = 10;

    private static final long LATE_MS = 7_500;
    private static final int FRAME_TICKS = 3_600;

    @TempDir
    static Path directory;

    private static byte[] picture;
    private static byte[] tone;

    @BeforeAll
    static void encode() throws Exception {
        Ffmpeg.demand();
        Path file = directory.resolve("in.flv");
        Ffmpeg.run(Ffmpeg.testPicture(SECONDS, file.toString()));
        picture = Files.readAllBytes(file);
        Path sound = directory.resolve("tone.flv");
        List<String> line = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi"));
        line.addAll(List.of("-i", "sine=frequency=440:sample_rate=44100", "-t", "2", "-c:a", "libmp3lame"));
        line.addAll(List.of("-f", "flv", sound.toString()));
        Ffmpeg.run(line);
        tone = Files.readAllBytes(sound);
    }

    @Test
    void everyFrameIsThereAndDecodes() throws Exception {
        Path recorded = directory.resolve("whole.ts");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomStage.Seat seat = stage.sit(Container.TS);
            play(stage, picture, 0, Integer.MAX_VALUE);
            record(seat, recorded);
        }
        List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
        assertThat(video).hasSize(SECONDS * 25);
        rises(video, FRAME_TICKS, FRAME_TICKS);
        List<Long> audio = Ffmpeg.decodingTimes(recorded, "a");
        // The encoder's first sound is before the first picture, where nothing begins.
        assertThat(audio)
                .hasSize(Ffmpeg.decodingTimes(directory.resolve("in.flv"), "a").size() - 1);
        rises(audio, 2_000, 2_200);
        decodes(recorded);
    }

    @Test
    void oneWhoComesLateBeginsAtAKeyFrameWithWhatWasThereBeforeAnybodyAsked() throws Exception {
        Path recorded = directory.resolve("late.ts");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomSource source = stage.source("a");
            play(stage, source, picture, 0, 2_800);
            RoomStage.Seat seat = stage.sit(Container.TS);
            RoomStage.Seat beside = stage.sit();
            play(stage, source, picture, 2_800, Integer.MAX_VALUE);
            record(seat, recorded);
            assertThat(beside.received().readableBytes()).isPositive();
        }
        List<Long> video = Ffmpeg.decodingTimes(recorded, "v");
        assertThat(video).hasSize((SECONDS - 2) * 25);
        rises(video, FRAME_TICKS, FRAME_TICKS);
        decodes(recorded);
    }

    @Test
    void oneWhoSkipsIsToldOfTheGapAndDecodesOn() throws Exception {
        Path recorded = directory.resolve("skipped.ts");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS.withSlowViewers(1_000, 5, 60_000))) {
            RoomStage.Seat seat = stage.sit(Container.TS);
            RoomSource source = stage.source("a");
            play(stage, source, picture, 0, 500);
            seat.block();
            play(stage, source, picture, 500, 3_300);
            seat.unblock();
            play(stage, source, picture, 3_300, Integer.MAX_VALUE);
            record(seat, recorded);
            assertThat(stage.counters.skips()).isEqualTo(1);
        }
        assertThat(Ffmpeg.run(List.of(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        "packet=flags",
                        "-of",
                        "csv=p=0",
                        recorded.toString())))
                .as("packets that ffprobe takes to be damaged")
                .doesNotContain("C");
        decodes(recorded);
    }

    @Test
    void soundAloneIsAStreamOfItsOwn() throws Exception {
        Path recorded = directory.resolve("tone.ts");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomSource source = stage.publisher("a");
            play(stage, source, tone, 0, 1_000);
            RoomStage.Seat seat = stage.sit(Container.TS);
            play(stage, source, tone, 1_000, Integer.MAX_VALUE);
            record(seat, recorded);
        }
        List<Long> audio = Ffmpeg.decodingTimes(recorded, "a");
        assertThat(audio).hasSizeGreaterThan(30);
        rises(audio, 2_300, 2_450);
        decodes(recorded);
    }

    /** A source without sound follows, and one without pictures; who comes then is not told to wait for what does not come. */
    @Test
    void whatALaterSourceLacksIsNoPartOfTheProgramAnyMore() throws Exception {
        Ffmpeg.demand("mpv");
        Path made = directory.resolve("long.flv");
        Ffmpeg.run(Ffmpeg.testPicture(LONG_SECONDS, made.toString()));
        byte[] mute = only("-an", made);
        byte[] dark = only("-vn", made);
        Path whole = directory.resolve("whole-changes.ts");
        Path whileMute = directory.resolve("while-mute.ts");
        Path whileDark = directory.resolve("while-dark.ts");
        Path after = directory.resolve("after.ts");
        try (RoomStage stage = new RoomStage(RoomSettings.DEFAULTS)) {
            RoomStage.Seat seat = stage.sit(Container.TS);
            RoomSource source = stage.publisher("a");
            play(stage, source, picture, 0, Integer.MAX_VALUE);
            source = follow(stage, source);
            play(stage, source, mute, 0, LATE_MS);
            RoomStage.Seat comesWhileMute = stage.sit(Container.TS);
            play(stage, source, mute, LATE_MS, Integer.MAX_VALUE);
            record(comesWhileMute, whileMute);
            source = follow(stage, source);
            play(stage, source, dark, 0, LATE_MS);
            RoomStage.Seat comesWhileDark = stage.sit(Container.TS);
            play(stage, source, dark, LATE_MS, Integer.MAX_VALUE);
            record(comesWhileDark, whileDark);
            source = follow(stage, source);
            play(stage, source, picture, 0, 2_000);
            RoomStage.Seat comesAfter = stage.sit(Container.TS);
            play(stage, source, picture, 2_000, Integer.MAX_VALUE);
            record(comesAfter, after);
            record(seat, whole);
        }
        assertThat(streams(whileMute)).containsExactly("video");
        assertThat(streams(whileDark)).containsExactly("audio");
        assertThat(streams(after)).containsExactlyInAnyOrder("video", "audio");
        assertThat(Ffmpeg.decodingTimes(whole, "v")).hasSize((2 * SECONDS + LONG_SECONDS) * 25);
        for (Path each : List.of(whole, whileMute, whileDark, after)) {
            decodes(each);
        }
        assertThat(Ffmpeg.run(List.of(
                        "mpv",
                        "--no-config",
                        "--vo=null",
                        "--ao=null",
                        "--untimed",
                        "--msg-level=all=error",
                        whole.toString())))
                .as("what mpv complains of")
                .isEmpty();
    }

    /** Of a recording, with -an or -vn, one kind of media. */
    private static byte[] only(String option, Path of) throws Exception {
        Path made = directory.resolve("only" + option + ".flv");
        Ffmpeg.run(List.of(
                "ffmpeg",
                "-nostdin",
                "-loglevel",
                "error",
                "-i",
                of.toString(),
                option,
                "-c",
                "copy",
                made.toString()));
        return Files.readAllBytes(made);
    }

    private static List<String> streams(Path file) throws Exception {
        return Ffmpeg.run(List.of(
                        "ffprobe",
                        "-v",
                        "error",
                        "-show_entries",
                        "stream=codec_type",
                        "-of",
                        "default=nw=1:nk=1",
                        file.toString()))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .distinct()
                .toList();
    }

    private static RoomSource follow(RoomStage stage, RoomSource before) {
        RoomSource next = stage.publisher("next");
        stage.room.detach(before, SourceEnd.ENDED);
        return next;
    }

    private static void play(RoomStage stage, byte[] file, long fromMs, long toMs) {
        play(stage, stage.source("a"), file, fromMs, toMs);
    }

    private static void play(RoomStage stage, RoomSource source, byte[] file, long fromMs, long toMs) {
        long last = fromMs;
        boolean video = file[4] != 4;
        for (Tag tag : Flv.read(stage.allocator, Unpooled.wrappedBuffer(file))) {
            long time = Integer.toUnsignedLong(tag.sourceTime());
            if (time < fromMs || time >= toMs) {
                tag.release();
                continue;
            }
            stage.room.take(source, List.of(tag), video);
            stage.pass(Math.max(0, time - last));
            last = Math.max(last, time);
        }
        stage.pass(RoomStage.MERGE_MS);
    }

    private static void record(RoomStage.Seat seat, Path file) throws Exception {
        ByteBuf bytes = seat.received();
        assertThat(bytes.readableBytes()).isPositive();
        assertThat(bytes.readableBytes() % 188).isZero();
        try (OutputStream out = Files.newOutputStream(file)) {
            bytes.readBytes(out, bytes.readableBytes());
        }
    }

    private static void rises(List<Long> times, long least, long most) {
        for (int each = 1; each < times.size(); each++) {
            assertThat(times.get(each) - times.get(each - 1)).isBetween(least, most);
        }
    }

    private static void decodes(Path file) throws Exception {
        assertThat(Ffmpeg.run(List.of("ffmpeg", "-nostdin", "-v", "warning", "-i", file.toString(), "-f", "null", "-")))
                .as("what ffmpeg complains of")
                .isEmpty();
    }
}
