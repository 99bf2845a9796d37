package io.fairlead.model.popularity;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BeaconNameTest {

    private static final String NAME = "0123456789abcdef0123456789abcdef";

    @Test
    void aBeaconIsTheFirstLabelInWhateverCaseAResolverWritesIt() {
        assertThat(BeaconName.of(NAME + ".beacon.live.example")).isEqualTo(NAME);
        assertThat(BeaconName.of("0123456789ABCDEF0123456789aBcDeF.beacon.live.example:8061"))
                .isEqualTo(NAME);
    }

    @Test
    void otherHostsAreNone() {
        assertThat(BeaconName.of(null)).isNull();
        assertThat(BeaconName.of("live.example")).isNull();
        assertThat(BeaconName.of(NAME)).isNull();
        assertThat(BeaconName.of(NAME + "0.beacon")).isNull();
        assertThat(BeaconName.of(NAME.replace('0', 'g') + ".beacon")).isNull();
    }
}
