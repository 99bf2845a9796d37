package io.fairlead.proxy.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rate is kept over any time, and divided by need, however its readers read. On a clock of the test's own. */
class ByteRateTest {

    private static final long MS = 1_000_000;
    private static final int RATE = 100_000;

    private final Queue<Runnable> planned = new ArrayDeque<>();
    private final List<Reader> readers = new ArrayList<>();
    private long nanos = 1;
    private final ByteRate rate = new ByteRate(() -> nanos);

    /** Reads as much as it may, so many bytes at a time. */
    private final class Reader extends ByteRate.Share {

        final int atATime;
        long bytes;
        boolean greedy;
        boolean held;

        Reader(int atATime) {
            this.atATime = atATime;
            readers.add(this);
        }

        void read() {
            held = held || !rate.mayRead(this);
            if (!held) {
                bytes += atATime;
                held = rate.read(this, atATime);
            }
        }

        @Override
        void resume() {
            held = false;
        }

        @Override
        void later(Runnable task, int delayMs) {
            planned.add(task);
        }
    }

    @BeforeEach
    void limit() {
        rate.set(RATE);
    }

    private void pass(int ms) {
        for (int i = 0; i < ms / ByteRate.ROUND_MS; i++) {
            nanos += ByteRate.ROUND_MS * MS;
            List<Runnable> due = List.copyOf(planned);
            planned.clear();
            assertThat(due.size()).isLessThanOrEqualTo(1);
            due.forEach(Runnable::run);
            for (Reader reader : List.copyOf(readers)) {
                reader.read();
                while (reader.greedy && !reader.held) {
                    reader.read();
                }
            }
        }
    }

    @Test
    void aSecondsWorthIsThereAtOnceAndThenTheRate() {
        Reader reader = new Reader(10_000);
        for (int i = 0; i < 20; i++) {
            reader.read();
        }
        assertThat(reader.bytes).isBetween(RATE + 0L, RATE + 10_000L);
        pass(10_000);
        assertThat(reader.bytes).isBetween(11L * RATE - 20_000, 11L * RATE + 20_000);
    }

    @Test
    void theGreedyAreServedAlikeAndTheModestAtOnce() {
        Reader wide = new Reader(60_000);
        Reader narrow = new Reader(1_500);
        wide.greedy = true;
        narrow.greedy = true;
        pass(60_000);
        long wideBefore = wide.bytes;
        long narrowBefore = narrow.bytes;
        pass(60_000);
        assertThat(wide.bytes - wideBefore).isBetween(22L * RATE, 45L * RATE);
        assertThat(narrow.bytes - narrowBefore).isBetween(22L * RATE, 45L * RATE);
        readers.clear();
        readers.add(wide);
        Reader modest = new Reader(100);
        int waited = 0;
        for (int i = 0; i < 50; i++) {
            long before = modest.bytes;
            pass(ByteRate.ROUND_MS);
            waited += modest.bytes == before ? 1 : 0;
        }
        assertThat(waited).isLessThan(10);
    }

    @Test
    void connectionsThatReadOnceAndCloseGetNoMoreThanOneThatStays() {
        List<Reader> all = new ArrayList<>();
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 5; i++) {
                Reader fresh = new Reader(30_000);
                all.add(fresh);
                pass(10 * ByteRate.ROUND_MS);
                List.copyOf(readers).forEach(reader -> {
                    if (reader.bytes > 0) {
                        rate.close(reader);
                        readers.remove(reader);
                    }
                });
            }
        }
        long sum = all.stream().mapToLong(reader -> reader.bytes).sum();
        assertThat(sum).isBetween(50L * RATE, 62L * RATE + 60_000L);
    }

    @Test
    void aChangedRateHoldsForThoseWhoWait() {
        Reader reader = new Reader(50_000);
        pass(5_000);
        rate.set(10 * RATE);
        long before = reader.bytes;
        pass(5_000);
        assertThat(reader.bytes - before).isBetween(40L * RATE, 60L * RATE);
        pass(20);
        while (!reader.held) {
            reader.read();
        }
        rate.set(0);
        assertThat(reader.held).isFalse();
        assertThat(rate.holds()).isFalse();
        reader.read();
        assertThat(reader.held).isFalse();
    }
}
