package io.fairlead.schemas.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.RoomAdmission;
import io.fairlead.schemas.config.RoomDefinition;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomRecordsTest {

    private static RoomDefinition.Builder room() {
        return RoomDefinition.newBuilder()
                .setRoom("live/a")
                .setAuthorship(new Authorship("ada", "a new room", 7L, 1L))
                .setPublishKeyDigests(List.of("0123456789abcdef".repeat(4)))
                .setAdmission(RoomAdmission.EDGE)
                .setRenditions(List.of("720p", "audio"));
    }

    @Test
    void aRoomWithAKeyIsGoodAndSoIsOneThatNobodyPublishes() {
        assertThat(RoomRecords.violations("live/a", room().build())).isEmpty();
        assertThat(RoomRecords.violations(
                        "live/a", room().setPublishKeyDigests(List.of()).build()))
                .isEmpty();
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        RoomDefinition wrong = room().setRoom("live")
                .setPublishKeyDigests(Collections.nCopies(17, "secret"))
                .setAdmission(RoomAdmission.UNKNOWN)
                .setRenditions(List.of("a/b", "..", "hd", "hd"))
                .build();
        assertThat(RoomRecords.violations("live/a", wrong))
                .anySatisfy(said -> assertThat(said).contains("room is 'live'"))
                .anySatisfy(said -> assertThat(said).contains("the key is 'live/a'"))
                .anySatisfy(said -> assertThat(said).contains("at most 16 keys"))
                .anySatisfy(said -> assertThat(said).contains("has 'secret'"))
                .anySatisfy(said -> assertThat(said).contains("admission is UNKNOWN"))
                .anySatisfy(said -> assertThat(said).contains("'a/b'"))
                .anySatisfy(said -> assertThat(said).contains("'..'"))
                .anySatisfy(said -> assertThat(said).contains("rendition hd stands twice"));
    }

    @Test
    void aNameIsNoWayOutOfTheMediaServersDirectory() {
        assertThat(RoomRecords.isName("live/a.b/720p")).isTrue();
        assertThat(RoomRecords.isName("live/../b")).isFalse();
        assertThat(RoomRecords.isName("live/.")).isFalse();
        assertThat(RoomRecords.isName("/live/a")).isFalse();
        assertThat(RoomRecords.isName("live/a/b/c/d")).isFalse();
    }
}
