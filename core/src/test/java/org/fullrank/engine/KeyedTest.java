package org.fullrank.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyedTest {
    /// Published first outputs of SplitMix64 for the state 0: the key without a path absorbs the seed by
    /// the same function, so the stream of seed 0 starts from the first of them.
    @Test
    void streamIsSplitMix64FromTheAbsorbedSeed() {
        long state = 0xE220A8397B1DCDAFL;
        var random = Keyed.of(0);
        for (int i = 0; i < 5; i++) {
            state += 0x9E3779B97F4A7C15L;
            long z = state;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            assertThat(random.nextLong()).isEqualTo(z ^ (z >>> 31));
        }
    }

    /// Every recorded run depends on these.
    @Test
    void firstValuesStayWhatTheyWere() {
        assertThat(Keyed.of(1).nextLong()).isEqualTo(0x5E41AB087439611EL);
        assertThat(Keyed.of(1, 2, 3).nextLong()).isEqualTo(0x9A90A9F73627E97CL);
        assertThat(Keyed.name("encoder")).isEqualTo(0x8B21471FD8AEC12FL);
    }

    @Test
    void equalKeysGiveEqualStreams() {
        assertThat(Keyed.of(5, 6, 7).longs(100).toArray())
                .isEqualTo(Keyed.of(5, 6, 7).longs(100).toArray());
    }

    @Test
    void neighboringKeysShareNoValue() {
        Set<Long> seen = new HashSet<>();
        long[] streams = {Keyed.name("a"), Keyed.name("b")};
        for (long stream : streams) {
            for (long seed = 0; seed < 10; seed++) {
                Keyed.of(seed, stream).longs(10).forEach(seen::add);
                for (long epoch = 0; epoch < 10; epoch++) {
                    Keyed.of(seed, stream, epoch).longs(10).forEach(seen::add);
                    Keyed.of(seed, stream, epoch, 11).longs(10).forEach(seen::add);
                    Keyed.of(seed, stream, 11, epoch).longs(10).forEach(seen::add);
                }
            }
        }
        assertThat(seen.size()).isEqualTo(2 * 10 * (10 + 3 * 100));
    }

    @Test
    void orderOfThePathMatters() {
        assertThat(Keyed.of(1, 2, 3).nextLong()).isNotEqualTo(Keyed.of(1, 3, 2).nextLong());
        assertThat(Keyed.of(1).nextLong()).isNotEqualTo(Keyed.of(1, 0).nextLong());
    }

    /// Mean and variance of a uniform number within 5 standard errors, over the first draws of many keys.
    @Test
    void firstDrawsOfManyKeysAreUniform() {
        int n = 100_000;
        double sum = 0;
        double squares = 0;
        int[] bins = new int[16];
        for (int i = 0; i < n; i++) {
            double u = Keyed.of(9, i).nextDouble();
            sum += u;
            squares += (u - 0.5) * (u - 0.5);
            bins[(int) (u * 16)]++;
        }
        assertThat(sum / n).isCloseTo(0.5, within(5 * Math.sqrt(1.0 / 12 / n)));
        assertThat(squares / n).isCloseTo(1.0 / 12, within(5 * Math.sqrt(1.0 / 180 / n)));
        double chiSquare = 0;
        for (int bin : bins) {
            chiSquare += Math.pow(bin - n / 16.0, 2) / (n / 16.0);
        }
        assertThat(chiSquare).isLessThan(50); // 15 degrees of freedom: above 50 once in 80,000 times
    }
}
