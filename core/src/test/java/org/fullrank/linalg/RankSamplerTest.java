package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.RankSampler.Columns;
import org.fullrank.linalg.RankSampler.Sketch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RankSamplerTest {
    static List<RankSampler> samplers() {
        return List.of(new Sketch(0), new Sketch(2), new Columns(0), new Columns(3));
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void aMatrixOfLowRankIsFoundExactly(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor a = lowRank(64, 4);
            for (int k : new int[] {4, 7, 64}) {
                LowRank found = sampler.sample(a, k, Keyed.of(2, k));
                assertThat(found.rank()).isEqualTo(k);
                assertThat(error(found, a)).isLessThan(1e-13);
            }
            for (int k = 1; k < 4; k++) {
                assertThat(error(sampler.sample(a, k, Keyed.of(2, k)), a)).isBetween(0.1, 1.0);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void complexMatricesAndSingleNumbersToo(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.complexGaussian(12, 3, Keyed.of(20))
                    .matmul(Orthogonal.complexGaussian(3, 12, Keyed.of(21)));
            assertThat(error(sampler.sample(a, 3, Keyed.of(3)), a)).isLessThan(1e-13);
            Tensor single = lowRank(12, 2).to(ScalarType.Float);
            LowRank found = sampler.sample(single, 2, Keyed.of(4));
            assertThat(found.a().scalar_type().intern()).isEqualTo(ScalarType.Float);
            assertThat(error(found, single)).isLessThan(1e-5);
        }
    }

    /// At full rank, below it, and matrices of rank 1.
    @ParameterizedTest
    @MethodSource("samplers")
    void eachMatrixOfAStackIsApproximated(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor random = Orthogonal.complexGaussian(3 * 6, 6, Keyed.of(22)).view(3, 6, 6);
            Tensor real = Orthogonal.gaussian(3 * 6, 6, Keyed.of(23)).view(3, 6, 6);
            for (Tensor stack : List.of(random, real)) {
                assertThat(errors(sampler.sample(stack, 6, Keyed.of(24)), stack))
                        .allMatch(e -> e < 1e-13);
                assertThat(errors(sampler.sample(stack, 2, Keyed.of(25)), stack))
                        .allMatch(e -> e > 0.1 && e < 1);
                Tensor one = stack.narrow(-1, 0, 1).matmul(stack.narrow(-2, 0, 1)); // each of another rank 1
                assertThat(errors(sampler.sample(one, 1, Keyed.of(26)), one)).allMatch(e -> e < 1e-13);
            }
        }
    }

    private static List<Double> errors(LowRank found, Tensor stack) {
        return IntStream.range(0, 3)
                .mapToObj(i ->
                        error(new LowRank(found.a().select(0, i), found.b().select(0, i)), stack.select(0, i)))
                .toList();
    }

    /// A V V' with orthonormal V: what is left over is orthogonal to the rows that were kept.
    @Test
    void aSketchProjectsTheRowsOnFewDirections() {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.gaussian(9, 9, Keyed.of(5));
            LowRank found = new Sketch(0).sample(a, 3, Keyed.of(6));
            zero(found.b().t().matmul(found.b()).sub(torch.eye(3, a.options())));
            zero(a.matmul(found.b()).sub(found.a()));
        }
    }

    @Test
    void powersBringASketchNearerToTheBestOfItsRank() {
        try (var scope = Scope.open()) {
            Tensor a = decaying(40);
            double best = 0; // of rank 5: the singular values from the sixth on
            double all = 0;
            for (int i = 0; i < 40; i++) {
                best += i < 5 ? 0 : Math.pow(0.7, 2.0 * i);
                all += Math.pow(0.7, 2.0 * i);
            }
            double plain = error(new Sketch(0).sample(a, 5, Keyed.of(7)), a);
            double powered = error(new Sketch(4).sample(a, 5, Keyed.of(7)), a);
            assertThat(powered).isLessThan(plain).isCloseTo(Math.sqrt(best / all), within(1e-3));
        }
    }

    /// H H' A, so k columns are left without error.
    @Test
    void drawnColumnsAreKept() {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.gaussian(10, 10, Keyed.of(8));
            LowRank found = new Columns(0).sample(a, 3, Keyed.of(9));
            SimpleMatrix left = OrthogonalUpdateTest.matrix(a.sub(found.product()));
            long kept = IntStream.range(0, 10)
                    .filter(j -> left.getColumn(j).normF() < 1e-13)
                    .count();
            assertThat(kept).isEqualTo(3);
            zero(found.a().t().matmul(found.a()).sub(torch.eye(3, a.options())));
            zero(a.t().matmul(found.a()).sub(found.b()));
        }
    }

    @Test
    void columnsAreDrawnInProportionToTheirNorms() {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.of(new double[][] {{1, 0, 0}, {0, 0, 2}, {0, 3, 0}});
            int draws = 6000;
            int[] counts = new int[3];
            for (int i = 0; i < draws; i++) {
                try (var inner = Scope.open()) {
                    double[] b = Tensors.doubles(
                            new Columns(0).sample(a, 1, Keyed.of(10, i)).b());
                    counts[
                            IntStream.range(0, 3)
                                    .filter(j -> Math.abs(b[j]) > 0.5)
                                    .findFirst()
                                    .orElseThrow()]++;
                }
            }
            assertThat(counts[0] / (double) draws).isCloseTo(1 / 6.0, within(0.015)); // 3 standard errors
            assertThat(counts[1] / (double) draws).isCloseTo(3 / 6.0, within(0.02));
            assertThat(counts[2] / (double) draws).isCloseTo(2 / 6.0, within(0.019));
        }
    }

    /// With all columns drawn, nothing is random: the leading directions of the scaled columns, and not the
    /// last ones.
    @Test
    void ofMoreColumnsThanTheRankTheLargestDirectionsStay() {
        try (var scope = Scope.open()) {
            Tensor a = decaying(8);
            LowRank found = new Columns(100).sample(a, 2, Keyed.of(11));
            SimpleMatrix scaled = OrthogonalUpdateTest.matrix(a);
            for (int j = 0; j < 8; j++) {
                double norm = scaled.getColumn(j).normF();
                scaled.setColumn(j, scaled.getColumn(j).divide(Math.sqrt(norm)));
            }
            SimpleMatrix u = scaled.svd().getU().extractMatrix(0, 8, 0, 2);
            SimpleMatrix expected = u.mult(u.transpose()).mult(OrthogonalUpdateTest.matrix(a));
            assertThat(Tensors.doubles(found.product()))
                    .containsExactly(expected.getDDRM().getData(), within(1e-13));
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void zerosAreFoundToBeZero(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor a = Tensors.of(new double[25], 5, 5);
            assertThat(Tensors.doubles(sampler.sample(a, 2, Keyed.of(12)).product()))
                    .containsOnly(0);
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void theSameKeyGivesTheSameApproximation(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.gaussian(6, 6, Keyed.of(13));
            double[] one = Tensors.doubles(sampler.sample(a, 2, Keyed.of(14)).product());
            assertThat(Tensors.doubles(sampler.sample(a, 2, Keyed.of(14)).product()))
                    .containsExactly(one);
            assertThat(Tensors.doubles(sampler.sample(a, 2, Keyed.of(15)).product()))
                    .isNotEqualTo(one);
        }
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void whatCannotBeApproximatedIsRefused(RankSampler sampler) {
        try (var scope = Scope.open()) {
            Tensor a = Orthogonal.gaussian(4, 4, Keyed.of(16));
            refused(() -> sampler.sample(a, 5, Keyed.of(17)), "rank 5 of a matrix with 4 rows, expected 1 to 4");
            refused(() -> sampler.sample(a, 0, Keyed.of(17)), "rank 0");
            refused(() -> sampler.sample(a.narrow(0, 0, 3), 1, Keyed.of(17)), "a square matrix");
            refused(() -> sampler.sample(a.div(Tensors.scalar(0)), 1, Keyed.of(17)), "not finite");
            refused(() -> new Sketch(-1), "powers: found -1");
            refused(() -> new Columns(-1), "extra: found -1");
        }
    }

    private static void refused(ThrowingCallable work, String words) {
        assertThatThrownBy(work)
                .isInstanceOf(InputException.class)
                .message()
                .contains(words, "expected")
                .doesNotContain("\n");
    }

    private static Tensor lowRank(int n, int rank) {
        return Orthogonal.gaussian(n, rank, Keyed.of(1, rank)).matmul(Orthogonal.gaussian(rank, n, Keyed.of(2, rank)));
    }

    /// Singular values 1, 0.7, 0.49, ...
    private static Tensor decaying(int n) {
        double[] values = new double[n];
        java.util.Arrays.setAll(values, i -> Math.pow(0.7, i));
        return Orthogonal.random(n, Keyed.of(18)).mul(Tensors.of(values, n)).matmul(Orthogonal.random(n, Keyed.of(19)));
    }

    private static double error(LowRank found, Tensor a) {
        return Tensors.value(found.product().sub(a).norm()) / Tensors.value(a.norm());
    }

    private static void zero(Tensor t) {
        assertThat(Tensors.value(t.abs().max())).isLessThan(1e-13);
    }
}
