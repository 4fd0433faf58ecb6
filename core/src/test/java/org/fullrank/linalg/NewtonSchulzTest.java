package org.fullrank.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewtonSchulzTest {
    @ParameterizedTest
    @CsvSource({"3,3", "5,40", "40,5", "1,7", "7,1", "64,64"})
    void theFactorHasSingularValuesNearOneAndTheSingularVectorsOfTheMatrix(int rows, int columns) {
        try (var scope = Scope.open()) {
            Tensor m = Orthogonal.gaussian(rows, columns, Keyed.of(1, rows, columns))
                    .mul(Tensors.scalar(1e4));
            Tensor polar = NewtonSchulz.polar(m);
            assertThat(Tensors.shape(polar)).containsExactly(rows, columns);
            double[] singular = Tensors.doubles(torch.linalg_svdvals(polar));
            assertThat(Arrays.stream(singular).max().orElseThrow()).isLessThan(1.25);
            // Five iterations do not lift the smallest singular values of a large square matrix far enough.
            long least = rows == 64 ? 60 : singular.length;
            assertThat(Arrays.stream(singular).filter(s -> s > 0.6).count()).isGreaterThanOrEqualTo(least);
            Tensor product = polar.t().mm(m); // symmetric, as Q f(S) S Q'
            double apart = Tensors.value(product.sub(product.t()).norm().div(product.norm()));
            assertThat(apart).isLessThan(1e-12);
        }
    }

    @Test
    void bfloat16GivesNearlyTheSame() {
        try (var scope = Scope.open()) {
            Tensor m = Orthogonal.gaussian(20, 90, Keyed.of(1));
            Tensor exact = NewtonSchulz.polar(m);
            Tensor coarse = NewtonSchulz.polar(m.to(ScalarType.Float), ScalarType.BFloat16);
            assertThat(coarse.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
            double apart =
                    Tensors.value(coarse.to(ScalarType.Double).sub(exact).norm().div(exact.norm()));
            assertThat(apart).isBetween(1e-6, 0.1);
        }
    }

    @Test
    void aMatrixOfZerosStaysZero() {
        try (var scope = Scope.open()) {
            assertThat(Tensors.doubles(NewtonSchulz.polar(Tensors.of(new double[6], 2, 3))))
                    .containsOnly(0);
        }
    }
}
