package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every objective promises, on tall, wide and nearly collapsed embeddings, with two and three views. The test of
/// an
/// objective extends this with its settings and its definition written down naively.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ObjectiveContract {
    /// Embeddings to try: V views `[rows, columns]`, entries of deviation `spread` around 0.3.
    record Case(ObjectiveSpec spec, int views, int rows, int columns, double spread) {
        @Override
        public String toString() {
            return "%s, %d views [%d, %d], spread %s".formatted(spec, views, rows, columns, spread);
        }
    }

    /// The settings to try: the defaults, and what takes another path.
    abstract List<? extends ObjectiveSpec> specs();

    /// The value by its definition, with loops over float64 numbers.
    ///
    /// @param views V arrays `[n, d]` in row-major order
    abstract double naive(ObjectiveSpec spec, double[][] views, int n, int d);

    /// Embeddings to try a setting on.
    Stream<Case> cases(ObjectiveSpec spec) {
        return Stream.of(
                new Case(spec, 2, 9, 4, 0.7),
                new Case(spec, 2, 4, 9, 0.7),
                new Case(spec, 3, 5, 3, 0.7),
                new Case(spec, 2, 6, 4, 1e-3));
    }

    final Stream<Case> cases() {
        return specs().stream().flatMap(this::cases);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientEqualsFiniteDifferences(Case c) {
        double[][] values = embeddings(c, 1);
        double step = 1e-5 * c.spread();
        try (var scope = Scope.open()) {
            List<Tensor> leaves = leaves(c, values);
            c.spec().objective().evaluate(new Views(leaves)).total().backward();
            for (int v = 0; v < c.views(); v++) {
                double[] gradient = Tensors.doubles(leaves.get(v).grad());
                double scale = norm(gradient) / Math.sqrt(gradient.length) + 1e-12;
                for (int i = 0; i < gradient.length; i += 3) {
                    double numeric = (moved(c, values, v, i, step) - moved(c, values, v, i, -step)) / (2 * step);
                    assertThat(gradient[i]).isCloseTo(numeric, within(1e-4 * Math.max(scale, Math.abs(numeric))));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueDoesNotDependOnTheOrderOfSamples(Case c) {
        double[][] values = embeddings(c, 2);
        double[][] turned = new double[c.views()][];
        for (int v = 0; v < c.views(); v++) {
            turned[v] = new double[values[v].length];
            for (int row = 0; row < c.rows(); row++) {
                int from = (row + 1) % c.rows();
                System.arraycopy(values[v], from * c.columns(), turned[v], row * c.columns(), c.columns());
            }
        }
        double before = value(c, values);
        assertThat(value(c, turned)).isCloseTo(before, within(1e-12 * Math.abs(before)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueEqualsTheNaiveDefinition(Case c) {
        double[][] values = embeddings(c, 3);
        double naive = naive(c.spec(), values, c.rows(), c.columns());
        assertThat(value(c, values)).isCloseTo(naive, within(1e-10 * Math.abs(naive)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aSingleRowOrViewIsRefused(Case c) {
        try (var scope = Scope.open()) {
            Tensor row = Tensors.of(new double[] {1, 2}, 1, 2);
            assertThatThrownBy(() -> new Views(List.of(row, row)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("at least 2 rows");
            assertThatThrownBy(() -> new Views(List.of(row))).isInstanceOf(InputException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRowOfZerosGetsAFiniteGradient(Case c) {
        double[][] values = embeddings(c, 4);
        java.util.Arrays.fill(values[0], 0, c.columns(), 0);
        try (var scope = Scope.open()) {
            List<Tensor> leaves = leaves(c, values);
            c.spec().objective().evaluate(new Views(leaves)).total().backward();
            for (Tensor leaf : leaves) {
                for (double g : Tensors.doubles(leaf.grad())) {
                    assertThat(g).isFinite();
                }
            }
        }
    }

    private static double moved(Case c, double[][] values, int view, int index, double by) {
        double[][] copy = Stream.of(values).map(double[]::clone).toArray(double[][]::new);
        copy[view][index] += by;
        return value(c, copy);
    }

    private static double value(Case c, double[][] values) {
        try (var scope = Scope.open()) {
            return Tensors.value(
                    c.spec().objective().evaluate(new Views(leaves(c, values))).total());
        }
    }

    private static List<Tensor> leaves(Case c, double[][] values) {
        return Stream.of(values)
                .map(v -> Tensors.of(v, c.rows(), c.columns()).set_requires_grad(true))
                .toList();
    }

    private static double[][] embeddings(Case c, long seed) {
        double[][] values = new double[c.views()][c.rows() * c.columns()];
        for (int v = 0; v < c.views(); v++) {
            var shared = Keyed.of(seed);
            var own = Keyed.of(seed, v + 1);
            for (int i = 0; i < values[v].length; i++) {
                values[v][i] = 0.3 + c.spread() * (shared.nextGaussian() + 0.4 * own.nextGaussian());
            }
        }
        return values;
    }

    private static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
