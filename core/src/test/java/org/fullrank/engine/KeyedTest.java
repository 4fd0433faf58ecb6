package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyedTest {
    private static long[] first(Keyed stream) {
        return new long[] {stream.nextLong(), stream.nextLong(), stream.nextLong()};
    }

    /// Computed with unbounded integers in another language. A change here changes the outcome of every run.
    @Test
    void theStreamsAreFixedForEver() {
        assertThat(first(Keyed.of(0))).containsExactly(0xa706dd2f4d197e6fL, 0xb382a305f4414f5eL, 0x631a9154fbabf717L);
        assertThat(first(Keyed.of(1))).containsExactly(0x5e41ab087439611eL, 0xf18d6ce93d6cf1eeL, 0xb95f66d327e8d78L);
        assertThat(first(Keyed.of(1, 2)))
                .containsExactly(0xe120df5c85aeb044L, 0x9cd03bc34a59660dL, 0xe1cd3cd45ac10794L);
        assertThat(first(Keyed.of(-1, 5)))
                .containsExactly(0xc4684fe01f0cc86cL, 0xcd29b7d71dcc82d3L, 0xefd70e29ccf6ae06L);
    }

    @Test
    void namesAreHashedByFnv() {
        assertThat(Keyed.name("")).isEqualTo(0xcbf29ce484222325L);
        assertThat(Keyed.name("a")).isEqualTo(0xaf63dc4c8601ec8cL);
        assertThat(Keyed.name("foobar")).isEqualTo(0x85944171f73967e8L);
    }

    @Test
    void everyPartOfAKeyAndItsPlaceCount() {
        var seen = new HashSet<Long>();
        for (String name : new String[] {"order", "view"}) {
            long purpose = Keyed.name(name);
            for (long a = -20; a < 20; a++) {
                assertNew(seen, a, purpose);
                for (long b = -20; b < 20; b++) {
                    assertNew(seen, a, purpose, b);
                    for (long c = -20; c < 20; c++) {
                        assertNew(seen, a, purpose, b, c);
                    }
                }
            }
        }
    }

    private static void assertNew(Set<Long> seen, long seed, long... path) {
        assertThat(seen.add(Keyed.of(seed, path).nextLong()))
                .as("first draw of %d, %s", seed, Arrays.toString(path))
                .isTrue();
    }

    @Test
    void streamsOfNeighbouringKeysAreUncorrelated() {
        int count = 4000;
        for (long key = 0; key < 20; key++) {
            var a = Keyed.of(7, key);
            var b = Keyed.of(7, key + 1);
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += (a.nextDouble() - 0.5) * (b.nextDouble() - 0.5) * 12;
            }
            assertThat(sum / count).isCloseTo(0, within(5 / Math.sqrt(count)));
        }
    }

    /// Both along one stream and across first draws of successive keys, which is how views use it.
    @Test
    void drawsAreUniform() {
        int bins = 16;
        int count = 64_000;
        int[] along = new int[bins];
        int[] across = new int[bins];
        var stream = Keyed.of(3);
        for (int i = 0; i < count; i++) {
            along[(int) (stream.nextDouble() * bins)]++;
            across[(int) (Keyed.of(3, 1, i).nextDouble() * bins)]++;
        }
        double expected = (double) count / bins;
        assertThat(chiSquare(along, expected)).isLessThan(45); // 15 degrees of freedom: passed once in 10^4 keys
        assertThat(chiSquare(across, expected)).isLessThan(45);
    }

    private static double chiSquare(int[] found, double expected) {
        double sum = 0;
        for (int n : found) {
            sum += (n - expected) * (n - expected) / expected;
        }
        return sum;
    }
}
