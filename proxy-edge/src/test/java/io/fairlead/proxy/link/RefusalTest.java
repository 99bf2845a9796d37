package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class RefusalTest {

    @Property
    void everyRefusalIsReadAsItWasWritten(@ForAll Refusal refusal, @ForAll String detail) {
        Refusal.Told told = Refusal.parse(refusal.field(detail));
        assertThat(told.refusal()).isEqualTo(refusal);
        assertThat(told.detail()).hasSizeLessThanOrEqualTo(200).matches("[ -~]*");
    }

    @Property
    void anythingElseIsAnErrorOfTheExit(@ForAll String rubbish) {
        Refusal.Told told = Refusal.parse(rubbish);
        assertThat(told.refusal()).isNotNull();
        assertThat(told.detail()).matches("[ -~]*");
    }

    @Property(tries = 1)
    void outcomesAreOneToOne() {
        assertThat(Arrays.stream(Refusal.values()).map(Refusal::outcome)).doesNotHaveDuplicates();
    }
}
