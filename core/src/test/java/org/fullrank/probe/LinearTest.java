package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinearTest {
    private static final Features TRAIN = Samples.clouds(2, 240, 6, 3, 0.5);
    private static final Features TEST = Samples.clouds(3, 150, 6, 3, 0.5);

    @ParameterizedTest
    @CsvSource({"1e-4", "1e-2", "1"})
    void minimumAndAnswersEqualThoseOfPlainGradientDescentInFloat64(double l2) {
        var outcome = Linear.evaluate(TRAIN, TEST, new LinearProtocol(l2, 1e-5, 500));
        var naive = new Naive(TRAIN, l2);
        naive.descend(5_000);
        assertThat(outcome.converged()).isTrue();
        assertThat(outcome.loss()).isCloseTo(naive.loss(), within(1e-5));
        assertThat(outcome.accuracy().correct()).isCloseTo(naive.correct(TEST), within(1));
    }

    @Test
    void gradientEqualsFiniteDifferences() {
        try (var scope = Scope.open()) {
            var naive = new Naive(TRAIN, 0.1);
            float[] x = naive.rowsWithOnes();
            var loss = new SoftmaxLoss(Tensors.of(x, 240, 7), TRAIN.labels(), 3, 0.1);
            double[] point = new double[loss.size()];
            var random = Keyed.of(4);
            for (int i = 0; i < point.length; i++) {
                point[i] = random.nextGaussian() / 2;
            }
            double[] gradient = new double[point.length];
            naive.weights = point;
            assertThat(loss.evaluate(point, gradient)).isCloseTo(naive.loss(), within(1e-6));
            for (int i = 0; i < point.length; i++) {
                double at = point[i];
                point[i] = at + 1e-5;
                double above = naive.loss();
                point[i] = at - 1e-5;
                double below = naive.loss();
                point[i] = at;
                assertThat(gradient[i]).isCloseTo((above - below) / 2e-5, within(1e-6));
            }
        }
    }

    @Test
    void separableClassesAreSeparated() {
        Features train = Samples.clouds(2, 90, 4, 3, 30);
        Features test = Samples.clouds(3, 300, 4, 3, 30);
        var outcome = Linear.evaluate(train, test, LinearProtocol.defaults());
        assertThat(outcome.accuracy()).isEqualTo(new Accuracy(300, 300));
        assertThat(outcome.converged()).isTrue();
    }

    @Test
    void unitsOfFeaturesDoNotMatterAndConstantsAreIgnored() {
        var plain = Linear.evaluate(TRAIN, TEST, new LinearProtocol(0.01, 1e-5, 500));
        var other = Linear.evaluate(distorted(TRAIN), distorted(TEST), new LinearProtocol(0.01, 1e-5, 500));
        assertThat(other.loss()).isCloseTo(plain.loss(), within(1e-5));
        assertThat(other.accuracy().correct()).isCloseTo(plain.accuracy().correct(), within(1));
    }

    @Test
    void moreFeaturesThanRowsConverge() {
        Features train = Samples.clouds(2, 40, 200, 4, 0.3);
        var outcome = Linear.evaluate(train, Samples.clouds(3, 80, 200, 4, 0.3), LinearProtocol.defaults());
        assertThat(outcome.converged()).isTrue();
        assertThat(outcome.accuracy().share()).isGreaterThan(0.9);
    }

    @Test
    void aFitThatIsCutShortSaysSo() {
        var outcome = Linear.evaluate(TRAIN, TEST, new LinearProtocol(1e-6, 1e-9, 2));
        assertThat(outcome.converged()).isFalse();
        assertThat(outcome.iterations()).isEqualTo(2);
        assertThat(outcome).hasToString(outcome.accuracy() + " (not converged after 2 iterations)");
    }

    @Test
    void equalInputGivesEqualOutcome() {
        assertThat(Linear.evaluate(TRAIN, TEST, LinearProtocol.defaults()))
                .isEqualTo(Linear.evaluate(TRAIN, TEST, LinearProtocol.defaults()));
    }

    @Test
    void aSingleClassIsRefused() {
        var single = new Features(new float[20], 2, new int[10], Samples.names(2));
        assertThatThrownBy(() -> Linear.evaluate(single, single, LinearProtocol.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("single class");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1, 10", "-1, 0.1, 10", "NaN, 0.1, 10", "1, 0, 10", "1, 1, 10", "1, 0.1, 0"})
    void impossibleProtocolsAreRefused(double l2, double tolerance, int iterations) {
        assertThatThrownBy(() -> new LinearProtocol(l2, tolerance, iterations)).isInstanceOf(InputException.class);
    }

    /// Each feature in another unit with an offset, and a constant one before them.
    private static Features distorted(Features features) {
        int width = features.width();
        float[] values = new float[features.rows() * (width + 1)];
        for (int i = 0; i < features.rows(); i++) {
            values[i * (width + 1)] = 0.1f;
            for (int j = 0; j < width; j++) {
                values[i * (width + 1) + j + 1] = 100 * j - (1 << j) * features.values()[i * width + j];
            }
        }
        return features.with(values, width + 1);
    }

    /// Logistic regression in float64 by plain gradient descent.
    private static final class Naive {
        private final Features train;
        private final double l2;
        private final double[] means;
        private final double[] stds;
        private double[] weights; // [C, D + 1]

        Naive(Features train, double l2) {
            this.train = train;
            this.l2 = l2;
            int width = train.width();
            means = new double[width];
            stds = new double[width];
            weights = new double[train.names().size() * (width + 1)];
            for (int j = 0; j < width; j++) {
                double sum = 0;
                double squares = 0;
                for (int i = 0; i < train.rows(); i++) {
                    sum += train.values()[i * width + j];
                }
                means[j] = sum / train.rows();
                for (int i = 0; i < train.rows(); i++) {
                    squares += Math.pow(train.values()[i * width + j] - means[j], 2);
                }
                stds[j] = Math.sqrt(squares / train.rows());
            }
        }

        double[] row(Features features, int i) {
            int width = features.width();
            double[] row = new double[width + 1];
            for (int j = 0; j < width; j++) {
                row[j] = (features.values()[i * width + j] - means[j]) / stds[j];
            }
            row[width] = 1;
            return row;
        }

        float[] rowsWithOnes() {
            float[] all = new float[train.rows() * (train.width() + 1)];
            for (int i = 0; i < train.rows(); i++) {
                double[] row = row(train, i);
                for (int j = 0; j < row.length; j++) {
                    all[i * row.length + j] = (float) row[j];
                }
            }
            return all;
        }

        double[] shares(double[] row) {
            int classes = train.names().size();
            double[] shares = new double[classes];
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double logit = 0;
                for (int j = 0; j < row.length; j++) {
                    logit += weights[c * row.length + j] * row[j];
                }
                shares[c] = Math.exp(logit);
                sum += shares[c];
            }
            for (int c = 0; c < classes; c++) {
                shares[c] /= sum;
            }
            return shares;
        }

        double loss() {
            double loss = 0;
            for (int i = 0; i < train.rows(); i++) {
                loss -= Math.log(shares(row(train, i))[train.labels()[i]]) / train.rows();
            }
            for (int i = 0; i < weights.length; i++) {
                loss += i % (train.width() + 1) == train.width() ? 0 : l2 / 2 * weights[i] * weights[i];
            }
            return loss;
        }

        void descend(int steps) {
            for (int step = 0; step < steps; step++) {
                double[] gradient = new double[weights.length];
                for (int i = 0; i < train.rows(); i++) {
                    double[] row = row(train, i);
                    double[] shares = shares(row);
                    for (int c = 0; c < shares.length; c++) {
                        double residual = shares[c] - (train.labels()[i] == c ? 1 : 0);
                        for (int j = 0; j < row.length; j++) {
                            gradient[c * row.length + j] += residual * row[j] / train.rows();
                        }
                    }
                }
                for (int i = 0; i < weights.length; i++) {
                    gradient[i] += i % (train.width() + 1) == train.width() ? 0 : l2 * weights[i];
                    weights[i] -= 0.5 * gradient[i];
                }
            }
        }

        int correct(Features test) {
            int correct = 0;
            for (int i = 0; i < test.rows(); i++) {
                double[] shares = shares(row(test, i));
                int best = 0;
                for (int c = 1; c < shares.length; c++) {
                    best = shares[c] > shares[best] ? c : best;
                }
                correct += best == test.labels()[i] ? 1 : 0;
            }
            return correct;
        }
    }

    /// The affine map and the solver on standardized features are one classifier.
    @Test
    void theAffineMapHasTheAnswersOfTheProbe() {
        Features train = distorted(TRAIN);
        Features test = distorted(TEST);
        Linear.Affine affine = Linear.affine(train, LinearProtocol.defaults());
        assertThat(affine.converged()).isTrue();
        assertThat(affine.classes(test))
                .isEqualTo(Linear.answer(train, test, LinearProtocol.defaults()).classes());
        assertThat(Linear.affine(TRAIN, new LinearProtocol(1e-6, 1e-9, 2)).converged())
                .isFalse();
    }
}
