package io.fairlead.proxy.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.proxy.tenant.TenantRules.Entry;
import io.fairlead.schemas.config.Authorship;
import io.fairlead.schemas.config.Tenant;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A day's bytes are counted for good: over restarts, changes of the record and its removal, until the day ends. */
class BytesOfTheDayTest {

    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-11-26T23:59:00Z");
    private final List<String> usedUp = new ArrayList<>();

    private TenantDirectory edge() {
        TenantDirectory tenants = new TenantDirectory(9, List.of(), Set.of(), () -> now, System::nanoTime);
        tenants.whenDayUsedUp(usedUp::add);
        return tenants;
    }

    private static void limit(TenantDirectory tenants, long bytesPerDay) {
        tenants.put(Tenant.newBuilder()
                .setTenantId("acme")
                .setAuthorship(new Authorship("test", "test", 0L, 1L))
                .setSecretHashes(List.of())
                .setPools(List.of())
                .setMaxBytesPerDay(bytesPerDay)
                .build());
    }

    private static TenantTraffic traffic(TenantDirectory tenants) {
        return Objects.requireNonNull(tenants.find("acme")).traffic();
    }

    private static void read(TenantDirectory tenants, int bytes) {
        traffic(tenants).read(new Nobody(), bytes);
    }

    private static Entry enter(TenantDirectory tenants) {
        TenantRules rules = Objects.requireNonNull(tenants.find("acme"));
        Entry entry = rules.enter(0);
        if (entry == Entry.ENTERED) {
            rules.leave();
        }
        return entry;
    }

    @Test
    void neitherARestartNorARemovalGivesANewDay() {
        TenantDirectory first = edge();
        DayBook book = new DayBook(directory.resolve("tenant-bytes"), first);
        book.load();
        limit(first, 1_000);
        read(first, 999);
        assertThat(enter(first)).isEqualTo(Entry.ENTERED);
        book.save();

        TenantDirectory second = edge();
        new DayBook(directory.resolve("tenant-bytes"), second).load();
        limit(second, 1_000);
        assertThat(traffic(second).bytesToday()).isEqualTo(999);
        second.remove("acme");
        limit(second, 1_000);
        assertThat(usedUp).isEmpty();
        read(second, 2);
        read(second, 2);
        assertThat(usedUp).containsExactly("acme");
        assertThat(enter(second)).isEqualTo(Entry.TOO_MANY_BYTES_TODAY);
        assertThat(second.counters().overDay.sum()).isEqualTo(1);
        assertThat(traffic(second).dayEnds()).isEqualTo(Instant.parse("2026-11-27T00:00:00Z"));

        limit(second, 2_000);
        assertThat(enter(second)).isEqualTo(Entry.ENTERED);
        limit(second, 500);
        assertThat(enter(second)).isEqualTo(Entry.TOO_MANY_BYTES_TODAY);
        now = now.plusSeconds(60);
        assertThat(enter(second)).isEqualTo(Entry.ENTERED);
        now = now.minusSeconds(60); // a clock that was set back
        assertThat(traffic(second).bytesToday()).isZero();

        TenantDirectory third = edge();
        now = now.plusSeconds(120);
        new DayBook(directory.resolve("tenant-bytes"), third).load();
        limit(third, 1_000);
        assertThat(traffic(third).bytesToday()).isZero();
    }

    @Test
    void aDamagedBookIsNoReasonNotToStart() throws Exception {
        Path file = directory.resolve("tenant-bytes");
        Files.writeString(file, Math.floorDiv(now.toEpochMilli(), TenantTraffic.DAY_MS) + "\nacme 7\nother x\n");
        TenantDirectory tenants = edge();
        new DayBook(file, tenants).load();
        limit(tenants, 1_000);
        assertThat(traffic(tenants).bytesToday()).isEqualTo(7);
    }

    private static final class Nobody extends ByteRate.Share {

        @Override
        void resume() {}

        @Override
        void later(Runnable task, int delayMs) {}
    }
}
