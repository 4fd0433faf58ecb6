package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.net.SignalShape;
import org.junit.jupiter.api.Test;

class PrincipalComponentsTest {
    private static final int SIZE = 40;

    /// Two smooth directions of different variance, far from 0, plus noise.
    private static float[] samples(int count, double noise, long seed) {
        Keyed random = Keyed.of(seed, 9);
        float[] samples = new float[count * SIZE];
        for (int s = 0; s < count; s++) {
            double a = 3 * random.nextGaussian();
            double b = 1.5 * random.nextGaussian();
            for (int i = 0; i < SIZE; i++) {
                samples[s * SIZE + i] = (float) (5 + a * wave(0, i) + b * wave(1, i) + noise * random.nextGaussian());
            }
        }
        return samples;
    }

    /// Two orthonormal waves.
    private static double wave(int index, int i) {
        return Math.sqrt(2.0 / SIZE) * Math.cos(Math.PI * (index + 1) * (i + 0.5) / SIZE);
    }

    private static DecompositionSettings settings(int rank, int iterations) {
        DecompositionSettings plain = Noisy.settings(rank, iterations);
        return plain.withStopping(
                new DecompositionSettings.Stopping(0.25, 1, iterations, iterations, new NoiseLevel.Unknown()));
    }

    /// The share of the two waves in the first two directions: 1 if they span the same plane.
    private static double agreement(float[] directions, int columns) {
        double sum = 0;
        for (int wave = 0; wave < 2; wave++) {
            for (int k = 0; k < 2; k++) {
                double product = 0;
                for (int i = 0; i < SIZE; i++) {
                    product += directions[i * columns + k] * wave(wave, i);
                }
                sum += product * product / 2;
            }
        }
        return sum;
    }

    @Test
    void smoothComponentsAreFoundFromFewNoisySamples() {
        for (long seed = 1; seed <= 2; seed++) {
            float[] samples = samples(80, 4, seed);
            PrincipalComponents found = PrincipalComponents.fit(samples, 80, SignalShape.line(SIZE), settings(2, 80));
            var svd = centered(samples, 80).svd();
            float[] classical = new float[SIZE * 2];
            for (int i = 0; i < classical.length; i++) {
                classical[i] = (float) svd.getV().get(i / 2, i % 2);
            }
            double gain = agreement(found.directions().directions(), 2) - agreement(classical, 2);
            assertThat(gain).isGreaterThan(0.08);
        }
    }

    private static SimpleMatrix centered(float[] samples, int count) {
        var x = new SimpleMatrix(count, SIZE);
        for (int i = 0; i < SIZE; i++) {
            double mean = 0;
            for (int s = 0; s < count; s++) {
                mean += samples[s * SIZE + i] / count;
            }
            for (int s = 0; s < count; s++) {
                x.set(s, i, samples[s * SIZE + i] - mean);
            }
        }
        return x;
    }

    @Test
    void newSamplesHaveTheCoordinatesOfTheirDistanceFromTheMean() {
        float[] samples = samples(20, 0.5, 1);
        PrincipalComponents found = PrincipalComponents.fit(samples, 20, SignalShape.line(SIZE), settings(3, 20));
        float[] some = samples(4, 0.5, 2);
        float[] components = found.of(some, 4); // [4, 3]
        assertThat(found.count()).isEqualTo(3);
        for (int s = 0; s < 4; s++) {
            for (int k = 0; k < 3; k++) {
                double sum = 0;
                for (int i = 0; i < SIZE; i++) {
                    sum += (some[s * SIZE + i] - found.mean()[i])
                            * found.directions().directions()[i * 3 + k];
                }
                assertThat(components[s * 3 + k]).isCloseTo((float) sum, within(1e-4f));
            }
        }
        assertThatThrownBy(() -> found.of(some, 3))
                .isInstanceOf(InputException.class)
                .hasMessage("samples: found 160 numbers, expected 120 for 3 samples of 40");
    }

    @Test
    void theFitIsSymmetricAndItsEigenvaluesAreThoseOfTheDirections() {
        PrincipalComponents found =
                PrincipalComponents.fit(samples(20, 0.5, 1), 20, SignalShape.line(SIZE), settings(3, 20));
        assertThat(found.fitted().factors().getFirst())
                .containsExactly(found.fitted().factors().getLast());
        float[] fitted = found.fitted().reconstruction();
        var matrix = new SimpleMatrix(SIZE, SIZE);
        for (int i = 0; i < fitted.length; i++) {
            assertThat(fitted[i]).isEqualTo(fitted[i % SIZE * SIZE + i / SIZE], within(1e-5f));
            matrix.set(i / SIZE, i % SIZE, fitted[i]);
        }
        double[] eigenvalues = matrix.svd().getSingularValues();
        for (int k = 0; k < 3; k++) {
            assertThat(found.directions().values()[k]).isCloseTo(eigenvalues[k], within(1e-4));
        }
    }

    @Test
    void theEntriesAreTheCovarianceFromItsDiagonalOn() {
        SimpleMatrix x = centered(samples(10, 1, 3), 10);
        float[] values = new float[10 * SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) x.get(i);
        }
        var covariance = new SampleCovariance(SignalShape.line(SIZE), 10, values);
        SimpleMatrix expected = x.transpose().mult(x).divide(10);
        PartialTensor entries = covariance.entries();
        for (int i = 0; i < SIZE * SIZE; i++) {
            boolean above = i % SIZE >= i / SIZE;
            assertThat(entries.observed()[i]).isEqualTo(above);
            assertThat(entries.values()[i]).isCloseTo(above ? (float) expected.get(i) : 0, within(1e-4f));
        }
        HeldOut split = HeldOut.of(covariance, 0.3, 1, 0);
        assertThat(split.entries()).hasSize(SIZE * (SIZE + 1) / 2).isSorted().doesNotHaveDuplicates();
        // The mean m of the seven fitted samples is subtracted from all, which adds m m' to the covariance.
        double[] added = new double[SIZE * SIZE];
        for (int i = 0; i < split.entries().length; i++) { // three samples and seven
            int entry = split.entries()[i];
            double mean = 0.3 * split.values()[i] + 0.7 * split.fitted().values()[entry];
            added[entry] = mean - expected.get(entry);
        }
        for (int entry : split.entries()) {
            double squares = added[entry / SIZE * (SIZE + 1)] * added[entry % SIZE * (SIZE + 1)];
            assertThat(added[entry] * added[entry]).isCloseTo(squares, within(1e-4));
        }
        float[] shifted = values.clone();
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] += i % SIZE;
        }
        HeldOut moved = HeldOut.of(new SampleCovariance(SignalShape.line(SIZE), 10, shifted), 0.3, 1, 0);
        assertThat(moved.values()).containsExactly(split.values(), within(1e-3f));
        assertThat(moved.fitted().values()).containsExactly(split.fitted().values(), within(1e-3f));
        assertThat(HeldOut.of(covariance, 0.3, 1, 1).values()).isNotEqualTo(split.values());
    }

    @Test
    void samplesOfAnotherSizeAreRefused() {
        float[] samples = new float[48];
        Arrays.fill(samples, 0, 5, 1);
        assertThatThrownBy(() -> PrincipalComponents.fit(samples, 3, SignalShape.line(SIZE), settings(1, 1)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "samples: found 48 numbers for 3 samples of 40 positions, expected 120 numbers and at least 3"
                                + " samples");
        DecompositionSettings usual = DecompositionSettings.ofRank(1);
        assertThatThrownBy(() -> PrincipalComponents.fit(samples(9, 1, 1), 9, SignalShape.line(SIZE), usual))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "holdout: found 0.05 of 9 samples, expected at least one held out and two fitted; change the"
                                + " share");
        assertThatThrownBy(() -> PrincipalComponents.fit(samples, 2, SignalShape.line(SIZE), settings(1, 1)))
                .isInstanceOf(InputException.class);
    }
}
