package io.fairlead.proxy.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.agent.ExitAgent;
import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.ExitConnected;
import io.fairlead.schemas.telemetry.ExitDisconnected;
import io.fairlead.schemas.telemetry.ExitHeartbeat;
import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links from their first heartbeat to their end. */
class LifeTest {

    private LinkRig rig;
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<ExitLoad> loads = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        rig = new LinkRig();
        rig.registry.listen(new ExitEvents() {
            @Override
            public void online(ExitInfo exit) {
                events.add("online " + exit.exitId());
            }

            @Override
            public void offline(String exitId, DisconnectReason reason) {
                events.add("offline " + exitId + " " + reason);
            }

            @Override
            public void heartbeat(ExitLoad load) {
                loads.add(load);
            }
        });
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void heartbeatsTellRoundTripAndLoad() throws Exception {
        ExitAgent agent = rig.start(rig.settings("exit-1").withLinks(2).withCapacityRequests(7));
        await().until(() -> rig.registry.linkCount() == 2);
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-1", site.address());
            agent.device(true, 55);
            await().until(() ->
                    loads.stream().anyMatch(load -> load.runningRequests() == 1 && load.batteryPercent() == 55));
            ExitLoad load = loads.get(loads.size() - 1);
            assertThat(load.capacityRequests()).isEqualTo(7);
            assertThat(load.ownerActive()).isTrue();
            assertThat(load.runningHereRequests()).isEqualTo(1);
            assertThat(load.pingUs()).isBetween(1L, 2_000_000L);
            tunnel.close();
        }
        assertThat(records(ExitConnected.class)).hasSize(2);
        await().until(() -> records(ExitHeartbeat.class).size() > 4);
        ExitHeartbeat heartbeat = records(ExitHeartbeat.class).get(0);
        assertThat(heartbeat.getExitId()).isEqualTo("exit-1");
        assertThat(heartbeat.getPingUs()).isPositive();
    }

    @Test
    void announcedLeaveIsToldAsOneAndTunnelsEndInPeace() throws Exception {
        ExitAgent agent = rig.start(rig.settings("exit-1"));
        await().until(() -> rig.registry.linkCount() == 1);
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-1", site.address());
            var gone = agent.leave();
            await().until(() -> events.contains("offline exit-1 ANNOUNCED"));
            assertThat(tunnel.isActive()).isTrue();
            tunnel.close();
            await().until(gone::isDone);
            assertThat(records(ExitDisconnected.class)).singleElement().satisfies(ended -> assertThat(ended.getReason())
                    .isEqualTo(DisconnectReason.ANNOUNCED));
        }
    }

    @Test
    void supernodeThatIsKilledGetsItsAgentsBack() throws Exception {
        for (int i = 1; i <= 5; i++) {
            rig.start(rig.settings("exit-" + i));
        }
        await().until(() -> rig.registry.linkCount() == 5);
        int port = rig.listener.address().getPort();
        rig.listener.close();
        rig.registry.online().forEach(id -> rig.registry.disconnect(id, DisconnectReason.EDGE_DRAINED, "killed"));
        await().until(() -> rig.registry.exitCount() == 0);
        rig.listen(port, LinkAdmission.EVERYBODY);
        await().until(() -> rig.registry.linkCount() == 5);
    }

    @Test
    void unannouncedEndIsALostLink() throws Exception {
        ExitAgent agent = rig.start(rig.settings("exit-1"));
        await().until(() -> rig.registry.linkCount() == 1);
        agent.close();
        await().until(() -> events.contains("offline exit-1 LINK_LOST"));
        assertThat(events).containsExactly("online exit-1", "offline exit-1 LINK_LOST");
    }

    @Test
    void drainedSupernodeSendsItsAgentsAwayAndKeepsTheirTunnels() throws Exception {
        rig.start(rig.settings("exit-1"));
        await().until(() -> rig.registry.linkCount() == 1);
        try (Site site = new Site(Site::echo)) {
            Channel tunnel = rig.open("exit-1", site.address());
            rig.listener.drain();
            await().until(() -> events.contains("offline exit-1 EDGE_DRAINED"));
            assertThat(tunnel.isActive()).isTrue();
            tunnel.close();
        }
    }

    private <T> List<T> records(Class<T> type) {
        return rig.told.stream()
                .map(LinkRig.Told::record)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
