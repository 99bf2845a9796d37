package io.fairlead.nameserver.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.model.map.AddressPrefix;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.MapCohort;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MapRowTest {

    private static MapRow row(String prefix, List<GroupChoice> choices) {
        AddressPrefix parsed = AddressPrefix.parse(prefix);
        return MapRow.of(
                parsed,
                MapEntry.newBuilder()
                        .setPrefix(prefix)
                        .setVersion(new DecisionVersion(1L, 1L))
                        .setIssuedAtMs(3)
                        .setPolicyVersion(-1L)
                        .setMapEpoch(7)
                        .setChoices(choices)
                        .setEvidenceAtMs(2)
                        .setDemandBitsPerSecond(1)
                        .setCohort(MapCohort.ROLLED)
                        .build());
    }

    /** However it is kept. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.7/32",
                "0.0.0.0/0",
                "255.255.255.0/24",
                "2001:db8::/48",
                "ffff:ffff:ffff:ffff::/64",
                "::/0"
            })
    void anEntryIsWhatWasTold(String prefix) {
        List<GroupChoice> told = new ArrayList<>();
        for (MapEvidence evidence : MapEvidence.values()) {
            if (told.size() < Choices.MOST) {
                int i = told.size();
                told.add(new GroupChoice("g" + i, i == 0 ? 1.0 : 0.0, 0.37 + 333.33 * i, 0.11 * i, evidence));
            }
        }
        MapRow row = row(prefix, told);
        assertThat(row.prefix()).hasToString(prefix);
        assertThat(row.epoch()).isEqualTo(7);
        assertThat(row.evidenceAtMs()).isEqualTo(2);
        assertThat(row.cohort()).isEqualTo(MapCohort.ROLLED);
        for (int i = 0; i < told.size(); i++) {
            assertThat(row.choices().group(i)).isEqualTo("g" + i);
            assertThat(row.costMs(i)).isCloseTo(told.get(i).getCostMs(), within(1 / 32.0));
            assertThat(row.errorMs(i)).isCloseTo(told.get(i).getErrorMs(), within(1 / 32.0));
            assertThat(row.evidence(i)).isEqualTo(told.get(i).getEvidence());
        }
    }

    @Test
    void whatIsFartherThanAnythingIsAsFarAsCanBeSaid() {
        MapRow row = row(
                "192.0.2.0/24",
                List.of(
                        new GroupChoice("a", 1.0, 1e9, Double.POSITIVE_INFINITY, MapEvidence.PROBE),
                        new GroupChoice("b", 0.0, -1.0, Double.NaN, MapEvidence.PROBE)));
        assertThat(row.costMs(0)).isEqualTo(4_095);
        assertThat(row.errorMs(0)).isEqualTo(4_095);
        assertThat(row.costMs(1)).isZero();
        assertThat(row.errorMs(1)).isZero();
    }
}
