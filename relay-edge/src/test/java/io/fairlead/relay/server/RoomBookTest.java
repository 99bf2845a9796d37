package io.fairlead.relay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.schemas.config.RoomAdmission;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may publish and watch, by what settings and operators say of a room. */
class RoomBookTest {

    private static final RoomTerms ONE = RoomTerms.ofKey(RoomBook.digest("one"));

    private final RoomBook book = new RoomBook(Map.of("live/a", ONE));

    private static RoomTerms terms(String key, RoomAdmission admission, boolean mergeable, String... renditions) {
        return new RoomTerms(List.of(RoomBook.digest(key)), admission, mergeable, Set.of(renditions));
    }

    @Test
    void whatIsToldCountsMoreThanTheSettingsUntilItIsTakenBack() {
        assertThat(book.mayPublish("live/a", "one")).isTrue();
        book.put("live/a", terms("two", RoomAdmission.EDGE, true));
        assertThat(book.mayPublish("live/a", "one")).isFalse();
        assertThat(book.mayPublish("live/a", "two")).isTrue();
        book.removed("live/a");
        assertThat(book.mayPublish("live/a", "one")).isTrue();
    }

    @Test
    void nobodyPublishesWithoutAKeyOrWhereThereIsNone() {
        assertThat(book.mayPublish("live/a", null)).isFalse();
        assertThat(book.mayPublish("live/a", "")).isFalse();
        assertThat(book.mayPublish("live/b", "one")).isFalse();
        book.put("live/a", new RoomTerms(List.of(), RoomAdmission.OPEN, true, Set.of()));
        assertThat(book.mayPublish("live/a", "one")).isFalse();
    }

    @Test
    void aRenditionHasTheTermsOfItsRoomUnlessItIsDefinedItself() {
        book.put("live/a", terms("two", RoomAdmission.EDGE, false, "720p"));
        assertThat(book.mayPublish("live/a/720p", "two")).isTrue();
        assertThat(book.mergeable("live/a/720p")).isFalse();
        assertThat(book.mayPublish("live/a/360p", "two")).isFalse();
        assertThat(book.mergeable("live/a/360p")).isTrue();
        book.put("live/a/720p", terms("three", RoomAdmission.EDGE, true));
        assertThat(book.mayPublish("live/a/720p", "two")).isFalse();
        assertThat(book.mergeable("live/a/720p")).isTrue();
    }

    @Test
    void eachRoomAdmitsAsItsTermsSayAndNobodyWhereThatCannotBe() {
        SignedUrls signed = new SignedUrls("0123456789abcdef", InstantSource.system());
        RoomAdmissions admissions = new RoomAdmissions(book, RoomAdmission.SIGNED, signed, null);
        assertThat(status(admissions, "live/a", "")).isEqualTo(403);
        assertThat(status(admissions, "live/a", signed.query("live/a", 4_000_000_000L)))
                .isEqualTo(200);
        book.put("live/a", terms("one", RoomAdmission.OPEN, true));
        assertThat(status(admissions, "live/a", "")).isEqualTo(200);
        book.put("live/a", terms("one", RoomAdmission.HOOK, true));
        assertThat(status(admissions, "live/a", "")).isEqualTo(503);
        book.put("live/a", terms("one", RoomAdmission.UNKNOWN, true));
        assertThat(status(admissions, "live/a", "")).isEqualTo(503);
        assertThatThrownBy(() -> new RoomAdmissions(book, RoomAdmission.HOOK, signed, null))
                .hasMessageContaining("--admission-hook");
    }

    private static int status(Admission admission, String room, String query) {
        WatchRequest request = new WatchRequest(room, query, "192.0.2.7", new EmbeddedChannel());
        return admission.judge(request).toCompletableFuture().join().status();
    }
}
