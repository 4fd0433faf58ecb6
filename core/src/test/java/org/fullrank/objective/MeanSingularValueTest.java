package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.MeanSingularValue.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeanSingularValueTest {
    private static final MeanSingularValue PLAIN = new MeanSingularValue(Form.PLAIN);
    private static final MeanSingularValue BOUNDED = new MeanSingularValue(Form.BOUNDED);



    @ParameterizedTest
    @CsvSource({"9, 4", "4, 9", "6, 6", "40, 3"})
    void theMeanLiesBetweenTheBoundsOfRandomEmbeddings(int n, int d) {
        for (long seed = 0; seed < 20; seed++) {
            for (MeanSingularValue form : List.of(PLAIN, BOUNDED)) {
                var c = new RegularizerCase(form, n, d, 0.7);
                assertThat(part(c, c.embedding(seed), "mean_singular_value"))
                        .isBetween(part(c, c.embedding(seed), "lower"), part(c, c.embedding(seed), "upper"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"9, 4", "4, 9"})
    void theLowerBoundIsReachedAtRankOneAndTheValueIsE(int n, int d) {
        var c = new RegularizerCase(BOUNDED, n, d, 1);
        double[] z = new double[n * d];
        Arrays.setAll(z, i -> (i / d % 2 == 0 ? 1.5 : -0.5) * (1 + i % d));
        assertThat(part(c, z, "mean_singular_value")).isCloseTo(part(c, z, "lower"), within(1e-12));
        assertThat(part(c, z, "lower")).isCloseTo(Math.sqrt(n) / d, within(1e-12));
        assertThat(c.value(z)).isCloseTo(Math.E, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"12, 4", "4, 12", "4, 4"})
    void theUpperBoundIsReachedAtEqualSingularValuesAndTheValueIsOne(int n, int d) {
        var c = new RegularizerCase(BOUNDED, n, d, 1);
        double[] z = new double[n * d];
        for (int i = 0; i < n; i++) {
            z[i * d + i % d] = 2; // each axis equally often
        }
        assertThat(part(c, z, "mean_singular_value")).isCloseTo(part(c, z, "upper"), within(1e-12));
        assertThat(c.value(z)).isCloseTo(1, within(1e-12));
    }

    @Test
    void boundsOfThePapersBatchAreTheKnownOnes() {
        var c = new RegularizerCase(BOUNDED, 144, 128, 1);
        double[] z = c.embedding(1);
        assertThat(part(c, z, "lower")).isCloseTo(0.09375, within(1e-9));
        assertThat(part(c, z, "upper")).isCloseTo(1.06066, within(1e-5));
        assertThat(part(c, z, "mean_singular_value")).isBetween(0.9, 0.95);
    }

    @Test
    void theBoundedFormDoesNotSeeTheLengthOfRows() {
        var c = new RegularizerCase(BOUNDED, 7, 4, 0.7);
        double[] z = c.embedding(1);
        double[] longer = z.clone();
        Arrays.setAll(longer, i -> z[i] * (1 + i / 4));
        assertThat(c.value(longer)).isCloseTo(c.value(z), within(1e-12));
    }

    @Test
    void thePlainFormGrowsWithTheScale() {
        var c = new RegularizerCase(PLAIN, 7, 4, 0.7);
        double[] z = c.embedding(1);
        assertThat(c.value(Arrays.stream(z).map(x -> 3 * x).toArray())).isCloseTo(3 * c.value(z), within(1e-12));
    }

    @Test
    void anAbsentDirectionGetsNoGradientInThePlainForm() {
        var c = new RegularizerCase(PLAIN, 6, 3, 1);
        double[] z = c.embedding(1);
        for (int i = 2; i < z.length; i += 3) {
            z[i] = 0;
        }
        double[] gradient = c.gradient(z);
        for (int i = 0; i < z.length; i++) {
            assertThat(gradient[i]).isFinite();
            assertThat(i % 3 == 2 ? gradient[i] : 0).isCloseTo(0, within(1e-12));
        }
    }

    @Test
    void float32EqualsFloat64NearRankDeficiency() {
        var c = new RegularizerCase(BOUNDED, 32, 48, 1e-4);
        double[] z = c.embedding(1);
        try (var scope = Scope.open()) {
            Tensor exact = Tensors.of(z, 32, 48).set_requires_grad(true);
            Tensor single = exact.detach().to(ScalarType.Float).set_requires_grad(true);
            Tensor value = BOUNDED.evaluate(exact).total();
            Tensor rounded = BOUNDED.evaluate(single).total();
            value.backward();
            rounded.backward();
            assertThat(Tensors.value(rounded)).isCloseTo(Tensors.value(value), within(1e-5));
            double distance = Tensors.value(
                    single.grad().to(ScalarType.Double).sub(exact.grad()).norm());
            assertThat(distance / Tensors.value(exact.grad().norm())).isLessThan(1e-2);
        }
    }

    @Test
    void theGradientIsThatOfTheSingularValuesOfTheEngine() {
        try (var scope = Scope.open()) {
            Tensor z = torch.randn(7, 5).to(ScalarType.Double).set_requires_grad(true);
            Tensor same = z.detach().clone().set_requires_grad(true);
            PLAIN.evaluate(z).total().backward();
            torch.linalg_svdvals(same).sum().div(Tensors.scalar(-5)).backward();
            assertThat(Tensors.value(z.grad().sub(same.grad()).abs().max())).isLessThan(1e-12);
        }
    }

    @Test
    void oneColumnHasNoTwoBounds() {
        try (var scope = Scope.open()) {
            Tensor column = Tensors.of(new double[] {1, 2, 3}, 3, 1);
            assertThatThrownBy(() -> BOUNDED.evaluate(column))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("at least 2 columns");
            assertThat(Tensors.value(PLAIN.evaluate(column).total())).isCloseTo(-Math.sqrt(14), within(1e-12));
        }
    }

    private static double part(RegularizerCase c, double[] z, String name) {
        try (var scope = Scope.open()) {
            Terms terms = c.regularizer().evaluate(Tensors.of(z, c.rows(), c.columns()));
            return Tensors.value(Objects.requireNonNull(terms.parts().get(name)));
        }
    }
}
