package io.fairlead.proxy.targeting;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.targeting.TargetingReader.Reading;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class DialectsProperties {

    /** Whatever comes is understood or refused with a sentence, and never leaves the tenant out. */
    @Property(tries = 2_000)
    void rubbishIsReadOrRefused(@ForAll @StringLength(min = 1, max = 255) String user, @ForAll String secret) {
        Claim claim = Claim.of(user, secret, "acme"::equals);
        assertThat(secret).startsWith(claim.secret());
        assertThat(user).contains(claim.tenant());
        Reading reading = TargetingReader.read(claim.asked(), 86_400);
        if (reading instanceof Reading.Refused refused) {
            assertThat(refused.detail()).isNotBlank();
        }
    }

    /** Keys and values in any order, with one character broken: understood as a narrower or equal request, or refused. */
    @Property(tries = 2_000)
    void aSlipNeverWidens(@ForAll("requests") String text, @ForAll @IntRange(max = 200) int at, @ForAll char slip) {
        int where = at % text.length();
        String broken = text.substring(0, where) + slip + text.substring(where + 1);
        Location meant = targeting(text).where();
        Reading reading = TargetingReader.read(new Claim.Asked(Dialect.FAIRLEAD, broken), 86_400);
        if (reading instanceof Reading.Understood understood) {
            Location read = understood.targeting().where();
            assertThat(read.country().isEmpty()).isEqualTo(meant.country().isEmpty());
            assertThat(read.city().isEmpty()).isEqualTo(meant.city().isEmpty());
            assertThat(understood.targeting().session() == null)
                    .isEqualTo(targeting(text).session() == null);
        }
    }

    @Property(tries = 500)
    void aValueMayHoldDashes(@ForAll("names") String city, @ForAll("names") String pool) {
        Targeting read = targeting("-pool-" + pool + "-country-us-city-" + city);
        assertThat(read.pool()).isEqualTo(pool);
        assertThat(read.where()).isEqualTo(new Location("us", "", city, 0));
    }

    private static Targeting targeting(String text) {
        Reading reading = TargetingReader.read(new Claim.Asked(Dialect.FAIRLEAD, text), 86_400);
        assertThat(reading).isInstanceOf(Reading.Understood.class);
        return ((Reading.Understood) reading).targeting();
    }

    @Provide
    Arbitrary<String> requests() {
        return Combinators.combine(
                        names(),
                        Arbitraries.strings().alpha().ofLength(6),
                        Arbitraries.integers().between(1, 59))
                .as((city, session, minutes) ->
                        "-country-us-city-" + city + "-session-" + session + "-ttl-" + minutes + "m");
    }

    @Provide
    Arbitrary<String> names() {
        Arbitrary<String> word =
                Arbitraries.strings().withCharRange('A', 'Z').ofMinLength(3).ofMaxLength(8);
        return word.list().ofMinSize(1).ofMaxSize(3).map(words -> String.join("-", words));
    }
}
