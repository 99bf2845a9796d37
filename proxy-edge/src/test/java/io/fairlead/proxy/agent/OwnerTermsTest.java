package io.fairlead.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fairlead.proxy.exit.ExitEvents;
import io.fairlead.proxy.exit.ExitInfo;
import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.proxy.exit.Hours;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.exit.Target;
import io.fairlead.proxy.exit.TunnelException;
import io.fairlead.proxy.link.LinkRig;
import io.fairlead.proxy.link.Refusal;
import io.fairlead.proxy.link.Site;
import io.fairlead.schemas.telemetry.DisconnectReason;
import io.fairlead.schemas.telemetry.FaultLayer;
import io.fairlead.schemas.telemetry.Outcome;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an owner lays down is held to by the agent, told to the supernode, and refused with its reason. */
class OwnerTermsTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-01T12:00:00Z"));

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "22:00-06:00 Europe/Berlin, 2026-01-15T21:00:00Z, true",
        "22:00-06:00 Europe/Berlin, 2026-01-15T20:59:59Z, false",
        "22:00-06:00 Europe/Berlin, 2026-01-15T04:59:59Z, true",
        "22:00-06:00 Europe/Berlin, 2026-01-15T05:00:00Z, false",
        // In summer the clock on the wall is an hour further.
        "22:00-06:00 Europe/Berlin, 2026-07-15T20:00:00Z, true",
        "22:00-06:00 Europe/Berlin, 2026-07-15T04:00:00Z, false",
        "'00:00-06:00,12:00-14:00 UTC', 2026-01-15T13:00:00Z, true",
        "'00:00-06:00,12:00-14:00 UTC', 2026-01-15T11:00:00Z, false",
        "00:00-00:00 UTC, 2026-01-15T11:00:00Z, true"
    })
    void hoursAreThoseOfTheWall(String hours, String instant, boolean held) {
        assertThat(Hours.parse(hours).hold(Instant.parse(instant))).isEqualTo(held);
        assertThat(Hours.parse(Hours.parse(hours).toString())).isEqualTo(Hours.parse(hours));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "22-06 UTC", "22:00-06:00", "29:00-06:00 UTC", "22:00-06:00 Mars/Base", "a UTC"})
    void hoursThatCantBeReadSayHowTheyAreWritten(String text) {
        assertThatThrownBy(() -> Hours.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("like 22:00-06:00 Europe/Berlin");
    }

    private AgentLoad load(OwnerTerms terms) {
        return new AgentLoad(2, true, terms, 1, now::get);
    }

    private static Refusal.Told enter(AgentLoad load, String host) {
        return load.enter(host, 0, OperatorTerms.NONE);
    }

    @Test
    void eachReasonIsSaidAndEndsWithItsCause() {
        AgentLoad load = load(OwnerTerms.NONE
                .withHours(Hours.parse("08:00-20:00 UTC"))
                .withDevice(40, true)
                .withRequestsPerTarget(1)
                .withBytes(1_000, 1_500));
        assertThat(enter(load, "a.example")).isNull();
        assertThat(enter(load, "A.example").detail()).contains("to one host as its owner allows: 1");
        assertThat(enter(load, "b.example")).isNull();
        assertThat(enter(load, "c.example").detail()).contains("as many requests as it can: 2");
        load.leave("a.example", 0);
        assertThat(enter(load, "a.example")).isNull();
        load.leave("a.example", 0);

        load.device(new Device(true, -1, false));
        assertThat(enter(load, "d").detail()).contains("uses the device");
        load.device(new Device(false, 39, true));
        assertThat(enter(load, "d").detail()).contains("battery is at 39 %");
        assertThat(load.line(0, OperatorTerms.NONE, 0, 1, 0).batteryPercent()).isEqualTo(39);
        load.device(new Device(false, 39, false));
        assertThat(load.refusal()).isNull();

        now.set(Instant.parse("2026-05-01T20:00:00Z"));
        assertThat(enter(load, "d").detail()).contains("serves only at 08:00-20:00 UTC");
        assertThat(load.line(0, OperatorTerms.NONE, 0, 1, 0).consent()).isFalse();
        assertThat(load.line(0, OperatorTerms.NONE, 0, 1, 0).objection()).contains("serves only at");
        now.set(Instant.parse("2026-05-02T08:00:00Z"));
        assertThat(load.line(0, OperatorTerms.NONE, 0, 1, 0).consent()).isTrue();

        load.carried(1_000);
        assertThat(enter(load, "d").detail()).contains("1000 bytes of this day are used up");
        now.set(Instant.parse("2026-05-03T08:00:00Z"));
        assertThat(load.refusal()).isNull();
        load.carried(500);
        assertThat(enter(load, "d").detail()).contains("1500 bytes of this month are used up");
        now.set(Instant.parse("2026-06-01T08:00:00Z"));
        assertThat(load.refusal()).isNull();
        // A clock that was set back gives nothing back.
        load.carried(1_000);
        now.set(Instant.parse("2026-05-20T08:00:00Z"));
        assertThat(enter(load, "d").detail()).contains("of this day");

        load.paused(true);
        assertThat(enter(load, "d").detail()).contains("paused");
        load.consent(false);
        assertThat(enter(load, "d").detail()).contains("does not consent");
    }

    @Test
    void bytesThatAreUsedUpEndTunnelsAndAreToldAsNoConsent() throws Exception {
        try (LinkRig rig = new LinkRig();
                Site site = new Site(Site::echo)) {
            List<ExitLoad> loads = new CopyOnWriteArrayList<>();
            listen(rig, loads);
            rig.start(rig.settings("exit-1").withTerms(OwnerTerms.NONE.withBytes(10_000, 0)));
            await().until(() -> rig.registry.linkCount() == 1);
            Channel tunnel = rig.open("exit-1", site.address());
            LinkRig.read(tunnel, new io.netty.channel.ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(io.netty.channel.ChannelHandlerContext ctx, Object message) {
                    io.netty.util.ReferenceCountUtil.release(message);
                }
            });
            tunnel.writeAndFlush(Unpooled.wrappedBuffer(new byte[6_000]));
            await().until(() -> !tunnel.isActive());
            TunnelException no = refusal(rig, site);
            assertThat(no.outcome()).isEqualTo(Outcome.EXIT_BUSY);
            assertThat(no.layer()).isEqualTo(FaultLayer.CAPACITY);
            assertThat(no).hasMessageContaining("10000 bytes of this day are used up");
            await().until(() -> loads.stream().anyMatch(load -> !load.consent()));
        }
    }

    @Test
    void switchAndAllowanceAreFilesThatOutliveAProcess() throws Exception {
        Path state = Files.createDirectories(directory.resolve("state"));
        Path power = battery("Discharging", 17);
        OwnerWatch.Settings settings = new OwnerWatch.Settings(state, power, directory.resolve("active"), List.of());
        try (LinkRig rig = new LinkRig();
                Site site = new Site(Site::echo)) {
            List<ExitLoad> loads = new CopyOnWriteArrayList<>();
            listen(rig, loads);
            ExitAgent agent = rig.start(rig.settings("exit-1"));
            await().until(() -> rig.registry.linkCount() == 1);
            Files.createFile(state.resolve(OwnerWatch.PAUSED));
            Files.createFile(directory.resolve("active"));
            agent.load().carried(77);
            try (OwnerWatch watch = OwnerWatch.start(agent, settings, InstantSource.system())) {
                TunnelException no = refusal(rig, site);
                assertThat(no.outcome()).isEqualTo(Outcome.EXIT_STREAM_REFUSED);
                assertThat(no).hasMessageContaining("paused");
                await().until(() -> loads.stream()
                        .anyMatch(load -> !load.consent() && load.ownerActive() && load.batteryPercent() == 17));
                assertThat(Files.readString(state.resolve(OwnerWatch.STATUS)))
                        .contains("serves=no: the owner of this exit has paused it");
                Files.delete(state.resolve(OwnerWatch.PAUSED));
                await().until(() -> agent.load().objection().isEmpty());
                rig.open("exit-1", site.address()).close();
                assertThat(watch).isNotNull();
            }
            assertThat(state.resolve(OwnerWatch.STATUS)).doesNotExist();

            ExitAgent next = rig.start(rig.settings("exit-2"));
            try (OwnerWatch watch = OwnerWatch.start(next, settings, InstantSource.system())) {
                assertThat(watch).isNotNull();
                assertThat(next.load().traffic().dayBytes()).isEqualTo(77);
            }
        }
    }

    @Test
    void batteriesAreReadWhereLinuxShowsThem() throws Exception {
        assertThat(PowerSupply.read(directory.resolve("none"))).isEqualTo(PowerSupply.Battery.NONE);
        assertThat(PowerSupply.read(battery("Discharging", 17))).isEqualTo(new PowerSupply.Battery(17, true));
        assertThat(PowerSupply.read(battery("Charging", 18))).isEqualTo(new PowerSupply.Battery(18, false));
    }

    /** A machine with a battery, mains, and a mouse whose own battery is nearly empty. */
    private Path battery(String status, int percent) throws Exception {
        Path power = directory.resolve("power");
        for (String name : List.of("AC", "BAT0", "mouse")) {
            Files.createDirectories(power.resolve(name));
        }
        Files.writeString(power.resolve("AC/type"), "Mains\n");
        Files.writeString(power.resolve("BAT0/type"), "Battery\n");
        Files.writeString(power.resolve("BAT0/capacity"), percent + "\n");
        Files.writeString(power.resolve("BAT0/status"), status + "\n");
        Files.writeString(power.resolve("mouse/type"), "Battery\n");
        Files.writeString(power.resolve("mouse/scope"), "Device\n");
        Files.writeString(power.resolve("mouse/capacity"), "3\n");
        return power;
    }

    private static void listen(LinkRig rig, List<ExitLoad> loads) {
        rig.registry.listen(new ExitEvents() {
            @Override
            public void online(ExitInfo exit) {}

            @Override
            public void offline(String exitId, DisconnectReason reason) {}

            @Override
            public void heartbeat(ExitLoad load) {
                loads.add(load);
            }
        });
    }

    private static TunnelException refusal(LinkRig rig, Site site) throws Exception {
        try {
            rig.open("exit-1", new Target("127.0.0.1", site.address().getPort()), 10_000);
            throw new AssertionError("opened");
        } catch (TunnelException e) {
            return e;
        }
    }
}
