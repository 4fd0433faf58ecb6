package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrthogonalTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 17, 64})
    void aRandomMatrixIsOrthogonalAndDependsOnItsKeyAlone(int n) {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(n, Keyed.of(1, n));
            assertThat(Orthogonal.error(u)).isLessThan(1e-14);
            assertThat(Orthogonal.is(u)).isTrue();
            assertThat(Orthogonal.error(Orthogonal.randomUnitary(n, Keyed.of(1, n))))
                    .isLessThan(1e-14);
            assertThat(Tensors.doubles(Orthogonal.random(n, Keyed.of(1, n)))).containsExactly(Tensors.doubles(u));
        }
    }

    /// Of Haar's measure, the entries have mean 0 and mean square 1/n, the trace has mean 0 and mean square 1,
    /// and half of the determinants are negative. Without the signs of R, the mean trace is not 0.
    @Test
    void randomMatricesHaveTheMomentsOfHaarsMeasure() {
        int draws = 4000;
        double trace = 0;
        double square = 0;
        double first = 0;
        int negative = 0;
        for (int i = 0; i < draws; i++) {
            try (var scope = Scope.open()) {
                Tensor u = Orthogonal.random(4, Keyed.of(2, i));
                double[] values = Tensors.doubles(u);
                double t = values[0] + values[5] + values[10] + values[15];
                trace += t / draws;
                square += t * t / draws;
                first += values[0] * values[0] / draws;
                negative += Orthogonal.sign(u) < 0 ? 1 : 0;
            }
        }
        assertThat(trace).isCloseTo(0, within(0.05)); // 3 standard errors
        assertThat(square).isCloseTo(1, within(0.07));
        assertThat(first).isCloseTo(0.25, within(0.012));
        assertThat((double) negative / draws).isCloseTo(0.5, within(0.024));
    }

    @Test
    void theNearestMatrixIsThePolarFactor() {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.gaussian(6, 6, Keyed.of(3));
            SimpleMatrix u = OrthogonalUpdateTest.matrix(Orthogonal.nearest(a));
            SimpleMatrix h = u.transpose().mult(OrthogonalUpdateTest.matrix(a));
            assertThat(h.minus(h.transpose()).normF()).isLessThan(1e-13);
            assertThat(h.eig().getEigenvalues()).allMatch(l -> l.getReal() > 0);
            assertThat(u.transpose().mult(u).minus(SimpleMatrix.identity(6)).normF())
                    .isLessThan(1e-14);
        }
    }

    @Test
    void restoringSquaresTheError() {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(12, Keyed.of(4));
            u.add_(Orthogonal.gaussian(12, 12, Keyed.of(5)), Tensors.scalar(1e-6));
            double before = Orthogonal.error(u);
            double[] nearest = Tensors.doubles(Orthogonal.nearest(u));
            Orthogonal.restore(u);
            assertThat(before).isGreaterThan(1e-6);
            assertThat(Orthogonal.error(u)).isLessThan(20 * before * before);
            assertThat(Tensors.doubles(u)).containsExactly(nearest, within(1e-9));
            Tensor single = Orthogonal.random(12, Keyed.of(6)).to(ScalarType.Float);
            assertThat(Orthogonal.is(single)).isTrue();
        }
    }

    @Test
    void whatIsNotOrthogonalIsRefusedInOneLine() {
        try (var scope = Scope.open()) {
            Tensor u = Orthogonal.random(5, Keyed.of(7));
            Orthogonal.require("matrix", u);
            refused(() -> Orthogonal.require("matrix", u.mul(Tensors.scalar(1.01))), "matrix: found", "= 0.020");
            refused(() -> Orthogonal.require("matrix", u.narrow(0, 0, 4)), "[4, 5] Double", "a square matrix");
            refused(() -> Orthogonal.require("matrix", u.div(Tensors.scalar(0))), "matrix: found", "N");
            refused(() -> Orthogonal.nearest(u.div(Tensors.scalar(0))), "not finite", "finite numbers");
            Tensor gaussian = Orthogonal.gaussian(5, 5, Keyed.of(8)).to(ScalarType.Float);
            refused(() -> Orthogonal.require("matrix", gaussian), "matrix: found", "polar factor");
        }
    }

    @Test
    void aTargetOfTheOtherDeterminantIsRefused() {
        try (var scope = Scope.open()) {
            Tensor u = Tensors.of(new double[] {1, 0, 0, 1}, 2, 2);
            Tensor mirror = Tensors.of(new double[] {1, 0, 0, -1}, 2, 2);
            assertThat(Orthogonal.sign(u)).isEqualTo(1);
            assertThat(Orthogonal.sign(mirror)).isEqualTo(-1);
            assertThat(Orthogonal.sign(Tensors.of(new double[4], 2, 2))).isZero();
            assertThatThrownBy(() -> Orthogonal.sign(Tensors.of(new double[] {1, 0, 0, Double.NaN}, 2, 2)))
                    .hasMessageStartingWith("determinant: found a number that is not finite");
            Tensor large = Orthogonal.random(700, Keyed.of(9)); // an LU factorization would overflow the stack
            int sign = Orthogonal.sign(large);
            large.select(1, 3).neg_();
            assertThat(Orthogonal.sign(large)).isEqualTo(-sign);
            for (int i = 0; i < 20; i++) {
                Tensor drawn = Orthogonal.gaussian(7, 7, Keyed.of(10, i));
                assertThat(Orthogonal.sign(drawn)).isEqualTo((int)
                        Math.signum(OrthogonalUpdateTest.matrix(drawn).determinant()));
            }
            Orthogonal.requireReachable("target", u, u);
            refused(() -> Orthogonal.requireReachable("target", u, mirror), "+1 and -1", "equal ones");
        }
    }

    private static void refused(ThrowingCallable work, String... words) {
        assertThatThrownBy(work)
                .isInstanceOf(InputException.class)
                .message()
                .contains(words)
                .contains("expected")
                .doesNotContain("\n");
    }
}
