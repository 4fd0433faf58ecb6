package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every regulariser promises, on tall, wide and nearly collapsed embeddings. The test of a regulariser extends
/// this
/// with its settings and its definition written down naively.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RegularizerContract {
    static final long DRAW = 17;

    /// An embedding to try: `[rows, columns]`, entries of deviation `spread` around 0.3.
    record Case(Regularizer regularizer, int rows, int columns, double spread) {
        @Override
        public String toString() {
            return "%s, [%d, %d], spread %s".formatted(regularizer, rows, columns, spread);
        }

        double[] embedding(long seed) {
            var random = Keyed.of(seed);
            double[] values = new double[rows * columns];
            Arrays.setAll(values, i -> 0.3 + spread * random.nextGaussian());
            return values;
        }
    }

    /// The settings to try: the defaults, and what takes another path.
    abstract List<? extends Regularizer> regularizers();

    /// The value by its definition, with loops over float64 numbers, for draw [#DRAW].
    ///
    /// @param z `[n, d]` in row-major order
    abstract double naive(Regularizer regularizer, double[] z, int n, int d);

    /// Embeddings to try a setting on.
    Stream<Case> cases(Regularizer r) {
        return Stream.of(new Case(r, 9, 4, 0.7), new Case(r, 4, 9, 0.7), new Case(r, 6, 4, 1e-3));
    }

    final Stream<Case> cases() {
        return regularizers().stream().flatMap(this::cases);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueEqualsTheNaiveDefinition(Case c) {
        double[] z = c.embedding(1);
        double naive = naive(c.regularizer(), z, c.rows(), c.columns());
        assertThat(value(c, z)).isCloseTo(naive, within(1e-10 * Math.max(1e-3, Math.abs(naive))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientEqualsFiniteDifferences(Case c) {
        double[] z = c.embedding(2);
        double step = 1e-5 * c.spread();
        double[] gradient = gradient(c, z);
        double scale =
                Math.sqrt(Arrays.stream(gradient).map(g -> g * g).average().orElse(0)) + 1e-12;
        for (int i = 0; i < gradient.length; i++) {
            double numeric = (moved(c, z, i, step) - moved(c, z, i, -step)) / (2 * step);
            assertThat(gradient[i]).isCloseTo(numeric, within(1e-4 * Math.max(scale, Math.abs(numeric))));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueDoesNotDependOnTheOrderOfSamples(Case c) {
        double[] z = c.embedding(3);
        double[] turned = new double[z.length];
        for (int row = 0; row < c.rows(); row++) {
            System.arraycopy(z, (row + 1) % c.rows() * c.columns(), turned, row * c.columns(), c.columns());
        }
        double before = value(c, z);
        assertThat(value(c, turned)).isCloseTo(before, within(1e-11 * Math.max(1e-3, Math.abs(before))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRowOfZerosGetsAFiniteGradient(Case c) {
        double[] z = c.embedding(4);
        Arrays.fill(z, 0, c.columns(), 0);
        for (double g : gradient(c, z)) {
            assertThat(g).isFinite();
        }
    }

    private static double moved(Case c, double[] z, int index, double by) {
        double[] copy = z.clone();
        copy[index] += by;
        return value(c, copy);
    }

    static double value(Case c, double[] z) {
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, c.rows(), c.columns());
            return Tensors.value(c.regularizer().evaluate(leaf, DRAW).total());
        }
    }

    static double[] gradient(Case c, double[] z) {
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, c.rows(), c.columns()).set_requires_grad(true);
            c.regularizer().evaluate(leaf, DRAW).total().backward();
            return Tensors.doubles(leaf.grad());
        }
    }
}
