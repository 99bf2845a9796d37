package io.fairlead.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.exit.Hours;
import io.fairlead.proxy.exit.OperatorTerms;
import io.fairlead.proxy.link.LoadLine;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Owner and operator each say when an exit may serve: it does only when both let it, whatever either says. */
class OperatorTermsProperties {

    private static final long DAY_START_S =
            Instant.parse("2026-05-01T00:00:00Z").getEpochSecond();

    /** What one of them lays down, in plain minutes of the day. */
    record Says(int fromMinute, int toMinute, int minBattery, boolean rest) {

        boolean lets(int minute, Device device) {
            boolean inHours = fromMinute == toMinute
                    || (fromMinute < toMinute
                            ? minute >= fromMinute && minute < toMinute
                            : minute >= fromMinute || minute < toMinute);
            boolean full = !device.onBattery() || device.batteryPercent() < 0 || device.batteryPercent() >= minBattery;
            return inHours && full && !(rest && device.ownerActive());
        }

        Hours hours() {
            return new Hours(
                    List.of(new Hours.Span(
                            LocalTime.of(fromMinute / 60, fromMinute % 60),
                            LocalTime.of(toMinute / 60, toMinute % 60))),
                    ZoneId.of("UTC"));
        }

        OwnerTerms asOwner() {
            return OwnerTerms.NONE.withHours(hours()).withDevice(minBattery, rest);
        }

        OperatorTerms asOperator() {
            return OperatorTerms.of(rest, minBattery, hours().toString());
        }
    }

    @Provide
    Arbitrary<Says> says() {
        Arbitrary<Integer> minutes = Arbitraries.integers().between(0, 1439);
        return Combinators.combine(
                        minutes, minutes, Arbitraries.integers().between(0, 100), Arbitraries.of(true, false))
                .as(Says::new);
    }

    @Provide
    Arbitrary<Device> devices() {
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(-1, 100),
                        Arbitraries.of(true, false))
                .as(Device::new);
    }

    @Property
    void theStricterWins(
            @ForAll("says") Says owner,
            @ForAll("says") Says operator,
            @ForAll("devices") Device device,
            @ForAll("minutes") int minute) {
        AgentLoad load = load(owner, device, minute);
        boolean serves = load.refusal(operator.asOperator()) == null;
        assertThat(serves).isEqualTo(owner.lets(minute, device) && operator.lets(minute, device));
        assertThat(load.enter("a.example", 0, operator.asOperator()) == null).isEqualTo(serves);
        LoadLine line = load.line(0, operator.asOperator(), 0, 1, 0);
        assertThat(line.consent()).isEqualTo(serves);
        assertThat(line.objection().isEmpty()).isEqualTo(serves);
    }

    @Property
    void noTermsOfAnOperatorOpenWhatTheOwnerHasClosed(
            @ForAll("says") Says owner,
            @ForAll("says") Says operator,
            @ForAll("devices") Device device,
            @ForAll("minutes") int minute) {
        AgentLoad load = load(owner, device, minute);
        String owners = load.objection();
        if (!owners.isEmpty()) {
            assertThat(load.objection(operator.asOperator())).isEqualTo(owners);
        }
        load.paused(true);
        assertThat(load.objection(operator.asOperator())).contains("paused");
    }

    @Property
    void whatIsWrittenIsReadAgain(@ForAll("says") Says operator) {
        OperatorTerms terms = operator.asOperator();
        Hours hours = terms.activeHours();
        assertThat(OperatorTerms.of(
                        terms.restWhileOwnerActive(), terms.minBatteryPercent(), hours == null ? "" : hours.toString()))
                .isEqualTo(terms);
    }

    @Provide
    Arbitrary<Integer> minutes() {
        return Arbitraries.integers().between(0, 1439);
    }

    private static AgentLoad load(Says owner, Device device, int minute) {
        Instant now = Instant.ofEpochSecond(DAY_START_S + 60L * minute);
        AgentLoad load = new AgentLoad(2, true, owner.asOwner(), 1, () -> now);
        load.device(device);
        return load;
    }
}
