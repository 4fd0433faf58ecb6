package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.NoisyCopies;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.VarianceHinge;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InformationBoundTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.withoutGradients();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /// Correlated rows of `D` dimensions with deviations near `size`.
    private static Tensor rows(long seed, int n, int d, double size) {
        Tensor mix = NoisyCopies.draws(ScalarType.Double, d, new long[] {d}, seed, 1);
        Tensor z = NoisyCopies.draws(ScalarType.Double, n, new long[] {d}, seed, 2);
        return z.matmul(mix).mul(Tensors.scalar(size / Math.sqrt(d))).add(Tensors.scalar(3));
    }

    @ParameterizedTest
    @CsvSource({"1, 5, .2", "2, 5, 1", "3, 8, 3", "4, 2, .01", "5, 30, .7"})
    void eachBoundIsAboveTheOneBefore(long seed, int d, double size) {
        InformationBound bound = InformationBound.of(rows(seed, 100, d, size), rows(seed + 9, 100, d, size), 1, 0);
        assertThat(bound.correlated()).isGreaterThan(bound.gaussian());
        assertThat(bound.diagonal()).isGreaterThan(bound.correlated());
        assertThat(bound.terms()).isGreaterThanOrEqualTo(bound.correlated());
    }

    @Test
    void theQuantitiesAreThoseOfTheirDefinitions() {
        Tensor z = rows(1, 50, 4, 1);
        Tensor other = rows(2, 50, 4, 1);
        InformationBound bound = InformationBound.of(z, other, .9, 0);
        SimpleMatrix x = new SimpleMatrix(50, 4, true, Tensors.doubles(z));
        SimpleMatrix y = new SimpleMatrix(50, 4, true, Tensors.doubles(other));
        SimpleMatrix ones = SimpleMatrix.filled(50, 1, 1);
        SimpleMatrix centered = x.minus(ones.mult(ones.transpose().mult(x)).divide(50));
        SimpleMatrix s = centered.transpose().mult(centered).divide(49);
        double constant = 2 * (Math.log(2 * Math.PI) + 1);
        double diagonal = 0;
        for (int j = 0; j < 4; j++) {
            diagonal += Math.log(s.get(j, j)) / 2;
        }
        assertThat(bound.gaussian()).isCloseTo(constant + Math.log(s.determinant()) / 2, within(1e-10));
        assertThat(bound.diagonal()).isCloseTo(constant + diagonal, within(1e-10));
        double squares = x.minus(y).normF() * x.minus(y).normF();
        assertThat(bound.agreement()).isCloseTo(-squares / 100 - 2 * Math.log(2 * Math.PI), within(1e-10));
    }

    /// The variance and the covariance are those that VICReg minimizes.
    @Test
    void theTermsAreThoseOfVicreg() {
        Tensor z = rows(3, 60, 6, .8);
        InformationBound bound = InformationBound.of(z, z, VarianceHinge.DEFAULT_GAMMA, VarianceHinge.DEFAULT_EPSILON);
        var hinge = new VarianceHinge(VarianceHinge.DEFAULT_GAMMA, VarianceHinge.DEFAULT_EPSILON);
        assertThat(bound.variance())
                .isCloseTo(Tensors.value(hinge.evaluate(z, 0).total()), within(1e-10));
        assertThat(bound.covariance())
                .isCloseTo(Tensors.value(new Covariance().evaluate(z, 0).total()), within(1e-10));
    }

    /// For uncorrelated dimensions with the deviation gamma, all bounds are equal.
    @Test
    void theChainIsTightWhereVicregIsSatisfied() {
        int n = 4;
        Tensor z = Tensors.of(new double[][] {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}}); // variance n / (n - 1)
        double gamma = Math.sqrt(n / (n - 1.0));
        InformationBound bound = InformationBound.of(z, z, gamma, 0);
        double entropy = Math.log(2 * Math.PI) + 1 + 2 * Math.log(gamma);
        assertThat(new double[] {bound.gaussian(), bound.correlated(), bound.diagonal(), bound.terms()})
                .containsOnly(new double[] {entropy}, within(1e-12));
        assertThat(bound.variance()).isCloseTo(0, within(1e-15));
        assertThat(bound.agreement()).isCloseTo(-Math.log(2 * Math.PI), within(1e-12));
    }

    @Test
    void badInputsAreRefusedInOneLine() {
        Tensor z = rows(1, 20, 3, 1);
        assertThatThrownBy(() -> InformationBound.of(z, rows(1, 21, 3, 1), 1, 0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected two views of one shape");
        assertThatThrownBy(() -> InformationBound.of(rows(1, 3, 3, 1), rows(2, 3, 3, 1), 1, 0))
                .hasMessage("information: found 3 rows of 3 dimensions, expected more rows than dimensions; give more"
                        + " items");
        assertThatThrownBy(() -> InformationBound.of(z.mul(Tensors.scalar(0)), z, 1, 0))
                .hasMessageStartingWith("information: found a dimension that is equal in all rows");
        Tensor tenths = Tensors.of(new double[] {.1, .1, .1}, 3, 1); // whose mean is not exactly .1
        assertThatThrownBy(() -> InformationBound.of(tenths, tenths, 1, 0))
                .hasMessageStartingWith("information: found a dimension that is equal in all rows");
        Tensor copied = z.clone();
        copied.narrow(1, 0, 1).copy_(copied.narrow(1, 1, 1));
        assertThatThrownBy(() -> InformationBound.of(copied, z, 1, 0))
                .hasMessageStartingWith("information: found a dimension that is a sum of others");
        assertThat(InformationBound.of(copied, z, 1, 1e-4).gaussian()).isFinite();
        assertThatThrownBy(() -> InformationBound.of(z.mul(Tensors.scalar(Double.NaN)), z, 1, 0))
                .hasMessageStartingWith("information: found NaN or infinity");
        assertThatThrownBy(() -> InformationBound.of(z, z, 0, 0)).hasMessageStartingWith("gamma: found 0.0");
        assertThatThrownBy(() -> InformationBound.of(z, z, 1, -1)).hasMessageStartingWith("epsilon: found -1.0");
    }
}
