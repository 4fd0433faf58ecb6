package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.GaussianMixture.Bounds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianMixtureTest {
    private static final double LOG_2_PI_E = Math.log(2 * Math.PI) + 1;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.withoutGradients();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /// Random means and covariances of this size.
    private record Numbers(double[][] means, SimpleMatrix[] covariances) {
        static Numbers random(long seed, int count, int width, double size) {
            var random = Keyed.of(seed, 1);
            double[][] means = new double[count][width];
            SimpleMatrix[] covariances = new SimpleMatrix[count];
            for (int n = 0; n < count; n++) {
                Arrays.setAll(means[n], j -> random.nextGaussian());
                SimpleMatrix a = new SimpleMatrix(width, width + 1);
                for (int k = 0; k < a.getNumElements(); k++) {
                    a.set(k, size * random.nextGaussian());
                }
                covariances[n] = a.mult(a.transpose());
            }
            return new Numbers(means, covariances);
        }

        GaussianMixture mixture() {
            int width = means[0].length;
            double[] flat = new double[means.length * width * width];
            for (int n = 0; n < means.length; n++) {
                System.arraycopy(covariances[n].getDDRM().getData(), 0, flat, n * width * width, width * width);
            }
            return new GaussianMixture(Tensors.of(means), Tensors.of(flat, means.length, width, width));
        }

        private SimpleMatrix shift(int i, int j) {
            return new SimpleMatrix(means[0].length, 1, true, means[i])
                    .minus(new SimpleMatrix(means[0].length, 1, true, means[j]));
        }

        /// The divergence of component i from j, by its definition.
        double divergence(int i, int j) {
            SimpleMatrix inverse = covariances[j].invert();
            return .5
                    * (Math.log(covariances[j].determinant())
                            - Math.log(covariances[i].determinant())
                            + shift(i, j)
                                    .transpose()
                                    .mult(inverse)
                                    .mult(shift(i, j))
                                    .get(0)
                            + inverse.mult(covariances[i]).trace()
                            - means[0].length);
        }

        double bhattacharyya(int i, int j) {
            SimpleMatrix s = covariances[i].plus(covariances[j]).divide(2);
            return shift(i, j).transpose().mult(s.invert()).mult(shift(i, j)).get(0) / 8
                    + .5
                            * Math.log(s.determinant()
                                    / Math.sqrt(covariances[i].determinant() * covariances[j].determinant()));
        }

        interface Distance {
            double of(int i, int j);
        }

        double bound(Distance distance) {
            double within = 0;
            double closeness = 0;
            for (int i = 0; i < means.length; i++) {
                within += means[0].length * LOG_2_PI_E / 2 + Math.log(covariances[i].determinant()) / 2;
                double sum = 0;
                for (int j = 0; j < means.length; j++) {
                    sum += Math.exp(-distance.of(i, j));
                }
                closeness += Math.log(sum / means.length);
            }
            return (within - closeness) / means.length;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {.05, .5, 3})
    void theBoundsAreThoseOfTheirDefinitions(double size) {
        Numbers numbers = Numbers.random(1, 15, 4, size);
        Bounds bounds = numbers.mixture().bounds();
        assertThat(bounds.lower()).isCloseTo(numbers.bound(numbers::bhattacharyya), within(1e-10));
        assertThat(bounds.upper()).isCloseTo(numbers.bound(numbers::divergence), within(1e-10));
        assertThat(bounds.components()).isCloseTo(numbers.bound((i, j) -> 0), within(1e-10));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.05, .2, 1, 3})
    void theBoundsBracketAnEstimateFromSamples(double size) {
        GaussianMixture mixture = Numbers.random(7, 40, 3, size).mixture();
        Bounds bounds = mixture.bounds();
        GaussianMixture.Estimate sampled = mixture.sampled(1000, 0);
        assertThat(sampled.error()).isLessThan(.01);
        assertThat(bounds.lower()).isLessThan(sampled.value() + 3 * sampled.error());
        assertThat(bounds.upper()).isGreaterThan(sampled.value() - 3 * sampled.error());
        assertThat(bounds.gaussian()).isGreaterThan(sampled.value() - 3 * sampled.error());
        assertThat(bounds.diagonal()).isGreaterThan(bounds.gaussian());
        assertThat(bounds.components()).isLessThanOrEqualTo(bounds.lower());
        assertThat(bounds.upper()).isLessThanOrEqualTo(bounds.components() + Math.log(40));
    }

    @Test
    void oneComponentHasOneEntropy() {
        GaussianMixture one = Numbers.random(3, 1, 5, .7).mixture();
        Bounds bounds = one.bounds();
        assertThat(new double[] {bounds.lower(), bounds.upper(), bounds.gaussian()})
                .containsOnly(new double[] {bounds.components()}, within(1e-12));
        GaussianMixture.Estimate sampled = one.sampled(20_000, 1); // more than one block
        assertThat(sampled.value()).isCloseTo(bounds.components(), within(4 * sampled.error()));
    }

    @Test
    void equalComponentsAreOneAndFarOnesAreSeparate() {
        Numbers numbers = Numbers.random(4, 1, 3, 1);
        SimpleMatrix s = numbers.covariances[0];
        double own = numbers.bound((i, j) -> 0);
        var equal = new Numbers(new double[3][3], new SimpleMatrix[] {s, s, s});
        assertThat(equal.mixture().bounds().upper()).isCloseTo(own, within(1e-12));
        var far = new Numbers(new double[][] {{0, 0, 0}, {1e3, 0, 0}, {0, 1e3, 0}}, new SimpleMatrix[] {s, s, s});
        Bounds bounds = far.mixture().bounds();
        assertThat(bounds.lower()).isCloseTo(own + Math.log(3), within(1e-12));
        assertThat(bounds.upper()).isCloseTo(own + Math.log(3), within(1e-12));
    }

    /// Outputs and covariances `.04 J J'` of a small network at three points.
    @Test
    void goldenCovarianceAndGaussianBound() {
        double[][] j = {{.02, -1.02, -.07, .09}, {-.28, .08, -.63, .18}, {.6, -.3, .5, -.25}};
        SimpleMatrix[] covariances = new SimpleMatrix[3];
        Arrays.setAll(covariances, n -> {
            SimpleMatrix jacobian = new SimpleMatrix(2, 2, true, j[n]);
            return jacobian.mult(jacobian.transpose()).scale(.04);
        });
        double[][] means = {{-.12, .29}, {.416, .936}, {.96, .8}};
        double[] flat = new double[12];
        for (int n = 0; n < 3; n++) {
            System.arraycopy(covariances[n].getDDRM().getData(), 0, flat, 4 * n, 4);
        }
        Tensor rows = Tensors.of(flat, 3, 2, 2);
        GaussianMixture mixture = new GaussianMixture(Tensors.of(means), rows);
        assertThat(Tensors.doubles(mixture.covariance()))
                .containsExactly(
                        new double[] {.215411555556, .097753777778, .097753777778, .087387555556}, within(1e-12));
        assertThat(mixture.gaussian()).isCloseTo(.497309567910, within(1e-11));
        assertThat(2 * (mixture.gaussian() - LOG_2_PI_E)).isCloseTo(-4.681134996998, within(1e-11));
        assertThat(2 * (mixture.diagonal() - LOG_2_PI_E)).isCloseTo(-3.972607260143, within(1e-11));
        assertThatThrownBy(mixture::bounds) // two of the Jacobians have rank 1
                .isInstanceOf(InputException.class)
                .hasMessage("mixture: found covariance 1 (from 0) without variance in some direction, so the entropy is"
                        + " minus infinity, expected positive definite ones; add noise to the outputs");
        assertThatThrownBy(() -> mixture.sampled(10, 0)).hasMessageContaining("covariance 1 (from 0)");
    }

    @Test
    void blurMakesSingularCovariancesPositive() {
        Tensor means = Tensors.of(new double[2][2]);
        GaussianMixture singular =
                new GaussianMixture(means, Tensors.of(new double[] {1, 0, 0, 1, 1, 1, 1, 1}, 2, 2, 2));
        assertThatThrownBy(singular::bounds).hasMessageContaining("covariance 1 (from 0)");
        Bounds bounds = singular.blurred(.01).bounds();
        double first = LOG_2_PI_E + Math.log(1.01);
        double second = LOG_2_PI_E + Math.log(1.01 * 1.01 - 1) / 2;
        assertThat(bounds.components()).isCloseTo((first + second) / 2, within(1e-12));
    }

    @Test
    void badInputsAreRefusedInOneLine() {
        Tensor means = Tensors.of(new double[2][2]);
        Tensor identities = Tensors.of(new double[] {1, 0, 0, 1, 1, 0, 0, 1}, 2, 2, 2);
        assertThatThrownBy(() -> new GaussianMixture(Tensors.of(new double[3][2]), identities))
                .hasMessageContaining("expected [N, D] and [N, D, D]");
        assertThatThrownBy(() -> new GaussianMixture(means.to(ScalarType.Float), identities))
                .hasMessage("mixture: found Float and Double, expected float64; convert them");
        assertThatThrownBy(() -> new GaussianMixture(Tensors.of(new double[][] {{1, Double.NaN}, {0, 0}}), identities))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("mixture: found NaN or infinity");
        assertThatThrownBy(() ->
                        new GaussianMixture(means, Tensors.of(new double[] {1, .5, 0, 1, 1, 0, 0, 1}, 2, 2, 2)))
                .hasMessageContaining("not symmetric");
        // a large component does not hide it
        double[] unlike = {1e12, 0, 0, 1e12, 1, .9, 0, 1};
        assertThatThrownBy(() -> new GaussianMixture(means, Tensors.of(unlike, 2, 2, 2)))
                .hasMessageContaining("not symmetric");
        GaussianMixture constant = new GaussianMixture(means, Tensors.of(new double[8], 2, 2, 2));
        assertThatThrownBy(constant::bounds).hasMessageContaining("covariance 0 (from 0)");
        assertThat(constant.gaussian()).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThatThrownBy(() -> new GaussianMixture(means, identities).sampled(1, 0))
                .hasMessageContaining("found 1 samples");
    }
}
