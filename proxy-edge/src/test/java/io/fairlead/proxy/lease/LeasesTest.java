package io.fairlead.proxy.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.exit.Location;
import io.fairlead.proxy.targeting.Targeting.Session;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeasesTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L); // the clock overflows meanwhile
    private final Leases leases = new Leases(new LeaseSettings(4, 2, 3_600), nanos::get);

    @Test
    void aSessionIsTheSameUntilItsTimeIsOver() {
        Lease lease = hold("acme", "a");
        assertThat(hold("acme", "a")).isSameAs(lease);
        assertThat(lease.secondsLeft(nanos.get())).isEqualTo(60);
        pass(59);
        assertThat(hold("acme", "a")).isSameAs(lease);
        assertThat(lease.secondsLeft(nanos.get())).isEqualTo(1);
        pass(2);
        assertThat(lease.secondsLeft(nanos.get())).isZero();
        assertThat(hold("acme", "a")).isNotNull().isNotSameAs(lease);
    }

    @Test
    void tenantPoolAndPlaceTellSessionsApart() {
        Lease lease = hold("acme", "a");
        assertThat(hold("umbrella", "a")).isNotSameAs(lease);
        assertThat(leases.hold("acme", "other", Location.ANYWHERE, new Session("a", 60, false)))
                .isNotSameAs(lease);
    }

    @Test
    void oneTooManyIsRefusedPerTenantAndInAllUntilOthersEnd() {
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        leases.bindTo(metrics);
        assertThat(hold("acme", "a")).isNotNull();
        assertThat(hold("acme", "b")).isNotNull();
        assertThat(hold("acme", "c")).isNull();
        assertThat(hold("umbrella", "a")).isNotNull();
        assertThat(hold("umbrella", "b")).isNotNull();
        assertThat(hold("initech", "a")).isNull();
        assertThat(leases.count()).isEqualTo(4);
        assertThat(metrics.get("fairlead.sessions.refused").functionCounter().count())
                .isEqualTo(2);
        pass(61);
        assertThat(leases.count()).isZero();
        assertThat(hold("acme", "c")).isNotNull();
        assertThat(hold("acme", "d")).isNotNull();
        assertThat(hold("acme", "e")).isNull();
        assertThat(hold("initech", "a")).isNotNull();
    }

    @Test
    void aSoftLeaseMovesAndTheFasterRequestDecides() {
        Lease lease = hold("acme", "a");
        assertThat(lease.move("", "exit-1")).isEqualTo("exit-1");
        assertThat(lease.move("", "exit-2")).isEqualTo("exit-1");
        lease.served("exit-1");
        assertThat(lease.move("exit-1", "exit-2")).isEqualTo("exit-2");
    }

    @Test
    void aHardLeaseMovesOnlyUntilItsExitHasServed() {
        Lease lease = leases.hold("acme", "pool", Location.ANYWHERE, new Session("h", 60, true));
        assertThat(lease.move("", "exit-1")).isEqualTo("exit-1");
        assertThat(lease.move("exit-1", "exit-2")).isEqualTo("exit-2");
        lease.served("exit-1"); // late news of the former one
        assertThat(lease.isFixed()).isFalse();
        lease.served("exit-2");
        assertThat(lease.isFixed()).isTrue();
        assertThat(lease.move("exit-2", "exit-3")).isEqualTo("exit-2");
    }

    private Lease hold(String tenant, String session) {
        return leases.hold(tenant, "pool", Location.ANYWHERE, new Session(session, 60, false));
    }

    private void pass(int seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
