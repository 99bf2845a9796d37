package io.fairlead.edge.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    private static final PublisherSettings SMALL = PublisherSettings.defaults().withSpool(40_000, 10_000, 20_000);

    @TempDir
    Path home;

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> found = new ArrayList<>();
    private final List<String> lost = new ArrayList<>();
    private int damaged;

    @Test
    void whatALifeDidNotSendTheNextOneFindsInOrder() {
        Spool killed = opened();
        append(killed, 0, 200);
        // No close: the process was killed.
        Spool next = opened();
        assertThat(found).hasSize(200);
        assertThat(read(next)).isEqualTo(names(0, 200));
        assertThat(damaged).isZero();
    }

    @Test
    void onlyWhatIsBehindTheFrontierComesAgain() {
        Spool first = opened();
        append(first, 0, 100);
        Spool.Entry last = null;
        for (int i = 0; i < 60; i++) {
            last = first.next();
        }
        first.release(last.end());
        first.saveFrontier();
        first.rewind();
        assertThat(read(first)).isEqualTo(names(60, 100));
        assertThat(read(opened())).isEqualTo(names(60, 100));
    }

    @Test
    void aTornTailEndsTheSegmentAndNothingElse() throws Exception {
        Spool killed = opened();
        append(killed, 0, 50);
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 7));

        Spool next = opened();
        append(next, 50, 60);
        List<String> expected = names(0, 49);
        expected.addAll(names(50, 60));
        assertThat(read(next)).isEqualTo(expected);
        assertThat(damaged).isOne();
    }

    @Test
    void aFlippedBitCostsOneRecordAndIsCounted() throws Exception {
        Spool killed = opened();
        append(killed, 0, 50);
        Path file = files().get(0);
        byte[] bytes = Files.readAllBytes(file);
        int frame = bytes.length / 50;
        bytes[10 * frame + frame - 1] ^= 4;
        Files.write(file, bytes);

        List<String> read = read(opened());
        assertThat(read).hasSize(49).doesNotContain("r0010").contains("r0009", "r0011");
        assertThat(damaged).isOne();
    }

    @Test
    void rubbishAtTheEndOfAFileIsLeftOut() throws Exception {
        Spool killed = opened();
        append(killed, 0, 5);
        Files.write(
                files().get(0),
                "no frame at all, only words".getBytes(StandardCharsets.UTF_8),
                StandardOpenOption.APPEND);
        assertThat(read(opened())).isEqualTo(names(0, 5));
        assertThat(damaged).isOne();
    }

    @Test
    void overTheBoundTheOldestGoAndAreCounted() throws Exception {
        Spool spool = opened();
        append(spool, 0, 1_000);
        List<String> kept = read(spool);
        assertThat(lost).isNotEmpty();
        List<String> all = new ArrayList<>(lost);
        all.addAll(kept);
        assertThat(all).isEqualTo(names(0, 1_000));
        long onDisk = 0;
        for (Path file : files()) {
            onDisk += Files.size(file);
        }
        assertThat(onDisk).isEqualTo(spool.bytes()).isLessThanOrEqualTo(SMALL.spoolBytesMax());
    }

    @Test
    void whatWasSentBeforeTheOldestWentIsNotCountedAsLost() {
        Spool spool = opened();
        append(spool, 0, 100);
        for (int i = 0; i < 100; i++) {
            spool.next();
        }
        append(spool, 100, 1_000);
        assertThat(lost).doesNotContainAnyElementsOf(names(0, 100)).isNotEmpty();
    }

    @Test
    void segmentsThatAreAcknowledgedLeaveTheDisk() throws Exception {
        Spool spool = opened();
        append(spool, 0, 300);
        assertThat(files()).hasSizeGreaterThan(1);
        Spool.Entry last = null;
        for (Spool.Entry entry = spool.next(); entry != null; entry = spool.next()) {
            last = entry;
        }
        spool.release(last.end());
        assertThat(files()).hasSize(1);
        assertThat(lost).isEmpty();
    }

    @Test
    void memoryStandsInForADiskThatTakesNothingAndOrderIsKept() throws Exception {
        Path directory = home.resolve("spool");
        Files.writeString(directory, "a file where the directory should be");
        Spool spool = opened();
        assertThat(spool.problem()).contains(directory.toString());
        append(spool, 0, 50);
        assertThat(lost).isEmpty();

        Files.delete(directory);
        append(spool, 50, 60);
        assertThat(spool.problem()).as("not tried again yet").isNotNull();
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());
        append(spool, 60, 100);
        assertThat(spool.problem()).isNull();
        assertThat(files()).hasSize(1);
        assertThat(read(spool)).isEqualTo(names(0, 100));
    }

    @Test
    void memoryIsBoundedAndWhatGoesIsCounted() throws Exception {
        Files.writeString(home.resolve("spool"), "a file where the directory should be");
        PublisherSettings tight = PublisherSettings.defaults().withSpool(40_000, 10_000, 1_500_000);
        Spool spool = new Spool(home.resolve("spool"), tight, nanos::get, ledger());
        spool.open();
        append(spool, 0, 60_000);
        assertThat(spool.bytes()).isLessThanOrEqualTo(1_500_000);
        assertThat(lost).isNotEmpty();
        List<String> all = new ArrayList<>(lost);
        all.addAll(read(spool));
        assertThat(all).isEqualTo(names(0, 60_000));
        spool.rewind();
        lost.clear();
        spool.close();
        assertThat(lost).as("memory is gone with the process").isNotEmpty();
    }

    @Test
    void aLargeRecordPassesThrough() {
        Spool spool = new Spool(home.resolve("spool"), PublisherSettings.defaults(), nanos::get, ledger());
        spool.open();
        byte[] large = new byte[1_000_000];
        large[999_999] = 7;
        spool.append(new SpooledRecord("t", 3, "k".getBytes(StandardCharsets.UTF_8), large));
        spool.append(record("r0001"));
        spool.flush();
        SpooledRecord read = spool.next().record();
        assertThat(read.value()).isEqualTo(large);
        assertThat(read.partition()).isEqualTo(3);
        assertThat(read(spool)).containsExactly("r0001");
    }

    private Spool opened() {
        found.clear();
        Spool spool = new Spool(home.resolve("spool"), SMALL, nanos::get, ledger());
        spool.open();
        return spool;
    }

    private Spool.Ledger ledger() {
        return new Spool.Ledger() {
            @Override
            public void found(SpooledRecord record) {
                found.add(name(record));
            }

            @Override
            public void lost(SpooledRecord record, LossReason reason) {
                lost.add(name(record));
            }

            @Override
            public void damaged() {
                damaged++;
            }
        };
    }

    private static void append(Spool spool, int from, int to) {
        names(from, to).forEach(name -> {
            spool.append(record(name));
            spool.flush();
        });
    }

    private static List<String> read(Spool spool) {
        List<String> read = new ArrayList<>();
        for (Spool.Entry entry = spool.next(); entry != null; entry = spool.next()) {
            read.add(name(entry.record()));
        }
        return read;
    }

    private static SpooledRecord record(String name) {
        return new SpooledRecord("topic", 1, "key".getBytes(StandardCharsets.UTF_8), padded(name));
    }

    private static byte[] padded(String name) {
        return (name + " ".repeat(60)).getBytes(StandardCharsets.UTF_8);
    }

    private static String name(SpooledRecord record) {
        return new String(record.value(), StandardCharsets.UTF_8).trim();
    }

    private static List<String> names(int from, int to) {
        return new ArrayList<>(IntStream.range(from, to)
                .mapToObj(each -> String.format("r%04d", each))
                .toList());
    }

    private List<Path> files() throws Exception {
        try (Stream<Path> files = Files.list(home.resolve("spool"))) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }
}
