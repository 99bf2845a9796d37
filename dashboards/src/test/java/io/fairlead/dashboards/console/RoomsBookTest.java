package io.fairlead.dashboards.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fairlead.schemas.telemetry.LegEnd;
import io.fairlead.schemas.telemetry.LegReport;
import io.fairlead.schemas.telemetry.TelemetryHeader;
import io.fairlead.schemas.telemetry.ViewerClose;
import io.fairlead.schemas.telemetry.ViewerProtocol;
import io.fairlead.schemas.telemetry.ViewerReport;
import io.fairlead.schemas.telemetry.ViewerRole;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoomsBookTest {

    private static final long NOW_MS = 1_700_000_000_000L;

    private final RoomsBook book = new RoomsBook();

    private static TelemetryHeader header(String edge) {
        return new TelemetryHeader(edge, 1L, 0, 0L, NOW_MS);
    }

    /** As the relay server tells them. */
    private Map<String, Integer> roles = Map.of();

    private void leg(LegEnd end, String client, long linkBytes, long viewerBytes, boolean over) {
        LegReport report = new LegReport();
        report.setHeader(header(client));
        report.setEnd(end);
        report.setRoom("live/a");
        report.setRelayClientId(client);
        report.setRelayServerId("rs-1");
        report.setIntervalMs(10_000L);
        report.setViewers(25);
        report.setCarriers(1);
        report.setUpstreams(2);
        report.setLinkBytes(linkBytes);
        report.setViewerBytes(viewerBytes);
        report.setPromotions(1);
        report.setRttUs(40_000L);
        report.setDeliveryBps(end == LegEnd.RELAY_SERVER ? 25_000_000 : -1);
        report.setDeliveryBound(end == LegEnd.RELAY_SERVER);
        report.setRoles(end == LegEnd.RELAY_SERVER ? roles : Map.of());
        report.setOver(over);
        book.apply(report, NOW_MS);
    }

    private void viewer(long id, ViewerRole role, long firstKeyUs, ViewerClose close) {
        ViewerReport report = new ViewerReport();
        report.setHeader(header("rc-1"));
        report.setRoom("live/a");
        report.setViewerId(id);
        report.setObservedPrefix("127.0.0.0/24");
        report.setProtocol(ViewerProtocol.HTTP_FLV);
        report.setRole(role);
        report.setIntervalMs(60_000L);
        report.setFirstKeyUs(firstKeyUs);
        report.setStalledMs(600L);
        report.setBytes(7_500_000L);
        report.setClose(close);
        book.apply(report, NOW_MS);
    }

    private void twoLegs() {
        for (String client : new String[] {"rc-1", "rc-2"}) {
            leg(LegEnd.RELAY_SERVER, client, 1_250_000, 0, false);
            leg(LegEnd.RELAY_CLIENT, client, 1_250_000, 31_250_000, false);
        }
    }

    @Test
    void aRoomIsTheSumOfItsLegs() {
        twoLegs();
        RoomsBook.Row row = book.all(NOW_MS).rooms().get(0);
        assertThat(row.room()).isEqualTo("live/a");
        assertThat(row.relayClients()).isEqualTo(2);
        assertThat(row.viewers()).isEqualTo(50);
        assertThat(row.carriers()).isEqualTo(2);
        assertThat(row.linkBitsPerSecond()).isCloseTo(2e6, within(1.0));
        assertThat(row.savedBitsPerSecond()).isCloseTo(48e6, within(1.0));
        assertThat(row.promotions()).isEqualTo(2);
    }

    @Test
    void startUpAndStallsAreThoseOfItsViewers() {
        twoLegs();
        viewer(1, ViewerRole.MASTER, 30_000, ViewerClose.WATCHING);
        viewer(2, ViewerRole.SLAVE, 10_000, ViewerClose.WATCHING);
        RoomsBook.Row row = book.all(NOW_MS).rooms().get(0);
        assertThat(row.startP95Ms()).isCloseTo(30, within(1e-9));
        assertThat(row.stalledShare()).isCloseTo(0.01, within(1e-9));
    }

    @Test
    void aRoomsTreeHasItsRelayServersLegsAndViewersWithRoles() {
        twoLegs();
        viewer(1, ViewerRole.MASTER, 30_000, ViewerClose.WATCHING);
        viewer(2, ViewerRole.SLAVE, 10_000, ViewerClose.WATCHING);
        viewer(3, ViewerRole.SLAVE, 10_000, ViewerClose.LEFT);
        RoomsBook.Room room = book.one("live/a", NOW_MS).orElseThrow();
        assertThat(room.origins()).singleElement().satisfies(origin -> {
            assertThat(origin.relayServer()).isEqualTo("rs-1");
            assertThat(origin.branches())
                    .extracting(RoomsBook.Branch::relayClient)
                    .containsExactly("rc-1", "rc-2");
        });
        RoomsBook.Branch branch = room.origins().get(0).branches().get(0);
        assertThat(branch.roles()).containsEntry("MASTER", 1L).containsEntry("SLAVE", 1L);
        assertThat(branch.rttMs()).isCloseTo(40, within(1e-9));
        assertThat(branch.deliveryBitsPerSecond()).isEqualTo(25_000_000);
        assertThat(branch.deliveryBound()).isTrue();
        assertThat(branch.named()).hasSize(2);
        assertThat(branch.named().get(0).bitsPerSecond()).isCloseTo(1e6, within(1.0));
    }

    @Test
    void rolesAreThoseOfNowWhereTheRelayServerTellsThem() {
        roles = Map.of("MASTER", 1, "SPARE", 1, "SLAVE", 23);
        twoLegs();
        viewer(1, ViewerRole.SLAVE, 30_000, ViewerClose.WATCHING);
        assertThat(book.one("live/a", NOW_MS).orElseThrow().origins().get(0).branches())
                .allSatisfy(branch -> assertThat(branch.roles())
                        .containsExactlyInAnyOrderEntriesOf(Map.of("MASTER", 1L, "SPARE", 1L, "SLAVE", 23L)));
    }

    @Test
    void whatIsOverOrNotToldOfAnyMoreGoes() {
        twoLegs();
        for (LegEnd end : new LegEnd[] {LegEnd.RELAY_SERVER, LegEnd.RELAY_CLIENT}) {
            leg(end, "rc-2", 0, 0, true);
        }
        assertThat(book.all(NOW_MS).rooms().get(0).relayClients()).isEqualTo(1);
        assertThat(book.all(NOW_MS + RoomsBook.LEG_MS + 1).rooms()).isEmpty();
        assertThat(book.one("live/a", NOW_MS + RoomsBook.LEG_MS + 1)).isEmpty();
    }
}
