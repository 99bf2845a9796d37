package io.fairlead.relay.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.relay.flv.Flv;
import io.fairlead.relay.flv.Part;
import io.fairlead.relay.flv.Tag;
import io.fairlead.relay.flv.TagKind;
import io.fairlead.relay.room.RoomStage.Seat;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final RoomSettings SETTINGS =
            RoomSettings.DEFAULTS.withRing(new RingBounds(4_000, 1 << 20, 4_000, 200));

    @Test
    void whoComesLaterBeginsWithHeadersAndTheLastKeyFrame() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat early = stage.sit();
            RoomSource source = stage.source("a");
            headers(stage, source, 1);
            stage.frames(source, 0, 60, 25, 5_000);
            Seat late = stage.sit();
            stage.frames(source, 60, 80, 25, 5_000);
            List<Seen> first = seen(early);
            assertThat(numbers(first, TagKind.VIDEO)).isEqualTo(range(0, 80));
            assertThat(numbers(first, TagKind.AUDIO)).isEqualTo(range(0, 80));
            assertThat(first.stream().filter(each -> each.part == Part.SEQUENCE_HEADER))
                    .hasSize(2);
            List<Seen> second = seen(late);
            assertThat(second.subList(0, 3).stream().map(each -> each.part))
                    .containsExactly(Part.SEQUENCE_HEADER, Part.SEQUENCE_HEADER, Part.KEY_FRAME);
            assertThat(second.get(0).timeMs).isEqualTo(second.get(2).timeMs).isEqualTo(2_000);
            assertThat(numbers(second, TagKind.VIDEO)).isEqualTo(range(50, 80));
            assertThat(late.viewer.firstKeyNs()).isZero();
        }
    }

    @Test
    void headersAreSentAgainWhenTheyChangeAndOnlyThen() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource source = stage.source("a");
            headers(stage, source, 1);
            stage.frames(source, 0, 25, 25, 0);
            headers(stage, source, 1);
            stage.frames(source, 25, 50, 25, 0);
            headers(stage, source, 2);
            stage.frames(source, 50, 75, 25, 0);
            List<Seen> seen = seen(seat);
            List<Integer> places = IntStream.range(0, seen.size())
                    .filter(each -> seen.get(each).part == Part.SEQUENCE_HEADER)
                    .boxed()
                    .toList();
            assertThat(places).hasSize(3);
            assertThat(seen.get(places.get(2) + 1).number).isEqualTo(50);
            assertThat(seen.get(places.get(2)).timeMs).isEqualTo(2_000);
        }
    }

    /** It brings a key frame that was sent long ago, then one that never was; what is sent now comes in the end. */
    @Test
    void whatAHeldUpStreamBringsIsKnownToBeOldByTheFirstKeyFrameThatWasSent() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource first = stage.source("first");
            headers(stage, first, 1);
            stage.frames(first, 0, 45, 25, 0);
            stage.room.detach(first, SourceEnd.BROKEN);
            stage.pass(30 * 40);
            RoomSource second = stage.source("second");
            headers(stage, second, 1);
            stage.frames(second, 75, 78, 25, 3_000);
            stage.room.detach(second, SourceEnd.BROKEN);
            RoomSource late = stage.source("late");
            headers(stage, late, 1);
            for (int each = 25; each < 85; each++) {
                stage.frame(late, each, 25, 7_000);
            }
            stage.pass(RoomStage.MERGE_MS);
            List<Integer> numbers = new ArrayList<>(range(0, 45));
            numbers.addAll(range(75, 85));
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(numbers);
        }
    }

    /** The key frame alone is larger than what a viewer that is behind gets in one write. */
    @Test
    void aViewerBeginsWithAKeyFrameOfAnySize() {
        try (RoomStage stage = new RoomStage(SETTINGS.withBurstBytes(64))) {
            RoomSource source = stage.source("a");
            headers(stage, source, 1);
            stage.frames(source, 0, 40, 25, 0);
            Seat late = stage.sit();
            stage.frames(source, 40, 45, 25, 0);
            assertThat(stage.counters.viewers()).isEqualTo(1);
            assertThat(late.viewer.firstKeyNs()).isNotNegative();
            assertThat(numbers(seen(late), TagKind.VIDEO)).isEqualTo(range(25, 45));
        }
    }

    @Test
    void aSlowViewerGoesOnAtAKeyFrameAndNobodyWaitsForIt() {
        try (RoomStage stage = new RoomStage(SETTINGS.withSlowViewers(1_500, 5, 60_000))) {
            Seat slow = stage.sit();
            Seat other = stage.sit();
            RoomSource source = stage.source("a");
            headers(stage, source, 1);
            stage.frames(source, 0, 10, 25, 0);
            slow.block();
            stage.frames(source, 10, 110, 25, 0);
            headers(stage, source, 2);
            stage.frames(source, 110, 130, 25, 0);
            assertThat(numbers(seen(other), TagKind.VIDEO)).isEqualTo(range(0, 130));
            slow.unblock();
            stage.frames(source, 130, 140, 25, 0);
            List<Seen> seen = seen(slow);
            List<Integer> numbers = numbers(seen, TagKind.VIDEO);
            int jump = IntStream.range(1, numbers.size())
                    .filter(each -> numbers.get(each) != numbers.get(each - 1) + 1)
                    .findFirst()
                    .orElseThrow();
            assertThat(numbers.get(jump)).isEqualTo(125);
            assertThat(slow.viewer.skips()).isEqualTo(1);
            assertThat(slow.viewer.skippedTags()).isPositive();
            assertThat(stage.counters.skips()).isEqualTo(1);
            assertThat(slow.viewer.strain().stalls())
                    .as("one write that was not taken")
                    .isEqualTo(1);
            assertThat(slow.viewer.strain().stalledNs()).isBetween(4_000_000_000L, 5_000_000_000L);
            assertThat(slow.viewer.takeLagMaxMs()).isGreaterThan(1_500);
            assertThat(other.viewer.strain()).isEqualTo(ViewerStrain.NONE);
            Seen behind =
                    seen.stream().filter(each -> each.number == 125).findFirst().orElseThrow();
            assertThat(seen.get(seen.indexOf(behind) - 1).part).isEqualTo(Part.SEQUENCE_HEADER);
        }
    }

    @Test
    void oneThatSkipsTooOftenIsClosed() {
        try (RoomStage stage = new RoomStage(SETTINGS.withSlowViewers(500, 2, 60_000))) {
            Seat slow = stage.sit();
            RoomSource source = stage.source("a");
            headers(stage, source, 1);
            for (int each = 0; each < 5; each++) {
                stage.frames(source, each * 50, each * 50 + 2, 25, 0);
                slow.block();
                stage.frames(source, each * 50 + 2, each * 50 + 50, 25, 0);
                slow.unblock();
            }
            assertThat(slow.viewer.ended()).isEqualTo(ViewerEnd.TOO_SLOW);
            assertThat(stage.counters.ended(ViewerEnd.TOO_SLOW)).isEqualTo(1);
            assertThat(slow.channel.isActive()).isFalse();
        }
    }

    @Test
    void oneThatTakesNothingIsClosed() {
        try (RoomStage stage = new RoomStage(SETTINGS.withSlowViewers(500, 5, 2_000))) {
            Seat dead = stage.sit();
            dead.block();
            RoomSource source = stage.source("a");
            stage.frames(source, 0, 75, 25, 0);
            assertThat(dead.viewer.ended()).isEqualTo(ViewerEnd.STALLED);
            assertThat(stage.room.viewers()).isZero();
        }
    }

    @Test
    void aSpareWithTheSameFramesFollowsWithoutLossOrRepetition() {
        for (int behind = -12; behind <= 12; behind += 6) {
            try (RoomStage stage = new RoomStage(SETTINGS)) {
                Seat seat = stage.sit();
                RoomSource master = stage.source("a");
                RoomSource spare = stage.source("b");
                headers(stage, master, 1);
                headers(stage, spare, 1);
                for (int each = 0; each < 60; each++) {
                    stage.frame(master, each, 25, 4_000);
                    int other = each + behind;
                    if (other >= 0) {
                        stage.frame(spare, other, 25, 900_000);
                    }
                    stage.pass(40);
                }
                stage.room.detach(master, SourceEnd.BROKEN);
                stage.frames(spare, 60 + behind, 90, 25, 900_000);
                List<Seen> seen = seen(seat);
                assertThat(numbers(seen, TagKind.VIDEO))
                        .as("behind by %s", behind)
                        .isEqualTo(range(0, 90));
                assertThat(numbers(seen, TagKind.AUDIO)).isEqualTo(range(0, 90));
                assertThat(seen.stream().filter(each -> each.kind == TagKind.VIDEO && each.number >= 0))
                        .allSatisfy(each -> assertThat(each.timeMs).isEqualTo(each.number * 40L));
                assertThat(stage.counters.splicesAligned()).isEqualTo(1);
                assertThat(stage.told).contains("a BROKEN");
            }
        }
    }

    @Test
    void aStreamThatIsAskedForAnewBeginsInThePastAndRepeatsNothing() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource lost = stage.source("a");
            stage.frames(lost, 0, 40, 25, 0);
            stage.room.detach(lost, SourceEnd.BROKEN);
            RoomSource again = stage.source("b");
            stage.frames(again, 25, 60, 25, 800_000);
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(range(0, 60));
        }
    }

    /** Too little is known of it to be found by a run of frames, but the key frame that it began with was sent. */
    @Test
    void aSpareThatHasOnlyJustComeFollowsWithoutLossOrRepetition() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            headers(stage, master, 1);
            stage.frames(master, 0, 60, 25, 4_000);
            RoomSource spare = stage.source("b");
            headers(stage, spare, 1);
            stage.frames(spare, 50, 52, 25, 900_000);
            stage.room.detach(master, SourceEnd.ENDED);
            stage.frames(spare, 52, 90, 25, 900_000);
            List<Seen> seen = seen(seat);
            assertThat(numbers(seen, TagKind.VIDEO)).isEqualTo(range(0, 90));
            assertThat(numbers(seen, TagKind.AUDIO)).isEqualTo(range(0, 90));
        }
    }

    @Test
    void aSpareOfOtherFramesFollowsAtItsNextKeyFrame() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            RoomSource spare = stage.source("b");
            headers(stage, master, 1);
            headers(stage, spare, 2);
            for (int each = 0; each < 40; each++) {
                stage.frame(master, each, 25, 0);
                stage.frame(spare, 1_000 + each, 25, 0);
                stage.pass(40);
            }
            stage.room.detach(master, SourceEnd.BROKEN);
            stage.frames(spare, 1_040, 1_080, 25, 0);
            List<Seen> seen = seen(seat);
            List<Integer> numbers = numbers(seen, TagKind.VIDEO);
            assertThat(numbers.subList(0, 40)).isEqualTo(range(0, 40));
            assertThat(numbers.subList(40, numbers.size())).isEqualTo(range(1_050, 1_080));
            Seen key = seen.stream()
                    .filter(each -> each.number == 1_050)
                    .findFirst()
                    .orElseThrow();
            assertThat(key.timeMs).isEqualTo(40 * 40);
            assertThat(seen.get(seen.indexOf(key) - 1).part).isEqualTo(Part.SEQUENCE_HEADER);
            assertThat(stage.counters.splicesAtKey()).isEqualTo(1);
        }
    }

    /** Its headers, and frames that were sent already, are nothing that the silent source has missed. */
    @Test
    void aSpareThatHasOnlyJustComeIsNotAhead() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            headers(stage, master, 1);
            stage.frames(master, 0, 60, 25, 4_000);
            stage.pass(200);
            RoomSource spare = stage.source("b");
            headers(stage, spare, 1);
            stage.pass(400);
            stage.frames(spare, 50, 60, 25, 900_000);
            stage.pass(400);
            assertThat(stage.counters.silences()).isZero();
            stage.frames(spare, 60, 80, 25, 900_000);
            stage.pass(400);
            assertThat(stage.counters.silences()).isEqualTo(1);
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(range(0, 80));
        }
    }

    @Test
    void aSourceThatIsSilentGivesWayToASpareThatIsNot() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            RoomSource spare = stage.source("b");
            headers(stage, master, 1);
            headers(stage, spare, 1);
            for (int each = 0; each < 40; each++) {
                stage.sendBoth(master, spare, each, 25, 900_000);
                stage.pass(40);
            }
            for (int each = 40; each < 50; each++) {
                stage.frame(spare, each, 25, 900_000);
                stage.pass(40);
            }
            stage.pass(RoomStage.MERGE_MS);
            assertThat(stage.counters.silences()).isEqualTo(1);
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(range(0, 50));
            assertThat(stage.room.sources()).isEqualTo(2);
            assertThat(stage.told).containsExactly("watched");
        }
    }

    /** The spare began with a key frame that the silent one has yet to bring: who followed it would lose what lies between. */
    @Test
    void aShortSilenceIsWaitedOutIfTheSpareHasOnlyJustCome() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            headers(stage, master, 1);
            stage.frames(master, 0, 38, 25, 4_000);
            RoomSource spare = stage.source("b");
            headers(stage, spare, 1);
            stage.frames(spare, 50, 60, 25, 900_000);
            stage.frames(master, 38, 60, 25, 4_000);
            assertThat(stage.counters.silences()).isZero();
            stage.frames(spare, 60, 90, 25, 900_000);
            stage.pass(1_000);
            assertThat(stage.counters.silences()).isEqualTo(1);
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(range(0, 90));
        }
    }

    @Test
    void aLongSilenceIsNotWaitedOutThoughFramesAreLost() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource master = stage.source("a");
            headers(stage, master, 1);
            stage.frames(master, 0, 38, 25, 4_000);
            RoomSource spare = stage.source("b");
            headers(stage, spare, 1);
            stage.frames(spare, 50, 90, 25, 900_000);
            assertThat(stage.counters.silences()).isEqualTo(1);
            List<Integer> numbers = numbers(seen(seat), TagKind.VIDEO);
            assertThat(numbers.subList(38, numbers.size())).isEqualTo(range(75, 90));
        }
    }

    /** The key frame of 50 was never sent, but is older than that of 75, which was. */
    @Test
    void oneThatWasHeldUpAndComesAllAtOnceDoesNotTakeViewersBack() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource heldUp = stage.source("a");
            headers(stage, heldUp, 1);
            stage.frames(heldUp, 0, 40, 25, 4_000);
            stage.pass(25 * 40);
            RoomSource other = stage.source("b");
            headers(stage, other, 1);
            stage.frames(other, 65, 77, 25, 900_000);
            stage.room.detach(other, SourceEnd.BROKEN);
            for (int each = 40; each < 72; each++) {
                stage.frame(heldUp, each, 25, 4_000);
            }
            stage.frames(heldUp, 72, 90, 25, 4_000);
            List<Seen> seen = seen(seat);
            List<Integer> expected = new ArrayList<>(range(0, 40));
            expected.addAll(range(75, 90));
            assertThat(numbers(seen, TagKind.VIDEO)).isEqualTo(expected);
            assertThat(numbers(seen, TagKind.AUDIO)).isEqualTo(expected);
        }
    }

    /** Asked for when 25 was the newest key frame, which was never sent; all it brings comes when viewers have long been shown 75 and 100. */
    @Test
    void oneThatWasHeldUpFromItsFirstFrameOnDoesNotTakeViewersBack() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource heldUp = heldUpWhileAnotherIsSent(stage);
            for (int each = 25; each < 115; each++) {
                stage.frame(heldUp, each, 25, 7_000);
            }
            stage.pass(RoomStage.MERGE_MS);
            List<Seen> seen = seen(seat);
            List<Integer> expected = new ArrayList<>(range(0, 20));
            expected.addAll(range(75, 115));
            assertThat(numbers(seen, TagKind.VIDEO)).isEqualTo(expected);
            assertThat(numbers(seen, TagKind.AUDIO)).isEqualTo(expected);
        }
    }

    /** It brings nothing that viewers know; once it has gone on for two seconds as the clock does, it is taken. */
    @Test
    void oneThatMayHaveBeenHeldUpIsTakenWhenItsPaceIsKnown() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource another = heldUpWhileAnotherIsSent(stage);
            stage.frames(another, 1_000, 1_080, 25, 7_000);
            List<Integer> expected = new ArrayList<>(range(0, 20));
            expected.addAll(range(75, 110));
            expected.addAll(range(1_050, 1_080));
            assertThat(numbers(seen(seat), TagKind.VIDEO)).isEqualTo(expected);
        }
    }

    /** Frames 0 to 19 are sent, then nothing comes for long, then another source's 75 to 109. */
    private static RoomSource heldUpWhileAnotherIsSent(RoomStage stage) {
        RoomSource first = stage.source("first");
        headers(stage, first, 1);
        stage.frames(first, 0, 20, 25, 0);
        stage.room.detach(first, SourceEnd.BROKEN);
        stage.pass(10 * 40);
        RoomSource heldUp = stage.source("held up");
        headers(stage, heldUp, 1);
        stage.pass(30 * 40);
        RoomSource other = stage.source("other");
        headers(stage, other, 1);
        stage.frames(other, 60, 110, 25, 900_000);
        stage.room.detach(other, SourceEnd.BROKEN);
        return heldUp;
    }

    /** It has too few frames in common with what the other has sent since, but its place is known. */
    @Test
    void oneThatWasSentBeforeGoesOnWhereItWas() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            Seat seat = stage.sit();
            RoomSource one = stage.source("a");
            RoomSource two = stage.source("b");
            headers(stage, one, 1);
            headers(stage, two, 1);
            for (int each = 0; each < 40; each++) {
                stage.sendBoth(one, two, each, 25, 900_000);
                stage.pass(40);
            }
            stage.frame(two, 40, 25, 900_000);
            stage.pass(300);
            assertThat(stage.counters.silences()).isEqualTo(1);
            stage.frame(two, 41, 25, 900_000);
            stage.pass(40);
            stage.frames(one, 40, 46, 25, 0);
            stage.room.detach(two, SourceEnd.BROKEN);
            stage.frames(one, 46, 90, 25, 0);
            List<Seen> seen = seen(seat);
            assertThat(numbers(seen, TagKind.VIDEO)).isEqualTo(range(0, 90));
            assertThat(numbers(seen, TagKind.AUDIO)).isEqualTo(range(0, 90));
        }
    }

    @Test
    void whenAllAreSilentNobodyGivesWay() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            RoomSource master = stage.source("a");
            RoomSource spare = stage.source("b");
            for (int each = 0; each < 40; each++) {
                stage.sendBoth(master, spare, each, 25, 0);
                stage.pass(40);
            }
            for (int each = 0; each < 200; each++) {
                stage.pass(20);
            }
            assertThat(stage.counters.silences()).isZero();
        }
    }

    @Test
    void viewersWaitForAPublisherThatComesBackAndAreEndedInOrderIfItDoesNot() {
        try (RoomStage stage = new RoomStage(SETTINGS.withWaits(3_000, 10_000, 5_000))) {
            Seat seat = stage.sit();
            RoomSource one = stage.publisher("a");
            stage.frames(one, 0, 30, 25, 0);
            stage.room.detach(one, SourceEnd.ENDED);
            stage.pass(8_000);
            RoomSource two = stage.publisher("b");
            stage.frames(two, 0, 30, 25, 0);
            assertThat(numbers(seen(seat), TagKind.VIDEO)).hasSize(60);
            stage.room.detach(two, SourceEnd.ENDED);
            stage.pass(10_000);
            stage.pass(0);
            assertThat(seat.viewer.ended()).isEqualTo(ViewerEnd.ROOM_ENDED);
            ByteBuf last = seat.channel.readOutbound();
            assertThat(last.toString(java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("0\r\n\r\n");
            assertThat(stage.told).contains("closed");
        }
    }

    @Test
    void aSecondPublisherIsRefusedUnlessTheFirstHasLongBeenSilent() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            RoomSource one = stage.source("a");
            stage.frames(one, 0, 5, 25, 0);
            assertThat(stage.room.admitsPublisher()).isFalse();
            stage.pass(5_000);
            assertThat(stage.room.admitsPublisher()).isTrue();
            assertThat(stage.told).contains("a TAKEN_OVER");
        }
    }

    @Test
    void aRoomLingersAndWhoComesMeanwhileFindsItAsItWas() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            RoomSource source = stage.source("a");
            stage.frames(source, 0, 40, 25, 0);
            Seat first = stage.sit();
            first.viewer.end(ViewerEnd.LEFT);
            stage.pass(2_900);
            Seat second = stage.sit();
            stage.pass(5_000);
            assertThat(stage.told).containsExactly("watched");
            assertThat(numbers(seen(second), TagKind.VIDEO)).isEqualTo(range(25, 40));
            second.viewer.end(ViewerEnd.LEFT);
            stage.pass(0);
            stage.pass(3_000);
            assertThat(stage.told).containsExactly("watched", "unwatched");
        }
    }

    @Test
    void aRoomThatIsFullSaysSo() {
        try (RoomStage stage = new RoomStage(SETTINGS.withMaxViewers(1))) {
            stage.sit();
            assertThat(stage.sit().viewer.ended()).isEqualTo(ViewerEnd.ROOM_FULL);
        }
    }

    @Test
    void headersWithoutEndAndHeadersWithoutMeasureEndTheirSource() {
        try (RoomStage stage = new RoomStage(SETTINGS)) {
            RoomSource many = stage.source("many");
            for (int track = 0; track < 40; track++) {
                stage.send(many, stage.video(0, new byte[] {(byte) 0x96, 0, 'h', 'v', 'c', '1', (byte) track, 1}));
            }
            RoomSource large = stage.source("large");
            byte[] header = java.util.Arrays.copyOf(Flv.avcHeader(1), 70_000);
            stage.send(large, stage.video(0, header));
            assertThat(stage.told).containsExactly("many MALFORMED", "large MALFORMED");
        }
    }

    private static void headers(RoomStage stage, RoomSource source, int version) {
        stage.send(source, stage.video(0, Flv.avcHeader(version)), stage.audio(0, Flv.aacHeader()));
    }

    /** A tag as a viewer got it; the number is that of its frame, −1 for headers. */
    private record Seen(TagKind kind, Part part, int number, long timeMs) {}

    private static List<Seen> seen(Seat seat) {
        List<Seen> seen = new ArrayList<>();
        for (Tag tag : Flv.read(new UnpooledByteBufAllocator(true), seat.received())) {
            int at = Tag.HEADER_BYTES + (tag.kind() == TagKind.VIDEO ? 5 : 2);
            boolean header = tag.part() == Part.SEQUENCE_HEADER;
            seen.add(new Seen(tag.kind(), tag.part(), header ? -1 : tag.wire().getIntLE(at), tag.timeMs()));
            tag.release();
        }
        for (TagKind kind : TagKind.values()) {
            long last = 0;
            for (Seen each : seen) {
                if (each.kind == kind) {
                    assertThat(each.timeMs).isGreaterThanOrEqualTo(last);
                    last = each.timeMs;
                }
            }
        }
        return seen;
    }

    private static List<Integer> numbers(List<Seen> seen, TagKind kind) {
        return seen.stream()
                .filter(each -> each.kind == kind && each.number >= 0)
                .map(each -> each.number)
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
