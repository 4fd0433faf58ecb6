package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PcaTest {
    @ParameterizedTest
    @CsvSource({"60, 9, 4", "60, 9, 9", "12, 30, 5", "9, 9, 3"})
    void projectionsEqualThoseOfAnIndependentSvd(int rows, int width, int components) {
        Features train = Samples.clouds(2, rows, width, 3, 1);
        Features test = Samples.clouds(3, 20, width, 3, 1);
        Pca pca = Pca.fit(train, components);
        Features projected = pca.transform(test);

        double[] means = Standardizer.means(train);
        var svd = centered(train, means).svd();
        SimpleMatrix expected = centered(test, means).mult(svd.getV());
        assertThat(projected.width()).isEqualTo(components);
        for (int k = 0; k < components; k++) {
            double sign = Math.signum(expected.get(0, k) * projected.values()[k]);
            for (int i = 0; i < test.rows(); i++) {
                assertThat(projected.values()[i * components + k])
                        .isCloseTo((float) (sign * expected.get(i, k)), within(2e-4f));
            }
            double singular = svd.getSingleValue(k);
            assertThat(pca.variances()[k]).isCloseTo(singular * singular / rows, within(1e-5 * pca.variances()[0]));
        }
    }

    /// As many directions as rows would have one without variance, and a probe would see its rounding errors.
    @Test
    void directionsWithoutVarianceAreLeftOutOrZero() {
        assertThat(Pca.widest(Samples.clouds(2, 12, 30, 3, 1))).isEqualTo(11);

        Features train = Samples.clouds(2, 60, 9, 3, 1);
        float[] twice = new float[60 * 10]; // the last column repeats the first
        for (int i = 0; i < 60; i++) {
            System.arraycopy(train.values(), i * 9, twice, i * 10, 9);
            twice[i * 10 + 9] = twice[i * 10];
        }
        Features projected = Pca.fit(train.with(twice, 10), 10).transform(train.with(twice, 10));
        for (int i = 0; i < 60; i++) {
            assertThat(projected.values()[i * 10 + 8]).isNotZero();
            assertThat(projected.values()[i * 10 + 9]).isZero();
        }
    }

    @Test
    void aCutEqualsASmallerFit() {
        Features train = Samples.clouds(2, 60, 9, 3, 1);
        assertThat(Pca.fit(train, 7).first(3).transform(train).values())
                .isEqualTo(Pca.fit(train, 3).transform(train).values());
    }

    @Test
    void labelsStay() {
        Features train = Samples.clouds(2, 60, 9, 3, 1);
        assertThat(Pca.fit(train, 2).transform(train).labels()).isEqualTo(train.labels());
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "61"})
    void impossibleWidthsAreRefused(int components) {
        Features train = Samples.clouds(2, 60, 9, 3, 1);
        assertThatThrownBy(() -> Pca.fit(train, components))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 1 to 9");
    }

    private static SimpleMatrix centered(Features features, double[] means) {
        var matrix = new SimpleMatrix(features.rows(), features.width());
        for (int i = 0; i < features.rows(); i++) {
            for (int j = 0; j < features.width(); j++) {
                matrix.set(i, j, features.values()[i * features.width() + j] - means[j]);
            }
        }
        return matrix;
    }
}
