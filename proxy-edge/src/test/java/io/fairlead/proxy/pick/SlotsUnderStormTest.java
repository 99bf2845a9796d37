package io.fairlead.proxy.pick;

import static io.fairlead.proxy.pick.Exits.POOL;
import static io.fairlead.proxy.pick.Exits.info;
import static io.fairlead.proxy.pick.Exits.override;
import static io.fairlead.proxy.pick.Exits.request;
import static io.fairlead.proxy.pick.Exits.score;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.schemas.telemetry.DisconnectReason;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many threads take and give back slots while decisions, links and limits change under them. */
class SlotsUnderStormTest {

    private static final int EXITS = 40;
    private static final int CAPACITY = 3;
    private static final int TAKERS = 6;
    private static final int PICKS = 60_000;
    private static final int CHANGES = 400;

    /** {@link ThreadLocalRandom} of whatever thread asks. */
    private static final RandomGenerator ANY = () -> ThreadLocalRandom.current().nextLong();

    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void noExitEverRunsMoreThanItsCapacityAndNoSlotIsLost(PickPolicy policy) throws Exception {
        ExitTable table =
                new ExitTable(PickSettings.DEFAULTS.withPolicy(policy), InstantSource.system(), System::nanoTime, ANY);
        table.jobSilent(false);
        Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
        for (int i = 0; i < EXITS; i++) {
            running.put("exit-" + i, new AtomicInteger());
            table.online(info("exit-" + i, CAPACITY, POOL));
        }
        AtomicLong taken = new AtomicLong();
        AtomicInteger most = new AtomicInteger();
        AtomicLong counter = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(TAKERS + 1);
        try {
            List<Future<?>> takers = new ArrayList<>();
            for (int t = 0; t < TAKERS; t++) {
                SplittableRandom chance = new SplittableRandom(t);
                takers.add(threads.submit(() -> take(table, running, chance, taken, most)));
            }
            Future<?> weather = threads.submit(() -> {
                SplittableRandom chance = new SplittableRandom(99);
                while (!takers.stream().allMatch(Future::isDone)) {
                    change(table, "exit-" + chance.nextInt(EXITS), chance, counter.incrementAndGet());
                }
            });
            for (Future<?> taker : takers) {
                taker.get();
            }
            weather.get();
        } finally {
            threads.shutdownNow();
        }
        assertThat(taken.get()).isGreaterThan(PICKS);
        assertThat(most.get()).isLessThanOrEqualTo(CAPACITY);
        for (int i = 0; i < EXITS; i++) {
            String exitId = "exit-" + i;
            assertThat(requireNonNull(table.standing(exitId)).runningRequests()).isZero();
            table.offline(exitId, DisconnectReason.ANNOUNCED);
            table.online(info(exitId, CAPACITY, POOL));
            table.decided(score(exitId, 2, i, 50, CAPACITY));
        }
        assertThat(slotsLeft(table)).isEqualTo(EXITS * CAPACITY);
    }

    /** The sequence is odd from when an exit has been given to another owner until before it is given back. */
    @ParameterizedTest
    @EnumSource(PickPolicy.class)
    void onceAnExitBelongsToAnotherNobodyElseGetsASlotOfIt(PickPolicy policy) throws Exception {
        ExitTable table =
                new ExitTable(PickSettings.DEFAULTS.withPolicy(policy), InstantSource.system(), System::nanoTime, ANY);
        table.jobSilent(false);
        table.online(info("exit-1", 100, POOL));
        AtomicLong sequence = new AtomicLong();
        AtomicInteger wrong = new AtomicInteger();
        int owned = 0;
        ExecutorService threads = Executors.newFixedThreadPool(TAKERS);
        try {
            List<Future<?>> takers = new ArrayList<>();
            for (int t = 0; t < TAKERS; t++) {
                takers.add(threads.submit(() -> {
                    Slot slot = new Slot();
                    while (sequence.get() < 2 * CHANGES) {
                        long before = sequence.get();
                        if (table.pick(request(), slot)) {
                            if (before % 2 == 1 && sequence.get() == before) {
                                wrong.incrementAndGet();
                            }
                            slot.release();
                        }
                    }
                }));
            }
            PickRequest owners = new PickRequest("umbrella", POOL, "shop", List.of());
            for (int i = 0; i < CHANGES; i++) {
                table.overridden(
                        override("exit-1").setExclusiveTenant("umbrella").build());
                sequence.incrementAndGet();
                int running = running(table);
                for (int k = 0; k < 50; k++) { // picks that were under way may no longer take: what runs only falls
                    int now = running(table);
                    if (now > running) {
                        wrong.incrementAndGet();
                    }
                    running = now;
                }
                for (int k = 0; k < 20; k++) {
                    Slot slot = table.pick(owners);
                    if (slot != null) {
                        owned++;
                        slot.release();
                    }
                }
                sequence.incrementAndGet();
                table.overrideRemoved("exit-1");
            }
            for (Future<?> taker : takers) {
                taker.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(wrong.get()).isZero();
        assertThat(owned).isEqualTo(20 * CHANGES);
        assertThat(requireNonNull(table.standing("exit-1")).runningRequests()).isZero();
    }

    @Test
    void withEveryExitFullButOneTheOneIsFound() {
        ExitTable table = new ExitTable(PickSettings.DEFAULTS, InstantSource.system(), System::nanoTime, ANY);
        table.jobSilent(false);
        int exits = 5_000;
        for (int i = 0; i < exits; i++) {
            table.online(info("exit-" + i, 1, POOL));
            table.decided(score("exit-" + i, 1, i, i % 100, 1));
        }
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < exits; i++) {
            slots.add(requireNonNull(table.pick(request())));
        }
        assertThat(slots).extracting(Slot::exitId).doesNotHaveDuplicates();
        assertThat(table.pick(request())).isNull();
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            int which = chance.nextInt(exits);
            String exitId = slots.get(which).exitId();
            slots.get(which).release();
            Slot again = requireNonNull(table.pick(request()));
            assertThat(again.exitId()).isEqualTo(exitId);
            slots.set(which, again);
        }
    }

    private static int running(ExitTable table) {
        return requireNonNull(table.standing("exit-1")).runningRequests();
    }

    private static void take(
            ExitTable table,
            Map<String, AtomicInteger> running,
            SplittableRandom chance,
            AtomicLong taken,
            AtomicInteger most) {
        Deque<Slot> held = new ArrayDeque<>();
        for (int i = 0; i < PICKS; i++) {
            Slot slot = held.size() < EXITS ? table.pick(request()) : null;
            if (slot != null) {
                taken.incrementAndGet();
                int now = requireNonNull(running.get(slot.exitId())).incrementAndGet();
                most.accumulateAndGet(now, Math::max);
                held.add(slot);
            }
            if (slot == null || chance.nextInt(3) == 0) {
                giveBack(held, running);
            }
        }
        while (!held.isEmpty()) {
            giveBack(held, running);
        }
    }

    private static void giveBack(Deque<Slot> held, Map<String, AtomicInteger> running) {
        Slot slot = held.poll();
        if (slot != null) {
            requireNonNull(running.get(slot.exitId())).decrementAndGet();
            slot.release();
        }
    }

    private static void change(ExitTable table, String exitId, SplittableRandom chance, long counter) {
        switch (chance.nextInt(4)) {
            case 0 -> table.decided(score(exitId, 1, counter, chance.nextInt(100), chance.nextInt(1, 10)));
            case 1 -> table.offline(exitId, DisconnectReason.LINK_LOST);
            case 2 -> table.online(info(exitId, CAPACITY, POOL));
            default -> table.observed(exitId, chance.nextBoolean());
        }
    }

    private static int slotsLeft(ExitTable table) {
        int left = 0;
        while (table.pick(request()) != null) {
            left++;
        }
        return left;
    }
}
