package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.SignalShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FactorModelTest {
    private static final double STEP = 1e-6;

    private record Case(FitLoss loss, FactorSign rows, FactorSign columns, List<SignalShape> sides) {}

    static Stream<Case> cases() {
        List<SignalShape> matrix = List.of(SignalShape.line(7), SignalShape.line(6));
        return Stream.of(
                new Case(new FitLoss.L2(), FactorSign.ANY, FactorSign.ANY, matrix),
                new Case(new FitLoss.L1(), FactorSign.ANY, FactorSign.SOFTPLUS, matrix),
                new Case(FitLoss.Huber.defaults(), FactorSign.RELU, FactorSign.ABS, matrix),
                new Case(new FitLoss.Poisson(), FactorSign.SOFTPLUS, FactorSign.SOFTPLUS, matrix),
                new Case(
                        new FitLoss.L2(),
                        FactorSign.ANY,
                        FactorSign.ANY,
                        List.of(new SignalShape(6, 5), SignalShape.line(5))),
                new Case(
                        new FitLoss.L2(),
                        FactorSign.ANY,
                        FactorSign.ANY,
                        List.of(SignalShape.line(5), SignalShape.line(6), SignalShape.line(5))));
    }

    private static Tensor loss(FactorModel model, FitLoss loss, Tensor measured, Tensor weights) {
        return FactorModel.loss(loss, Factors.product(model.factors(4)), measured, weights);
    }

    /// Every 41st parameter, so that each layer has some.
    @ParameterizedTest
    @MethodSource("cases")
    void gradientsEqualFiniteDifferences(Case example) {
        DecompositionSettings settings = Noisy.settings(2, 1, example.loss(), example.rows(), example.columns());
        int columns = example.sides().getLast().size();
        int size = example.sides().stream().mapToInt(SignalShape::size).reduce(1, (a, b) -> a * b);
        Noisy noisy = Noisy.matrix(size / columns, columns, 2, 0, 1);
        try (var scope = Scope.open();
                var model = new FactorModel(settings, example.sides(), ScalarType.Double)) {
            Tensor measured = Tensors.of(noisy.truth(), noisy.rows(), columns).to(ScalarType.Double);
            Tensor weights = measured.gt(Tensors.scalar(0.3)).to(ScalarType.Double);
            loss(model, example.loss(), measured, weights).backward();
            ParameterBuffer parameters = model.parameters();
            double[] gradients = Tensors.doubles(parameters.gradients());
            double[] values = Tensors.doubles(parameters.values());
            for (int i = 0; i < values.length; i += 41) {
                double up = shifted(model, example, i, values[i] + STEP, measured, weights);
                double down = shifted(model, example, i, values[i] - STEP, measured, weights);
                shifted(model, example, i, values[i], measured, weights);
                assertThat((up - down) / (2 * STEP)).isCloseTo(gradients[i], within(1e-6));
            }
        }
    }

    private static double shifted(
            FactorModel model, Case example, int index, double value, Tensor measured, Tensor weights) {
        try (var scope = Scope.withoutGradients()) {
            model.parameters().values().narrow(0, index, 1).fill_(Tensors.scalar(value));
            return Tensors.value(loss(model, example.loss(), measured, weights));
        }
    }

    @Test
    void theProductOfThreeFactorsSumsOverTheirColumns() {
        try (var scope = Scope.withoutGradients()) {
            Tensor u = Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
            Tensor v = Tensors.of(new float[] {5, 6, 7, 8, 9, 10}, 3, 2);
            Tensor w = Tensors.of(new float[] {1, -1, 2, 3}, 2, 2);
            float[] product = Tensors.floats(Factors.product(List.of(u, v, w)));
            List<Tensor> places = Factors.places(new int[] {11, 0, 6}, List.of(2, 3, 2));
            float[] some = Tensors.floats(Factors.entries(List.of(u, v, w), places));
            float[] a = {1, 2, 3, 4};
            float[] b = {5, 6, 7, 8, 9, 10};
            float[] c = {1, -1, 2, 3};
            for (int i = 0; i < 12; i++) {
                int row = i / 6;
                int middle = i / 2 % 3;
                int last = i % 2;
                float sum = 0;
                for (int r = 0; r < 2; r++) {
                    sum += a[2 * row + r] * b[2 * middle + r] * c[2 * last + r];
                }
                assertThat(product[i]).isEqualTo(sum);
            }
            assertThat(some).containsExactly(product[11], product[0], product[6]);
        }
    }

    @Test
    void columnsAreOrderedByTheNormOfTheirOuterProduct() {
        // norms 1 * 10, 2 * 2, 3 * 4
        List<float[]> factors = List.of(new float[] {1, 2, 3, 0, 0, 0}, new float[] {10, 2, 4});
        assertThat(Factors.ordered(factors, 3))
                .satisfiesExactly(
                        first -> assertThat(first).containsExactly(3, 1, 2, 0, 0, 0),
                        second -> assertThat(second).containsExactly(4, 10, 2));
    }

    @Test
    void eachLossIsZeroWithoutErrorAndGrowsWithItsPowerOfTheScale() {
        try (var scope = Scope.withoutGradients()) {
            Tensor y = Tensors.of(new double[] {0.5, 1, 2}, 3);
            Tensor x = Tensors.of(new double[] {1, 1, 0}, 3);
            for (FitLoss loss : List.of(new FitLoss.L2(), new FitLoss.L1(), new FitLoss.Poisson())) {
                assertThat(Tensors.doubles(loss.of(x.add(Tensors.scalar(1)), x.add(Tensors.scalar(1)))))
                        .containsExactly(new double[3], within(1e-12));
                double[] once = Tensors.doubles(loss.of(y, x));
                double[] threefold = Tensors.doubles(loss.of(y.mul(Tensors.scalar(3)), x.mul(Tensors.scalar(3))));
                for (int i = 0; i < 3; i++) {
                    assertThat(threefold[i]).isCloseTo(Math.pow(3, loss.degree()) * once[i], within(1e-12));
                }
            }
            assertThat(Tensors.doubles(new FitLoss.Poisson().of(y, x)))
                    .containsExactly(new double[] {0.5 - 1 + Math.log(2), 0, 2}, within(1e-12));
            // half a square up to delta, 0.5 in units of scaled data, and then a line
            assertThat(Tensors.doubles(new FitLoss.Huber(1).of(y, x)))
                    .containsExactly(new double[] {0.125, 0, 0.5 * (2 - 0.25)}, within(1e-12));
        }
    }
}
