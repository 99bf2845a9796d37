package io.fairlead.model.map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fairlead.model.map.PrefixTable.Match;
import io.fairlead.model.map.PrefixTable.Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PrefixTableProperties {

    /** So few bits that every address can be asked for. */
    private static final int BITS = 8;

    @Provide
    Arbitrary<List<Prefix>> prefixes() {
        Arbitrary<Prefix> prefix = Combinators.combine(
                        Arbitraries.integers().between(0, BITS),
                        Arbitraries.longs().between(0, 255),
                        Arbitraries.integers().between(0, 3))
                .as((length, address, answer) ->
                        new Prefix(length == 0 ? 0 : address << (64 - BITS) & (-1L << (64 - length)), length, answer));
        return prefix.list().ofMaxSize(24).map(PrefixTableProperties::once);
    }

    private static List<Prefix> once(List<Prefix> prefixes) {
        Map<List<Long>, Prefix> kept = new HashMap<>();
        prefixes.forEach(prefix -> kept.put(List.of(prefix.address(), (long) prefix.length()), prefix));
        return List.copyOf(kept.values());
    }

    /** As RFC 7871 reads when all is looked through: the longest match, and no scope covers another answer. */
    @Property(tries = 500)
    void theLongestMatchAnswersAndNoScopeCoversAnother(@ForAll("prefixes") List<Prefix> prefixes) {
        PrefixTable table = PrefixTable.of(BITS, prefixes);
        int[] answers = new int[1 << BITS];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = longestMatch(prefixes, (long) i << (64 - BITS));
        }
        for (int i = 0; i < answers.length; i++) {
            Match match = table.find((long) i << (64 - BITS));
            assertThat(match.answer()).isEqualTo(answers[i]);
            assertThat(table.answer((long) i << (64 - BITS))).isEqualTo(answers[i]);
            assertThat(uniform(answers, i, match.scope()))
                    .as("inside the scope")
                    .isTrue();
            assertThat(match.scope() > 0 && uniform(answers, i, match.scope() - 1))
                    .as("one bit wider")
                    .isFalse();
        }
    }

    private static boolean uniform(int[] answers, int address, int scope) {
        int width = 1 << (BITS - scope);
        int first = address / width * width;
        for (int i = first; i < first + width; i++) {
            if (answers[i] != answers[address]) {
                return false;
            }
        }
        return true;
    }

    private static int longestMatch(List<Prefix> prefixes, long address) {
        Prefix best = null;
        for (Prefix prefix : prefixes) {
            boolean matches = prefix.length() == 0 || (address ^ prefix.address()) >>> (64 - prefix.length()) == 0;
            if (matches && (best == null || prefix.length() > best.length())) {
                best = prefix;
            }
        }
        return best == null ? PrefixTable.NONE : best.answer();
    }

    /** Many, in no order; asked for about where they begin and end. */
    @Example
    void manyPrefixesAreFoundWhateverTheirOrder() {
        Random random = new Random(5);
        Map<List<Long>, Prefix> prefixes = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int length = 40 + random.nextInt(9);
            long address = (random.nextLong() >>> 4 | 0xF000L << 48) & -1L << (64 - length);
            prefixes.put(List.of(address, (long) length), new Prefix(address, length, i));
        }
        PrefixTable table = PrefixTable.of(64, List.copyOf(prefixes.values()));
        prefixes.values().forEach(prefix -> {
            for (long address : new long[] {
                prefix.address(), prefix.address() - 1, prefix.address() | -1L >>> prefix.length(), random.nextLong()
            }) {
                int expected = PrefixTable.NONE;
                for (int length = 48; length >= 40 && expected == PrefixTable.NONE; length--) {
                    Prefix around = prefixes.get(List.of(address & -1L << (64 - length), (long) length));
                    expected = around == null ? PrefixTable.NONE : around.answer();
                }
                assertThat(table.answer(address)).isEqualTo(expected);
            }
        });
    }

    @Example
    void neighboursWithTheSameAnswerAreOne() {
        PrefixTable table = PrefixTable.of(
                32,
                List.of(
                        new Prefix(0xC0000200L << 32, 25, 7),
                        new Prefix(0xC0000280L << 32, 25, 7),
                        new Prefix(0xC0000300L << 32, 24, 7)));
        assertThat(table.intervals()).isEqualTo(3);
        assertThat(table.find(0xC0000281L << 32)).isEqualTo(new Match(7, 23));
        assertThat(table.find(0xC0000400L << 32).answer()).isEqualTo(PrefixTable.NONE);
        assertThat(PrefixTable.of(64, List.of()).find(-1)).isEqualTo(new Match(PrefixTable.NONE, 0));
    }

    @Example
    void whatIsNoPrefixIsRefused() {
        assertThatThrownBy(() -> PrefixTable.of(32, List.of(new Prefix(0xC0000201L << 32, 24, 1))))
                .hasMessageContaining("bits beyond its length");
        assertThatThrownBy(() -> PrefixTable.of(32, List.of(new Prefix(1L << 32, 33, 1))))
                .hasMessageContaining("0 to 32 bits");
        assertThatThrownBy(() -> PrefixTable.of(32, List.of(new Prefix(0, 0, -1))))
                .hasMessageContaining("from 0 on");
        assertThatThrownBy(() -> PrefixTable.of(32, List.of(new Prefix(0, 0, 1), new Prefix(0, 0, 2))))
                .hasMessageContaining("stands twice");
        assertThatThrownBy(() -> PrefixTable.of(32, List.of(new Prefix(1, 0, 2))))
                .hasMessageContaining("beyond");
    }
}
