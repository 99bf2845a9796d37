package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.request;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.fairlead.proxy.exit.Location;
import io.fairlead.schemas.telemetry.DisconnectReason;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A slot that whoever picks brings along. */
class SlotTest {

    private static final int PICKS = 20_000;

    private long nowMs = 1_000_000;
    private final ExitTable table = new ExitTable(
            PickSettings.DEFAULTS.withKeepOfflineMs(1),
            () -> Instant.ofEpochMilli(nowMs),
            System::nanoTime,
            new SplittableRandom(7));

    @Test
    void itIsFilledAgainOnlyWhenItHasBeenGivenBack() {
        table.online(info("exit-1", 2, POOL));
        Slot slot = new Slot();
        assertThat(slot.isFree()).isTrue();
        assertThat(table.pick(request(), slot)).isTrue();
        assertThatThrownBy(() -> table.pick(request(), slot)).hasMessageContaining("exit-1");
        assertThat(running("exit-1")).isEqualTo(1);
        slot.release();
        assertThatThrownBy(slot::exitId).hasMessageContaining("before it is released");
        assertThat(table.pick(request(), slot)).isTrue();
        assertThat(running("exit-1")).isEqualTo(1);
    }

    @Test
    void manyWhoGiveItBackAtOnceGiveItBackOnce() throws Exception {
        table.online(info("exit-1", 3, POOL));
        requireNonNull(table.pick(request())); // one too many given back would be seen
        Slot slot = new Slot();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 500; round++) {
                assertThat(table.pick(request(), slot)).isTrue();
                CyclicBarrier together = new CyclicBarrier(4);
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    all.add(threads.submit(() -> {
                        together.await();
                        slot.release();
                        return null;
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
                assertThat(running("exit-1")).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void aPickAndItsReleaseAllocateNothing(PickPolicy policy) {
        ExitTable many = new ExitTable(
                PickSettings.DEFAULTS.withPolicy(policy),
                () -> Instant.ofEpochMilli(nowMs),
                System::nanoTime,
                new SplittableRandom(7));
        for (int i = 0; i < 500; i++) {
            many.online(info("exit-" + i, 4, POOL));
        }
        PickRequest anywhere = request();
        PickRequest inPlace =
                new PickRequest("acme", POOL, "shop", List.of("exit-7"), new Location("de", "", "", 0), "");
        PickRequest session = anywhere.stayingMs(600_000);
        Slot slot = new Slot();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        for (int i = 0; i < 2 * PICKS; i++) {
            if (i == PICKS) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            assertTaken(many.pick(i % 3 == 0 ? anywhere : i % 3 == 1 ? inPlace : session, slot));
            slot.release();
        }
        // A place makes a string for the name of its part of the pool, once parted; here it is not.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(PICKS);
    }

    private static void assertTaken(boolean taken) {
        if (!taken) {
            throw new AssertionError("no exit was found");
        }
    }

    @Test
    void theNumberOfAForgottenExitServesAnotherWithoutItsTermsOrItsSlots() {
        table.online(info("exit-1", 1, POOL));
        Slot slot = requireNonNull(table.pick(request()));
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        slot.release();
        nowMs += 120_000;
        table.tick();
        assertThat(table.knownExits()).isZero();
        assertThat(table.standing("exit-1")).isNull();

        table.online(info("exit-2", 1, "mobile"));
        assertThat(table.pick(request())).isNull();
        Slot other = requireNonNull(table.pick(new PickRequest("acme", "mobile", "shop", List.of())));
        assertThat(other.exitId()).isEqualTo("exit-2");
        slot.release();
        assertThat(running("exit-2")).isEqualTo(1);
    }

    @Test
    void itSaysWhichExitItIsOfAlsoWhenThatHasGone() {
        table.online(info("exit-1", new Location("de", "", "", 3320), 1, POOL));
        Slot slot = requireNonNull(table.pick(request()));
        table.offline("exit-1", DisconnectReason.LINK_LOST);
        nowMs += 120_000;
        table.tick();
        assertThat(slot.exitId()).isEqualTo("exit-1");
        assertThat(slot.asn()).isEqualTo(3320);
    }

    private int running(String exitId) {
        return requireNonNull(table.standing(exitId)).runningRequests();
    }
}
