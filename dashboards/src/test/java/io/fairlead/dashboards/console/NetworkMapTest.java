package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.dashboards.query.ClickHouseSource;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.DeliveryAddress;
import io.fairlead.schemas.config.DeliveryGroup;
import io.fairlead.schemas.decisions.DecisionVersion;
import io.fairlead.schemas.decisions.GroupChoice;
import io.fairlead.schemas.decisions.GroupPrice;
import io.fairlead.schemas.decisions.GroupState;
import io.fairlead.schemas.decisions.MapEntry;
import io.fairlead.schemas.decisions.MapEvidence;
import io.fairlead.schemas.wire.Contract;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkMapTest {

    private static final int PREFIXES_MAX = 4;

    private final AtomicLong nowMs = new AtomicLong(1_800_000_000_000L);
    private final ClickHouseSource nobody =
            new ClickHouseSource("http://127.0.0.1:1", "nobody", "", 1, Duration.ofSeconds(1));
    private final MapBook book = new MapBook(PREFIXES_MAX);
    private NetworkMap map;
    private long counter;

    @BeforeEach
    void open() {
        assertThat(Contract.records()).as("Avro trusts what the contract names").isNotEmpty();
        InstantSource clock = () -> Instant.ofEpochMilli(nowMs.get());
        map = new NetworkMap(book, new History(nobody, clock), clock);
        group("ams", 52.4);
        group("fra", 100);
    }

    @AfterEach
    void close() throws Exception {
        nobody.close();
    }

    @Test
    void aSharedPrefixCountsForEachGroupAndWhatIsServedAwayFromItsNearestIsSaid() {
        entry("192.0.2.0/24", 1_000, choice("ams", 0.75, 10), choice("fra", 0.25, 18));
        entry("198.51.100.0/24", 500, choice("fra", 1, 30), choice("ams", 0, 31));
        NetworkMap.Overview seen = map.overview();
        assertThat(seen.groups())
                .extracting(
                        NetworkMap.Group::id,
                        NetworkMap.Group::prefixes,
                        NetworkMap.Group::demandBitsPerSecond,
                        NetworkMap.Group::nearestBitsPerSecond)
                .containsExactly(tuple("ams", 1L, 750.0, 1_000.0), tuple("fra", 1L, 750.0, 500.0));
        assertThat(seen.displaced()).containsExactly(new NetworkMap.Displaced("ams", "fra", 250));
    }

    @Test
    void aPlaceThatIsNotDeclaredIsNone() {
        assertThat(map.overview().groups().get(0).latitudeDegrees()).isEqualTo(52.4);
        assertThat(map.overview().groups().get(1).latitudeDegrees()).isNull();
    }

    @Test
    void anOverviewIsMadeOnceASecond() {
        NetworkMap.Overview first = map.overview();
        entry("192.0.2.0/24", 1_000, choice("ams", 1, 10));
        assertThat(map.overview()).isSameAs(first);
        nowMs.addAndGet(1_000);
        assertThat(map.overview().prefixes()).isOne();
    }

    @Test
    void theLongestPrefixExplainsAnAskerAndTheWiderOnesAreNamed() {
        entry("0.0.0.0/0", 0, choice("fra", 1, 0));
        entry("192.0.2.0/24", 1_000, choice("ams", 1, 10), choice("fra", 0, 7));
        entry("192.0.2.7/32", 10, choice("fra", 1, 5));
        NetworkMap.Explanation own = map.explain("192.0.2.7", 1);
        assertThat(own.entry().prefix()).isEqualTo("192.0.2.7/32");
        assertThat(own.around()).extracting(NetworkMap.Row::prefix).containsExactly("192.0.2.0/24", "0.0.0.0/0");
        assertThat(own.problem()).as("history is away, the rest is answered").contains("127.0.0.1:1");

        NetworkMap.Explanation neighbour = map.explain("192.0.2.8", 1);
        assertThat(neighbour.entry().prefix()).isEqualTo("192.0.2.0/24");
        assertThat(neighbour.entry().regretMs()).isCloseTo(3, within(0.01));
        assertThat(map.explain("2001:db8::1", 1).entry()).isNull();
        assertThatThrownBy(() -> map.explain("nowhere", 1)).hasMessageContaining("'nowhere' is no address");
    }

    @Test
    void whyAGroupIsOutComesWithEachChoice() {
        entry("192.0.2.0/24", 1_000, choice("ams", 1, 10), choice("fra", 0, 7));
        book.apply(GroupPrice.newBuilder()
                .setGroupId("fra")
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setPriceMs(4)
                .setCapacityBitsPerSecond(1)
                .setPlannedBitsPerSecond(0)
                .setLoadBitsPerSecond(-1)
                .setState(GroupState.DOWN)
                .setShedFromShare(0.85)
                .setReason("none of its edges has reported for 3 s")
                .build());
        NetworkMap.Choice fra = map.explain("192.0.2.0/24", 1).entry().choices().get(1);
        assertThat(fra.state()).isEqualTo("DOWN");
        assertThat(fra.reason()).contains("has reported");
        assertThat(fra.priceMs()).isEqualTo(4);
    }

    @Test
    void anOlderVersionChangesNothingAndWhatIsForgottenIsGone() {
        entry("192.0.2.0/24", 1_000, choice("ams", 1, 10));
        MapEntry older = made("192.0.2.0/24", 5, choice("fra", 1, 10));
        older.setVersion(new DecisionVersion(0L, 99L));
        book.apply(older);
        assertThat(map.explain("192.0.2.1", 1).entry().choices().get(0).group()).isEqualTo("ams");
        book.forgetMap("192.0.2.0/24");
        assertThat(map.explain("192.0.2.1", 1).entry()).isNull();
    }

    @Test
    void prefixesOverTheLimitAreCountedAndThoseThatAreKnownGoOn() {
        for (int i = 0; i <= PREFIXES_MAX; i++) {
            entry("192.0." + i + ".0/24", 10, choice("ams", 1, 10));
        }
        entry("192.0.0.0/24", 70, choice("fra", 1, 10));
        assertThat(map.overview().prefixes()).isEqualTo(PREFIXES_MAX);
        assertThat(map.overview().left()).isOne();
        assertThat(map.prefixes("", "").listed().get(0).demandBitsPerSecond()).isEqualTo(70);
        assertThat(map.prefixes("ams", "").found()).isEqualTo(PREFIXES_MAX - 1);
        assertThat(map.prefixes("", "CLIENT_RTT").found()).isZero();
    }

    private void entry(String prefix, double demand, GroupChoice... choices) {
        book.apply(made(prefix, demand, choices));
    }

    private MapEntry made(String prefix, double demand, GroupChoice... choices) {
        return MapEntry.newBuilder()
                .setPrefix(prefix)
                .setVersion(new DecisionVersion(1L, ++counter))
                .setIssuedAtMs(0)
                .setPolicyVersion(-1)
                .setMapEpoch(1)
                .setChoices(List.of(choices))
                .setEvidenceAtMs(0)
                .setDemandBitsPerSecond(demand)
                .build();
    }

    private static GroupChoice choice(String group, double share, double costMs) {
        return new GroupChoice(group, share, costMs, 1.0, MapEvidence.POPULARITY);
    }

    private void group(String id, double latitude) {
        book.apply(DeliveryGroup.newBuilder()
                .setGroupId(id)
                .setAuthorship(new Authorship("a", "b", 0L, 1L))
                .setAddresses(List.of(new DeliveryAddress("192.0.2.1", "edge-" + id)))
                .setCapacityBitsPerSecond(1_000)
                .setLatitudeDegrees(latitude)
                .setLongitudeDegrees(latitude > 90 ? 200 : 5)
                .build());
    }
}
