package io.fairlead.schemas.groups;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupRecordsTest {

    private static DeliveryGroup.Builder group() {
        return DeliveryGroup.newBuilder()
                .setGroupId("fra")
                .setAuthorship(new Authorship("ada", "new site", 7L, 1L))
                .setAddresses(
                        List.of(new DeliveryAddress("192.0.2.1", "relay-1"), new DeliveryAddress("2001:db8::1", "")))
                .setCapacityBitsPerSecond(10_000_000_000L);
    }

    @Test
    void aGroupWithAddressesAndACapacityIsGood() {
        assertThat(GroupRecords.violations("fra", group().build())).isEmpty();
        assertThat(GroupRecords.violations(
                        "fra",
                        group().setLatitudeDegrees(50.1)
                                .setLongitudeDegrees(8.7)
                                .build()))
                .isEmpty();
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        DeliveryGroup wrong = group().setGroupId("a/b")
                .setAddresses(List.of(new DeliveryAddress("localhost", ""), new DeliveryAddress("localhost", "")))
                .setCapacityBitsPerSecond(0)
                .setProbePort(70_000)
                .setProbePath("ready")
                .setDefaultRank(-1)
                .setCountry("DE")
                .setLatitudeDegrees(91)
                .build();
        assertThat(GroupRecords.violations("fra", wrong))
                .hasSize(11)
                .anySatisfy(said -> assertThat(said).contains("groupId is 'a/b'"))
                .anySatisfy(said -> assertThat(said).contains("the key is 'fra'"))
                .anySatisfy(said -> assertThat(said).contains("'localhost' is no address"))
                .anySatisfy(said -> assertThat(said).contains("stands twice"))
                .anySatisfy(said -> assertThat(said).contains("latitudeDegrees"));
    }

    @Test
    void anIdIsNeitherAPrefixNorTheStar() {
        assertThat(GroupRecords.isId("fra-1")).isTrue();
        assertThat(GroupRecords.isId("192.0.2.0/24")).isFalse();
        assertThat(GroupRecords.isId("*")).isFalse();
    }
}
