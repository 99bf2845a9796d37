package io.fairlead.model.exit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.model.policy.QualityPolicy;
import io.fairlead.model.quality.References;
import java.util.List;
import org.junit.jupiter.api.Test;

class ToldTest {

    private static final QualityPolicy POLICY = QualityPolicy.defaults();
    private static final long START = 1_700_000_000_000L;
    private static final long LATER = START + POLICY.tellIntervalMs();

    private final Told told = new Told();

    @Test
    void whatWasNeverToldIsToldFirst() {
        assertThat(told.worth(rating(Presence.ONLINE, 80, 8), -1, START, POLICY))
                .isEqualTo("first");
    }

    @Test
    void aSmallChangeIsKeptBackHoweverOftenItIsSeen() {
        remember(rating(Presence.ONLINE, 80, 8));
        double little = POLICY.tellPoints() / 5;
        assertThat(told.worth(rating(Presence.ONLINE, 80 + little, 8), -1, START + Told.REFRESH_MS * 10, POLICY))
                .isEmpty();
    }

    @Test
    void aChangeWorthTellingWaitsForItsIntervalAndAGreatOneDoesNot() {
        remember(rating(Presence.ONLINE, 80, 8));
        double moved = 80 - 1.5 * POLICY.tellPoints();
        assertThat(told.worth(rating(Presence.ONLINE, moved, 8), -1, LATER - 1, POLICY))
                .isEmpty();
        assertThat(told.worth(rating(Presence.ONLINE, moved, 8), -1, LATER, POLICY))
                .isEqualTo("quality");
        double fallen = 80 - 4.5 * POLICY.tellPoints();
        assertThat(told.worth(rating(Presence.ONLINE, fallen, 8), -1, START + 1, POLICY))
                .isEqualTo("quality");
    }

    @Test
    void stateIsToldAtOnceAndCapacityAfterTheInterval() {
        remember(rating(Presence.ONLINE, 80, 8));
        assertThat(told.worth(rating(Presence.OFFLINE, 80, 8), -1, START + 1, POLICY))
                .isEqualTo("state");
        assertThat(told.worth(rating(Presence.ONLINE, 80, 7), -1, START + 1, POLICY))
                .isEmpty();
        assertThat(told.worth(rating(Presence.ONLINE, 80, 7), -1, LATER, POLICY))
                .isEqualTo("capacity");
    }

    @Test
    void thatAnExitTakesNoRequestsAndWhyIsToldAfterTheInterval() {
        remember(rating(Presence.ONLINE, 80, 8));
        ExitRating rests = objecting("its battery is at 17 %");
        assertThat(rests.availableRequests()).isZero();
        assertThat(told.worth(rests, -1, LATER - 1, POLICY)).isEmpty();
        assertThat(told.worth(rests, -1, LATER, POLICY)).isEqualTo("state");
        assertThat(Shortfalls.of(rests, POLICY).get(0)).isEqualTo("takes no requests: its battery is at 17 %");
        remember(rests);
        assertThat(told.worth(objecting("its battery is at 17 %"), -1, LATER, POLICY))
                .isEmpty();
        assertThat(told.worth(rating(Presence.ONLINE, 80, 8), -1, LATER, POLICY))
                .isEqualTo("state");
    }

    private static ExitRating objecting(String objection) {
        ExitRating rating = rating(Presence.ONLINE, 80, 8);
        return new ExitRating(
                rating.presence(),
                80,
                false,
                0.5,
                0.5,
                100,
                20,
                0.01,
                0.9,
                8,
                0,
                objection,
                rating.classes(),
                false,
                1,
                References.of(POLICY),
                List.of());
    }

    @Test
    void aPolicyThatChangesTheRatingIsToldAtOnceAndOneThatDoesNotIsNot() {
        remember(rating(Presence.ONLINE, 80, 8));
        assertThat(told.worth(rating(Presence.ONLINE, 79.9, 8), 7, START + 1, POLICY))
                .isEqualTo("policy");
        assertThat(told.worth(rating(Presence.ONLINE, 80, 8), 7, START + 1, POLICY))
                .isEmpty();
    }

    @Test
    void whatCreptAwayIsToldInTheEnd() {
        remember(rating(Presence.ONLINE, 80, 8));
        double crept = 80 + 0.6 * POLICY.tellPoints();
        assertThat(told.worth(rating(Presence.ONLINE, crept, 8), -1, START + Told.REFRESH_MS - 1, POLICY))
                .isEmpty();
        assertThat(told.worth(rating(Presence.ONLINE, crept, 8), -1, START + Told.REFRESH_MS, POLICY))
                .isEqualTo("refresh");
    }

    @Test
    void aChangeOfOneClassIsAChange() {
        remember(rating(Presence.ONLINE, 80, 8, rated("shop", 80)));
        assertThat(told.worth(rating(Presence.ONLINE, 80, 8, rated("shop", 20)), -1, START + 1, POLICY))
                .isEqualTo("quality");
    }

    private void remember(ExitRating rating) {
        told.remember(rating, -1, START);
    }

    private static ClassRating rated(String name, double quality) {
        return new ClassRating(name, quality, 100, 0.9, 10, 0, 1);
    }

    private static ExitRating rating(Presence presence, double quality, int capacity, ClassRating... classes) {
        return new ExitRating(
                presence,
                quality,
                false,
                0.5,
                0.5,
                100,
                20,
                0.01,
                0.9,
                capacity,
                0,
                "",
                List.of(classes),
                false,
                1,
                References.of(POLICY),
                List.of());
    }
}
