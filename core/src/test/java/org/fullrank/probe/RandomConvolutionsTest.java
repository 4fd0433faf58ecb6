package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.fullrank.data.Labels;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.probe.RandomConvolutions.Kernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomConvolutionsTest {
    private static Vectors noise(int items, int channels, int length, long key) {
        float[] values = new float[items * channels * length];
        Keyed random = Keyed.of(key);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Vectors.of(values, channels * length).withSeries(new SeriesShape(channels, length));
    }

    /// A longer series with zeros at both ends, and all of its windows.
    @ParameterizedTest
    @CsvSource({"1, 40", "3, 25", "1, 5", "2, 1"})
    void aFeatureIsTheLargestValueOrTheShareOfPositiveValues(int channels, int length) {
        double[][] series = new double[channels][length];
        Keyed random = Keyed.of(8);
        for (double[] channel : series) {
            Arrays.setAll(channel, t -> random.nextGaussian());
        }
        for (Kernel kernel : RandomConvolutions.kernels(new SeriesShape(channels, length), 200)) {
            int taps = kernel.weights()[0].length;
            int windows = length + 2 * kernel.padding() - (taps - 1) * kernel.dilation();
            double largest = Double.NEGATIVE_INFINITY;
            double positive = 0;
            for (int start = 0; start < windows; start++) {
                double sum = kernel.bias();
                for (int c = 0; c < kernel.channels().length; c++) {
                    double[] padded = new double[length + 2 * kernel.padding()];
                    System.arraycopy(series[kernel.channels()[c]], 0, padded, kernel.padding(), length);
                    for (int j = 0; j < taps; j++) {
                        sum += kernel.weights()[c][j] * padded[start + j * kernel.dilation()];
                    }
                }
                largest = Math.max(largest, sum);
                positive += sum > 0 ? 1.0 / windows : 0;
            }
            float[] found = new float[2];
            RandomConvolutions.apply(kernel, series, found, 0);
            assertThat(windows).isPositive();
            assertThat((double) found[0]).isCloseTo(largest, within(1e-5));
            assertThat((double) found[1]).isCloseTo(positive, within(1e-5));
        }
    }

    @Test
    void kernelsReadSomeChannelsAndHaveNoMean() {
        List<Kernel> kernels = RandomConvolutions.kernels(new SeriesShape(6, 100), 400);
        assertThat(kernels).allSatisfy(kernel -> {
            assertThat(kernel.channels()).doesNotHaveDuplicates().hasSizeBetween(1, 6);
            for (double[] weights : kernel.weights()) {
                assertThat(Arrays.stream(weights).sum()).isCloseTo(0, within(1e-12));
            }
            assertThat((kernel.weights()[0].length - 1) * kernel.dilation()).isLessThan(100);
        });
        assertThat(kernels.stream().mapToInt(k -> k.channels().length).distinct())
                .hasSizeGreaterThan(3);
        assertThat(kernels.stream().mapToInt(Kernel::dilation).max().orElseThrow())
                .isGreaterThan(8);
        assertThat(kernels.stream().filter(k -> k.padding() == 0).count()).isBetween(150L, 250L);
    }

    /// Two frequencies with random phases: the raw values have nothing in common within a class.
    @Test
    void theyTellFrequenciesApartThatRawValuesDoNot() {
        Splits features = RandomConvolutions.of(waves(60, 1), waves(60, 2));
        Splits raw = RawInput.of(waves(60, 1), waves(60, 2));
        assertThat(features.train().width()).isEqualTo(2 * RandomConvolutions.KERNELS);
        LinearProtocol linear = LinearProtocol.defaults();
        assertThat(Linear.evaluate(features.train(), features.test(), linear)
                        .accuracy()
                        .share())
                .isGreaterThan(0.95);
        assertThat(Linear.evaluate(raw.train(), raw.test(), linear).accuracy().share())
                .isLessThan(0.8);
    }

    private static Vectors waves(int items, long key) {
        int length = 50;
        float[] values = new float[items * length];
        int[] classes = new int[items];
        Keyed random = Keyed.of(key);
        for (int i = 0; i < items; i++) {
            classes[i] = i % 2;
            double phase = random.nextDouble(2 * Math.PI);
            for (int t = 0; t < length; t++) {
                values[i * length + t] = (float) (Math.sin(phase + (i % 2 == 0 ? 0.5 : 0.8) * t));
            }
        }
        return Vectors.of(values, length, new Labels(classes, List.of("low", "high")))
                .withSeries(new SeriesShape(1, length));
    }

    @Test
    void theScaleAndTheOffsetOfAChannelDoNotMatter() {
        Vectors series = noise(5, 2, 30, 3);
        float[] other = new float[5 * 60];
        for (int i = 0; i < other.length; i++) {
            other[i] = 100 + 7 * series.copy(i / 60)[i % 60];
        }
        Vectors moved = Vectors.of(other, 60).withSeries(new SeriesShape(2, 30));
        float[] first = RandomConvolutions.of(series, series).train().values();
        float[] second = RandomConvolutions.of(moved, moved).train().values();
        double different = 0;
        for (int i = 0; i < first.length; i++) {
            different += Math.abs(first[i] - second[i]) > 1e-2 ? 1 : 0;
        }
        assertThat(different / first.length).isLessThan(0.01);
    }

    @Test
    void onlyTimeSeriesHaveThem() {
        Vectors vectors = Vectors.of(new float[60], 60);
        assertThat(RandomConvolutions.fit(vectors, vectors)).isFalse();
        assertThatThrownBy(() -> RandomConvolutions.of(vectors, vectors)).isInstanceOf(InputException.class);
    }

    /// A channel that is constant in training says nothing, whatever the test series have there.
    @Test
    void aChannelThatIsConstantInTrainingIsLeftOut() {
        var shape = new SeriesShape(2, 20);
        Vectors train = Vectors.of(constantSecond(30, .1f), 40).withSeries(shape);
        Vectors other = Vectors.of(constantSecond(30, 500), 40).withSeries(shape);
        assertThat(RandomConvolutions.of(train, other).test().values())
                .isEqualTo(RandomConvolutions.of(train, train).test().values());
    }

    private static float[] constantSecond(int count, float level) {
        var random = Keyed.of(3);
        float[] values = new float[count * 40];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 40 < 20 ? (float) random.nextGaussian() : level;
        }
        return values;
    }
}
