package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.fullrank.data.Images;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SeriesViewGeneratorTest {
    private static final int N = 500;
    private static final int C = 2;
    private static final int L = 40;
    private static final int[] ALL = IntStream.range(0, N).toArray();

    private final float[] values = values();
    private final Vectors series = Vectors.of(values, C * L).withSeries(new SeriesShape(C, L));

    /// Channel c rises by 1 from step to step, from a random number around 10 c.
    private static float[] values() {
        Keyed random = Keyed.of(4);
        float[] values = new float[N * C * L];
        for (int row = 0; row < N * C; row++) {
            double start = 10 * (row % C) + random.nextGaussian();
            for (int t = 0; t < L; t++) {
                values[row * L + t] = (float) (start + t);
            }
        }
        return values;
    }

    private SeriesViewGenerator generator(
            double cropMin, double scale, double noise, double mask, boolean standardize) {
        return new SeriesViewGenerator(series, new SeriesViews(2, cropMin, scale, noise, mask, standardize), 1, 1);
    }

    private static float[] fill(ViewGenerator generator, int epoch, int view, int... indices) {
        MemorySegment out = Arena.ofAuto().allocate(4L * generator.shape().values() * indices.length, 4);
        generator.fill(indices, epoch, view, out);
        return out.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static float[] plain(ViewGenerator generator, int... indices) {
        MemorySegment out = Arena.ofAuto().allocate(4L * generator.shape().values() * indices.length, 4);
        generator.fillPlain(indices, out);
        return out.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static float[] channel(float[] views, int row) {
        return Arrays.copyOfRange(views, row * L, (row + 1) * L);
    }

    @Test
    void noChangeIsTheSeriesItself() {
        assertThat(fill(generator(1, 0, 0, 0, false), 0, 0, ALL)).containsExactly(values);
        assertThat(plain(generator(0.5, 1, 1, 1, false), ALL)).containsExactly(values);
    }

    @Test
    void standardizedChannelsHaveMeanZeroAndDeviationOneOverAllSeries() {
        float[] views = plain(generator(1, 0, 0, 0, true), ALL);
        for (int c = 0; c < C; c++) {
            int channel = c;
            double[] all = IntStream.range(0, N)
                    .boxed()
                    .flatMapToDouble(i -> IntStream.range(0, L).mapToDouble(t -> views[(i * C + channel) * L + t]))
                    .toArray();
            double mean = Arrays.stream(all).average().orElseThrow();
            double squares = Arrays.stream(all).map(x -> x * x).average().orElseThrow();
            assertThat(mean).isCloseTo(0, within(1e-5));
            assertThat(squares).isCloseTo(1, within(1e-5));
        }
    }

    /// On a line that rises by 1, a crop of the share s rises by s, and it begins within the series.
    @Test
    void aCropIsAPartOfTheSeriesStretchedToItsLength() {
        float[] views = fill(generator(0.4, 0, 0, 0, false), 0, 0, ALL);
        double least = 1;
        double most = 0;
        for (int row = 0; row < N * C; row++) {
            float[] before = channel(values, row);
            float[] view = channel(views, row);
            double share = (view[L - 1] - view[0]) / (L - 1);
            assertThat(view[0]).isBetween(before[0] - 1e-4f, before[L - 1] + 1e-4f);
            assertThat(view[L - 1]).isLessThanOrEqualTo(before[L - 1] + 1e-4f);
            for (int t = 1; t < L; t++) {
                assertThat((double) view[t] - view[t - 1]).isCloseTo(share, within(1e-4));
            }
            if (row % C > 0) {
                float[] first = channel(views, row - 1);
                assertThat((double) first[L - 1] - first[0]).isCloseTo(share * (L - 1), within(1e-3));
            }
            least = Math.min(least, share);
            most = Math.max(most, share);
        }
        assertThat(least).isBetween(0.399, 0.42);
        assertThat(most).isBetween(0.98, 1.001);
    }

    @Test
    void aScaleMultipliesTheDistanceFromTheMeanOfTheChannel() {
        SeriesViewGenerator generator = generator(1, 0.2, 0, 0, false);
        float[] views = fill(generator, 0, 0, ALL);
        double[] factors = new double[N * C];
        for (int row = 0; row < N * C; row++) {
            float mean = generator.moments().mean(row % C);
            factors[row] = (views[row * L] - mean) / (values[row * L] - mean);
            for (int t = 0; t < L; t++) {
                assertThat((double) views[row * L + t])
                        .isCloseTo(mean + factors[row] * (values[row * L + t] - mean), within(1e-3));
            }
        }
        assertThat(Arrays.stream(factors).average().orElseThrow()).isCloseTo(1, within(0.03));
        double spread =
                Arrays.stream(factors).map(f -> (f - 1) * (f - 1)).average().orElseThrow();
        assertThat(Math.sqrt(spread)).isCloseTo(0.2, within(0.02));
    }

    @Test
    void noiseIsRelativeToTheDeviationOfTheChannel() {
        SeriesViewGenerator generator = generator(1, 0, 0.3, 0, false);
        float[] views = fill(generator, 0, 0, ALL);
        double squares = 0;
        for (int i = 0; i < views.length; i++) {
            double noise = (views[i] - values[i]) / generator.moments().std(i / L % C);
            squares += noise * noise / views.length;
        }
        assertThat(Math.sqrt(squares)).isCloseTo(0.3, within(0.01));
    }

    @Test
    void aMaskIsOneStretchInAllChannelsAtTheirMeans() {
        SeriesViewGenerator generator = generator(1, 0, 0, 0.5, false);
        float[] views = fill(generator, 0, 0, ALL);
        int longest = 0;
        for (int i = 0; i < N; i++) {
            int masked = 0;
            int stretches = 0;
            boolean before = false;
            for (int t = 0; t < L; t++) {
                boolean now = views[i * C * L + t] == generator.moments().mean(0);
                assertThat(views[(i * C + 1) * L + t] == generator.moments().mean(1))
                        .isEqualTo(now);
                stretches += now && !before ? 1 : 0;
                masked += now ? 1 : 0;
                before = now;
            }
            assertThat(stretches).isLessThanOrEqualTo(1);
            longest = Math.max(longest, masked);
        }
        assertThat(longest).isEqualTo(L / 2);
    }

    @Test
    void aViewDependsOnlyOnSeedEpochItemAndView() {
        SeriesViewGenerator one = new SeriesViewGenerator(series, SeriesViews.DEFAULT, 1, 1);
        SeriesViewGenerator many = new SeriesViewGenerator(series, SeriesViews.DEFAULT, 1, 3);
        float[] all = fill(one, 2, 1, ALL);
        assertThat(fill(many, 2, 1, ALL)).containsExactly(all);
        assertThat(fill(many, 2, 1, 7)).containsExactly(Arrays.copyOfRange(all, 7 * C * L, 8 * C * L));
        Set<Float> different = new HashSet<>();
        different.add(fill(one, 2, 0, 7)[0]);
        different.add(fill(one, 2, 1, 7)[0]);
        different.add(fill(one, 3, 1, 7)[0]);
        different.add(fill(new SeriesViewGenerator(series, SeriesViews.DEFAULT, 2, 1), 2, 1, 7)[0]);
        assertThat(different).hasSize(4);
    }

    @Test
    void otherSeriesAreStandardizedByTheMomentsOfTraining() {
        float[] shifted = new float[C * L];
        Arrays.fill(shifted, 100);
        Vectors others = Vectors.of(shifted, C * L).withSeries(new SeriesShape(C, L));
        SeriesViewGenerator generator = generator(1, 0, 0, 0, true);
        float expected =
                (100 - generator.moments().mean(0)) / generator.moments().std(0);
        assertThat(plain(generator.on(others), 0)[0]).isEqualTo(expected);
    }

    @Test
    void aSeriesOfOneStepAndOneChannelHasViews() {
        Vectors tiny = Vectors.of(new float[] {1, 2, 3}, 1).withSeries(new SeriesShape(1, 1));
        assertThat(fill(new SeriesViewGenerator(tiny, SeriesViews.DEFAULT, 1, 1), 0, 0, 0, 1, 2))
                .hasSize(3)
                .doesNotContain(Float.NaN);
    }

    @Test
    void otherKindsOfItemsAreRefused() {
        Vectors vectors = Vectors.of(new float[4], 2);
        Images images = Images.of(new byte[16], 4, 4, 1);
        assertThatThrownBy(() -> ViewGenerator.of(vectors, SeriesViews.DEFAULT, 1, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("the data are vectors but the view settings are for series; use views of type 'vectors'");
        assertThatThrownBy(() -> ViewGenerator.of(images, SeriesViews.DEFAULT, 1, 1))
                .hasMessage("the data are images but the view settings are for series; use views of type 'images'");
        assertThatThrownBy(() -> ViewGenerator.of(series, ViewPresets.named("gray"), 1, 1))
                .hasMessage("the data are series but the view settings are for images; use views of type 'series'");
        Vectors narrow = Vectors.of(new float[4], 4).withSeries(new SeriesShape(1, 4));
        assertThatThrownBy(() -> generator(1, 0, 0, 0, true).on(narrow))
                .isInstanceOf(InputException.class)
                .hasMessage("series have 1 channels, expected the 2 of the training series; use matching data");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, cropMin",
        "1.1, 0, 0, 0, cropMin",
        "1, -1, 0, 0, scale",
        "1, 0, 11, 0, noise",
        "1, 0, 0, 2, mask"
    })
    void wrongSettingsAreRefused(double cropMin, double scale, double noise, double mask, String name) {
        assertThatThrownBy(() -> new SeriesViews(2, cropMin, scale, noise, mask, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(name + " is ");
    }
}
