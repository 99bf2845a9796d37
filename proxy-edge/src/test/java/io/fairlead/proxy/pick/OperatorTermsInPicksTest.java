package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.override;
import static io.fairlead.proxy.pick.Exits.request;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.proxy.exit.ExitLoad;
import io.fairlead.schemas.telemetry.DisconnectReason;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** An exit whose operator's terms do not hold gets no new request; what runs through it goes on. */
class OperatorTermsInPicksTest {

    private Instant now = Instant.parse("2026-05-01T12:00:00Z");
    private final ExitTable table = new ExitTable(
            PickSettings.DEFAULTS, () -> now, () -> now.toEpochMilli() * 1_000_000, new SplittableRandom(7));

    @Test
    void hoursBeginAndEndWithTheClockAndWhatRunsGoesOn() {
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1").setActiveHours("08:00-20:00 UTC").build());
        Slot slot = requireNonNull(table.pick(request()));
        at("2026-05-01T20:00:00Z");
        assertThat(table.pick(request())).isNull();
        assertThat(table.heldBackExits()).isEqualTo(1);
        assertThat(standing().open()).isFalse();
        assertThat(standing().objection()).isEqualTo("its operator lets it serve only at 08:00-20:00 UTC");
        assertThat(standing().runningRequests()).as("what runs goes on").isEqualTo(1);
        slot.release();
        assertThat(standing().runningRequests()).isZero();
        at("2026-05-02T08:00:00Z");
        requireNonNull(table.pick(request())).release();
        assertThat(table.heldBackExits()).isZero();
    }

    @Test
    void aLowBatteryAndAnActiveOwnerHoldItBackUntilTheyAreOver() {
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1")
                .setMinBatteryPercent(40)
                .setRestWhileOwnerActive(true)
                .build());
        assertThat(table.pick(request()))
                .as("nothing is told of the device yet")
                .isNull();
        assertThat(table.objection("exit-1")).contains("has not told yet");
        tell(false, 39, true);
        assertThat(table.pick(request())).isNull();
        assertThat(table.objection("exit-1")).contains("battery is at 39 %", "from 40 % on");
        tell(false, 39, false);
        requireNonNull(table.pick(request())).release();
        tell(true, 100, false);
        assertThat(table.pick(request())).isNull();
        assertThat(table.objection("exit-1")).contains("owner uses the device");
        tell(false, 40, true);
        requireNonNull(table.pick(request())).release();
        // Another process says nothing of its device at first.
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        table.online(info("exit-1", 4, POOL));
        assertThat(table.pick(request())).isNull();
    }

    @Test
    void termsAreTakenBackWithTheRecordOrInIt() {
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1").setActiveHours("00:00-01:00 UTC").build());
        assertThat(table.pick(request())).isNull();
        table.overridden(override("exit-1").build());
        requireNonNull(table.pick(request())).release();
        table.overridden(override("exit-1").setActiveHours("00:00-01:00 UTC").build());
        assertThat(table.pick(request())).isNull();
        table.overrideRemoved("exit-1");
        requireNonNull(table.pick(request())).release();
        assertThat(table.objection("exit-1")).isEmpty();
        assertThat(table.objection("nobody")).isEmpty();
    }

    @Test
    void termsThatCantBeReadAreNamedAndTheFormerOnesGoOn() {
        table.online(info("exit-1", 4, POOL));
        table.overridden(override("exit-1").setActiveHours("00:00-01:00 UTC").build());
        assertThatThrownBy(() -> table.overridden(override("exit-1")
                        .setActiveHours("22-6")
                        .setMinBatteryPercent(140)
                        .build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("minBatteryPercent is 140; it must be in 0 to 100")
                .hasMessageContaining("'22-6' can't be read")
                .hasMessageContaining("write them like 22:00-06:00 Europe/Berlin");
        assertThat(table.pick(request())).isNull();
    }

    private void at(String instant) {
        now = Instant.parse(instant);
        table.tick();
    }

    private void tell(boolean ownerActive, int batteryPercent, boolean onBattery) {
        table.heartbeat(
                new ExitLoad("exit-1", "exit-1-1", 20_000, 0, 0, 4, true, ownerActive, batteryPercent, onBattery));
    }

    private Standing standing() {
        return requireNonNull(table.standing("exit-1"));
    }
}
