package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegressionTest {
    private static final double STEP = 1e-6;

    @ParameterizedTest
    @CsvSource({"9, 4, 1", "4, 9, 1", "6, 4, 1e-3"})
    void gradientsOfThePlainOnesEqualFiniteDifferences(int rows, int columns, double spread) {
        for (Regression regression : new Regression[] {
            Regression.Cosine.defaults(),
            new Regression.Cosine(Regression.Cosine.Form.NEGATIVE),
            new Regression.Euclidean()
        }) {
            double[] p = values(1, rows * columns, spread);
            double[] t = values(2, rows * columns, spread);
            try (var scope = Scope.open()) {
                Tensor prediction = Tensors.of(p, rows, columns).set_requires_grad(true);
                Tensor target = Tensors.of(t, rows, columns).set_requires_grad(true);
                regression.evaluate(prediction, prediction, target).total().backward();
                assertGradient(prediction, p, x -> value(regression, x, Tensors.of(t, rows, columns)), spread);
                assertGradient(target, t, x -> value(regression, Tensors.of(p, rows, columns), x), spread);
            }
        }
    }

    private static Tensor value(Regression regression, Tensor p, Tensor t) {
        return regression.evaluate(p, p, t).total();
    }

    /// The gradient of the plain loss is that of the iso one times W', through `p = z W`.
    @ParameterizedTest
    @CsvSource({"9, 4", "4, 9"})
    void isoLeavesTheLeftFactorOfThePredictorOut(int rows, int columns) {
        double[] z = values(1, rows * columns, 1);
        double[] t = values(2, rows * columns, 1);
        Regression[][] pairs = {
            {Regression.Cosine.defaults(), new Regression.IsoCosine()},
            {new Regression.Euclidean(), new Regression.IsoEuclidean()}
        };
        for (Regression[] pair : pairs) {
            try (var scope = Scope.open()) {
                Tensor w = Tensors.of(values(3, columns * columns, 1), columns, columns);
                Tensor plain = gradient(pair[0], z, w, Tensors.of(t, rows, columns));
                Tensor iso = gradient(pair[1], z, w, Tensors.of(t, rows, columns));
                assertThat(Tensors.doubles(plain)).containsExactly(Tensors.doubles(iso.mm(w.t())), within(1e-12));
            }
        }
    }

    private static Tensor gradient(Regression regression, double[] values, Tensor w, Tensor target) {
        Tensor z = Tensors.of(values, target.size(0), target.size(1)).set_requires_grad(true);
        regression.evaluate(z, z.mm(w), target).total().backward();
        return z.grad();
    }

    /// The gradient of the code's form with everything held that its stop-gradients hold.
    @Test
    void isoCosineIsTheGradientOfTheSurrogateOfTheCode() {
        int rows = 5;
        int columns = 3;
        double[] z = values(1, rows * columns, 1);
        try (var scope = Scope.open()) {
            Tensor t = Tensors.of(values(2, rows * columns, 1), rows, columns);
            Tensor b = Tensors.of(values(3, columns * columns, 1), columns, columns);
            Tensor w = b.mm(b.t());
            Tensor held = Tensors.of(z, rows, columns).mm(w);
            Tensor norms = norm(held).mul(norm(t));
            Tensor pull = t.div(norms);
            Tensor shrink =
                    held.mul(t).sum(1).unsqueeze(1).div(norms).div(norm(held).square());
            UnaryOperator<Tensor> surrogate = x -> x.mul(pull)
                    .sum(1)
                    .unsqueeze(1)
                    .sub(shrink.mul(x.mm(w).mul(x).sum(1).unsqueeze(1)).mul(Tensors.scalar(0.5)))
                    .mean()
                    .mul(Tensors.scalar(-2));
            Tensor leaf = Tensors.of(z, rows, columns).set_requires_grad(true);
            Tensor total =
                    new Regression.IsoCosine().evaluate(leaf, leaf.mm(w), t).total();
            total.backward();
            assertThat(Tensors.value(total))
                    .isCloseTo(Tensors.value(surrogate.apply(Tensors.of(z, rows, columns))), within(1e-12));
            assertGradient(leaf, z, surrogate, 1);
        }
    }

    private static Tensor norm(Tensor t) {
        return t.square().sum(1).unsqueeze(1).sqrt();
    }

    private static void assertGradient(Tensor leaf, double[] at, UnaryOperator<Tensor> f, double spread) {
        double[] gradient = Tensors.doubles(leaf.grad());
        for (int i = 0; i < at.length; i++) {
            double numeric = (moved(leaf, at, i, STEP * spread, f) - moved(leaf, at, i, -STEP * spread, f))
                    / (2 * STEP * spread);
            assertThat(gradient[i]).isCloseTo(numeric, within(1e-6 * Math.max(1 / spread, Math.abs(numeric))));
        }
    }

    private static double moved(Tensor leaf, double[] at, int i, double by, UnaryOperator<Tensor> f) {
        double[] copy = at.clone();
        copy[i] += by;
        return Tensors.value(f.apply(Tensors.of(copy, leaf.size(0), leaf.size(1))));
    }

    @Test
    void aRowOfZerosGetsAFiniteGradient() {
        for (Regression regression : new Regression[] {
            Regression.Cosine.defaults(),
            new Regression.Euclidean(),
            new Regression.IsoCosine(),
            new Regression.IsoEuclidean()
        }) {
            try (var scope = Scope.open()) {
                Tensor z = Tensors.of(new double[][] {{0, 0}, {1, 2}}).set_requires_grad(true);
                Tensor t = Tensors.of(new double[][] {{1, 1}, {0, 0}});
                regression.evaluate(z, z, t).total().backward();
                for (double g : Tensors.doubles(z.grad())) {
                    assertThat(g).isFinite();
                }
            }
        }
    }

    @Test
    void unequalShapesAreRefused() {
        try (var scope = Scope.open()) {
            Tensor z = Tensors.of(new double[6], 2, 3);
            Tensor t = Tensors.of(new double[6], 3, 2);
            assertThatThrownBy(() -> Regression.Cosine.defaults().evaluate(z, z, t))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("[2, 3] Double and [3, 2] Double");
        }
    }

    private static double[] values(long seed, int count, double spread) {
        var random = Keyed.of(seed);
        return random.doubles(count, -1, 1).map(x -> spread * (x + 0.3)).toArray();
    }
}
