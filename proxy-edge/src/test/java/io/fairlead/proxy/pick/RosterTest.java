package io.fairlead.proxy.pick;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RosterTest {

    private final Roster roster = new Roster();

    @Test
    void underFormerTermsNoSlotIsTaken() {
        KnownExit exit = new KnownExit("exit-1", roster, 0);
        exit.limit(3);
        exit.terms(Terms.NOBODY, true);
        int stamp = exit.stamp();
        assertThat(roster.take(exit.number, stamp)).isNotEqualTo(Roster.NOT_TAKEN);
        exit.terms(Terms.NOBODY, true);
        assertThat(roster.take(exit.number, stamp)).isEqualTo(Roster.NOT_TAKEN);
        assertThat(roster.take(exit.number, exit.stamp())).isNotEqualTo(Roster.NOT_TAKEN);
        assertThat(exit.running()).isEqualTo(2);
    }

    @Test
    void aNumberIsGivenAgainButItsStampGoesOn() {
        KnownExit exit = new KnownExit("exit-1", roster, 0);
        exit.limit(3);
        exit.terms(Terms.NOBODY, true);
        int stamp = exit.stamp();
        exit.terms(Terms.NOBODY, false);
        roster.remove(exit.number);
        KnownExit other = new KnownExit("exit-2", roster, 0);
        other.limit(3);
        other.terms(Terms.NOBODY, true);
        assertThat(other.number).isEqualTo(exit.number);
        assertThat(roster.take(other.number, stamp)).isEqualTo(Roster.NOT_TAKEN);
    }

    @Test
    void manyExitsHaveNumbersAndWordsOfTheirOwn() {
        for (int i = 0; i < 40_000; i++) {
            KnownExit exit = new KnownExit("exit-" + i, roster, i);
            exit.limit(i);
            assertThat(exit.number).isEqualTo(i);
        }
        assertThat(SlotWord.limit(roster.word(39_999))).isEqualTo(39_999);
        assertThat(roster.lastUsedNanos(16_384)).isEqualTo(16_384);
        assertThat(roster.exitId(20_000)).isEqualTo("exit-20000");
    }
}
