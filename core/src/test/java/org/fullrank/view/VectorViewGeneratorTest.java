package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.fullrank.data.TableColumn;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;

class VectorViewGeneratorTest {
    private static final int N = 4000;
    private static final int F = 5;
    private static final int[] ALL = IntStream.range(0, N).toArray();

    private final float[] values = values();
    private final Vectors vectors = Vectors.of(values, F);

    /// Feature f is normal around 10 f with standard deviation f; feature 0 is constant.
    private static float[] values() {
        Keyed random = Keyed.of(4);
        float[] values = new float[N * F];
        for (int i = 0; i < values.length; i++) {
            int f = i % F;
            values[i] = (float) (10 * f + f * random.nextGaussian());
        }
        return values;
    }

    private VectorViewGenerator generator(double noise, double dropout, double corruption, boolean standardize) {
        return new VectorViewGenerator(vectors, new VectorViews(2, noise, dropout, corruption, standardize), 1, 1);
    }

    private static float[] fill(ViewGenerator generator, int epoch, int view, int... indices) {
        MemorySegment out = Arena.ofAuto().allocate(4L * F * indices.length, 4);
        generator.fill(indices, epoch, view, out);
        return out.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static double std(float[] rows, int f) {
        double[] column = IntStream.range(0, rows.length / F)
                .mapToDouble(i -> rows[i * F + f])
                .toArray();
        double mean = Arrays.stream(column).average().orElseThrow();
        return Math.sqrt(Arrays.stream(column)
                .map(x -> (x - mean) * (x - mean))
                .average()
                .orElseThrow());
    }

    @Test
    void noChangeIsTheRowItself() {
        assertThat(fill(generator(0, 0, 0, false), 0, 0, ALL)).containsExactly(values);
    }

    @Test
    void standardizedFeaturesHaveMeanZeroAndDeviationOne() {
        float[] rows = fill(generator(0, 0, 0, true), 0, 0, ALL);
        for (int f = 1; f < F; f++) {
            assertThat(std(rows, f)).isCloseTo(1, within(1e-5));
        }
        assertThat(rows[0]).isZero();
    }

    @Test
    void noiseIsRelativeToTheDeviationOfTheFeature() {
        float[] rows = fill(generator(0.2, 0, 0, false), 0, 0, ALL);
        for (int i = 0; i < rows.length; i++) {
            rows[i] -= values[i];
        }
        assertThat(std(rows, 0)).isZero();
        for (int f = 1; f < F; f++) {
            assertThat(std(rows, f)).isCloseTo(0.2 * f, within(0.2 * f * 0.05));
        }
    }

    @Test
    void dropoutPutsTheMeanInPlaceOfAShareOfTheFeatures() {
        VectorViewGenerator generator = generator(0, 0.3, 0, false);
        float[] rows = fill(generator, 0, 0, ALL);
        int dropped = 0;
        for (int i = 0; i < rows.length; i++) {
            if (i % F > 0 && rows[i] != values[i]) {
                assertThat(rows[i]).isEqualTo(generator.moments().mean(i % F));
                dropped++;
            }
        }
        assertThat(dropped / (N * (F - 1.0))).isCloseTo(0.3, within(0.015));
    }

    @Test
    void corruptionDrawsFromTheValuesOfTheSameFeature() {
        float[] rows = fill(generator(0, 0, 0.6, false), 0, 0, ALL);
        Set<Float> seen = new HashSet<>();
        for (int i = 0; i < N; i++) {
            seen.add(values[i * F + 2]);
        }
        int changed = 0;
        for (int i = 0; i < N; i++) {
            assertThat(seen).contains(rows[i * F + 2]);
            changed += rows[i * F + 2] != values[i * F + 2] ? 1 : 0;
        }
        assertThat(changed / (double) N).isCloseTo(0.6, within(0.035));
        assertThat(std(rows, 2)).isCloseTo(2, within(0.1));
    }

    @Test
    void viewsDependOnTheirKeyAlone() {
        VectorViewGenerator one = generator(0.1, 0.1, 0.1, true);
        VectorViewGenerator three = new VectorViewGenerator(vectors, new VectorViews(2, 0.1, 0.1, 0.1, true), 1, 3);
        float[] alone = fill(one, 2, 1, 17);
        float[] batch = fill(three, 2, 1, 3, 5, 6, 8, 9, 17);
        assertThat(Arrays.copyOfRange(batch, 5 * F, 6 * F)).containsExactly(alone);
        assertThat(fill(one, 3, 1, 17)).isNotEqualTo(alone);
        assertThat(fill(one, 2, 0, 17)).isNotEqualTo(alone);
    }

    @Test
    void plainViewsAreTheStandardizedRows() {
        VectorViewGenerator generator = generator(0.5, 0.5, 0.5, true);
        MemorySegment out = Arena.ofAuto().allocate(4L * F, 4);
        generator.fillPlain(new int[] {9}, out);
        ColumnMoments moments = generator.moments();
        for (int f = 1; f < F; f++) {
            assertThat(out.getAtIndex(ValueLayout.JAVA_FLOAT, f))
                    .isCloseTo((values[9 * F + f] - moments.mean(f)) / moments.std(f), within(1e-6f));
        }
    }

    @Test
    void momentsOfOtherFeaturesAreRefused() {
        ColumnMoments moments = generator(0, 0, 0, true).moments();
        Vectors other = Vectors.of(new float[8], 4);
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> new VectorViewGenerator(other, VectorViews.DEFAULT, 1, 1, moments))
                .withMessageContaining("4 features, expected the 5");
    }

    /// A number with an indicator, and a category of three levels: rows are (x, missing, one of three).
    private static Vectors table() {
        var schema = new TableSchema(
                true,
                "",
                List.of(new TableColumn.Numeric("x", 0, true), new TableColumn.Category("c", List.of("p", "q", "r"))));
        Keyed random = Keyed.of(9);
        float[] rows = new float[N * F];
        for (int i = 0; i < N; i++) {
            boolean missing = random.nextDouble() < 0.2;
            rows[i * F] = missing ? 7 : (float) (100 + random.nextGaussian());
            rows[i * F + 1] = missing ? 1 : 0;
            rows[i * F + 2 + random.nextInt(3)] = 1;
        }
        return Vectors.of(rows, F).withTable(schema);
    }

    @Test
    void corruptionDrawsWholeColumnsOfATable() {
        var views = new VectorViewGenerator(table(), new VectorViews(2, 0, 0, 0.5, false), 1, 1);
        float[] rows = fill(views, 0, 0, ALL);
        for (int i = 0; i < N; i++) {
            assertThat(rows[i * F] == 7)
                    .as("a missing number keeps its indicator")
                    .isEqualTo(rows[i * F + 1] == 1);
            assertThat(rows[i * F + 2] + rows[i * F + 3] + rows[i * F + 4]).isEqualTo(1);
        }
        assertThat(rows).isNotEqualTo(fill(views, 0, 1, ALL));
    }

    @Test
    void levelsGetNoNoiseAndStayZeroOrOne() {
        var views = new VectorViewGenerator(table(), new VectorViews(2, 0.5, 0, 0, true), 1, 1);
        float[] rows = fill(views, 0, 0, ALL);
        for (int i = 0; i < N; i++) {
            for (int f = 1; f < F; f++) {
                assertThat(rows[i * F + f]).isIn(0f, 1f);
            }
        }
        assertThat(std(rows, 0)).isGreaterThan(1.05);
    }
}
