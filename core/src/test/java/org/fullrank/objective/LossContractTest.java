package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Choices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every objective and every regularizer promises. The losses come from the `permits` lists, the
/// definition of each from its [Reference].
class LossContractTest {
    /// A loss on a batch.
    record Case(Object loss, Reference<Object> reference, Batch batch) {
        double value(Batch on, ScalarType type) {
            try (var scope = Scope.open()) {
                return Tensors.value(evaluate(loss, on.leaves(type), on).total());
            }
        }

        double definition() {
            return reference.value(loss, batch);
        }

        boolean refused() {
            return reference.refuses(loss, batch);
        }

        /// Of each view.
        List<double[]> gradients(ScalarType type) {
            try (var scope = Scope.open()) {
                List<Tensor> leaves = batch.leaves(type);
                evaluate(loss, leaves, batch).total().backward();
                return leaves.stream()
                        .limit(loss instanceof Regularizer ? 1 : leaves.size())
                        .map(leaf -> Tensors.doubles(leaf.grad().to(ScalarType.Double)))
                        .toList();
            }
        }

        @Override
        public String toString() {
            return loss + " on " + batch;
        }
    }

    private static Terms evaluate(Object loss, List<Tensor> z, Batch batch) {
        return switch (loss) {
            case Regularizer regularizer -> regularizer.evaluate(z.getFirst(), Batch.DRAW);
            case Objective objective -> {
                boolean remembers = objective.memory(batch.columns()).length > 0;
                Tensor memory = batch.memoryTensor(z.getFirst().scalar_type().intern());
                yield objective.evaluate(new Views(z, Batch.DRAW, remembers ? memory : null));
            }
            default -> throw new IllegalArgumentException(loss + " is no loss");
        };
    }

    static List<Class<?>> losses() {
        return Stream.of(Objective.class, Regularizer.class)
                .flatMap(kind -> Stream.<Class<?>>of(kind.getPermittedSubclasses()))
                .toList();
    }

    private static String referenceName(Class<?> loss) {
        return loss.getName() + "Reference";
    }

    @SuppressWarnings("unchecked") // the settings that a reference is given are its own
    private static Reference<Object> reference(Class<?> loss) {
        try {
            var constructor = Class.forName(referenceName(loss)).getDeclaredConstructor();
            return (Reference<Object>) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(
                    loss.getSimpleName() + " has no reference, expected the class " + referenceName(loss), e);
        }
    }

    private static Stream<Case> on(Stream<Batch> batches) {
        List<Batch> list = batches.toList();
        var cases = new ArrayList<Case>();
        for (Class<?> loss : losses()) {
            Reference<Object> reference = reference(loss);
            for (Object setting : reference.settings()) {
                list.forEach(batch -> cases.add(new Case(setting, reference, batch)));
            }
        }
        return cases.stream();
    }

    @Test
    void everySettingOfAReferenceIsOfItsLoss() {
        for (Class<?> loss : losses()) {
            assertThat(reference(loss).settings()).isNotEmpty().allMatch(loss::isInstance);
        }
    }

    static Stream<Case> cases() {
        return on(Stream.of(
                Batch.of("tall", 2, 9, 4, 0.7),
                Batch.of("tall", 2, 9, 4, 0.7).withMemory(),
                Batch.of("wide", 2, 4, 9, 0.7),
                Batch.of("wide", 2, 4, 9, 0.7).withMemory(),
                Batch.of("square", 2, 5, 5, 0.7),
                Batch.of("three views, tall", 3, 5, 3, 0.7).withMemory(),
                Batch.of("three views, wide", 3, 4, 7, 0.7).withMemory(),
                Batch.of("nearly collapsed", 2, 6, 4, 1e-3),
                Batch.of("tall", 2, 9, 4, 0.7).withLongColumn(100),
                Batch.of("wide", 2, 4, 9, 0.7).withLongColumn(100)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueEqualsTheDefinition(Case c) {
        if (c.refused()) {
            assertRefused(c);
            return;
        }
        double expected = c.definition();
        assertThat(c.value(c.batch(), ScalarType.Double))
                .isCloseTo(expected, within(c.batch().digits() * Math.max(1e-3, Math.abs(expected))));
    }

    private static void assertRefused(Case c) {
        assertThatThrownBy(() -> c.value(c.batch(), ScalarType.Double)).isInstanceOf(InputException.class);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientEqualsFiniteDifferences(Case c) {
        if (c.refused()) {
            return;
        }
        Batch batch = c.batch();
        double value = Math.abs(c.value(batch, ScalarType.Double));
        List<double[]> gradients = c.gradients(ScalarType.Double);
        int stride = batch.columns() % 3 == 0 ? 2 : 3; // every column is tried
        for (int v = 0; v < gradients.size(); v++) {
            double[] gradient = gradients.get(v);
            for (int i = 0; i < gradient.length; i += stride) {
                int column = i % batch.columns();
                double scale = batch.scales()[column];
                double step = 1e-5 * scale;
                double above = c.value(batch.moved(v, i, step), ScalarType.Double);
                double below = c.value(batch.moved(v, i, -step), ScalarType.Double);
                double numeric = (above - below) / (2 * step);
                double size = Math.max(columnNorm(gradient, column, batch.columns()), Math.abs(numeric));
                double rounding = 1e-3 * batch.digits() * (value + 1) / step;
                assertThat(gradient[i])
                        .as("view %d, entry %d", v, i)
                        .isCloseTo(numeric, within(1e-4 * size + rounding));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void valueDoesNotDependOnTheOrderOfSamples(Case c) {
        if (c.refused() || c.reference().seesTheOrder(c.loss())) {
            return;
        }
        Batch batch = c.batch();
        double[][] turned = new double[batch.views().length][];
        for (int v = 0; v < turned.length; v++) {
            turned[v] = new double[batch.rows() * batch.columns()];
            for (int row = 0; row < batch.rows(); row++) {
                int from = (row + 1) % batch.rows();
                System.arraycopy(
                        batch.views()[v], from * batch.columns(), turned[v], row * batch.columns(), batch.columns());
            }
        }
        double before = c.value(batch, ScalarType.Double);
        double after = c.value(batch.withViews(turned), ScalarType.Double);
        assertThat(after).isCloseTo(before, within(batch.digits() * Math.max(1e-3, Math.abs(before))));
    }

    static Stream<Case> degenerate() {
        return on(Stream.of(Batch.of("tall", 2, 6, 4, 0.7), Batch.of("wide", 2, 4, 6, 0.7))
                .flatMap(b -> Stream.of(
                        b.with("zeros", (i, x) -> 0),
                        b.with("equal rows", (i, x) -> i % b.columns() - 1.5),
                        b.with("one row of zeros", (i, x) -> i < b.columns() ? 0 : x),
                        b.with("one constant column", (i, x) -> i % b.columns() == 1 ? 0.5 : x),
                        b.with("two equal columns", (i, x) -> i % b.columns() == 1 ? b.views()[0][i - 1] : x))));
    }

    @ParameterizedTest
    @MethodSource("degenerate")
    void degenerateEmbeddingsHaveTheirValueAndAFiniteGradient(Case c) {
        if (c.refused()) {
            assertRefused(c);
            return;
        }
        double expected = c.definition();
        assertThat(c.value(c.batch(), ScalarType.Double))
                .isCloseTo(expected, within(1e-9 * Math.max(1e-2, Math.abs(expected))));
        for (double[] gradient : c.gradients(ScalarType.Double)) {
            assertThat(gradient).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        }
    }

    static Stream<Case> unlikeColumns() {
        return on(Stream.of(Batch.of("tall", 2, 512, 8, 0.7), Batch.of("wide", 2, 16, 64, 0.7))
                .flatMap(b -> Stream.of(b.withLongColumn(30), b.withLongColumn(1000), b.withLongColumn(3000)))
                .map(b -> b.with("rounded", (i, x) -> (float) x)));
    }

    @ParameterizedTest
    @MethodSource("unlikeColumns")
    void float32KeepsValueAndGradientOfColumnsOfUnlikeScale(Case c) {
        if (c.refused()) {
            return;
        }
        double exact = c.value(c.batch(), ScalarType.Double);
        assertThat(c.value(c.batch(), ScalarType.Float)).isCloseTo(exact, within(1e-3 * Math.abs(exact)));
        double[] gradient = c.gradients(ScalarType.Double).getFirst();
        double[] rounded = c.gradients(ScalarType.Float).getFirst();
        int columns = c.batch().columns();
        double[] difference = new double[gradient.length];
        Arrays.setAll(difference, i -> rounded[i] - gradient[i]);
        for (int j = 0; j < columns; j++) {
            assertThat(columnNorm(difference, j, columns))
                    .as("error of the gradient of column %d", j)
                    .isLessThanOrEqualTo(1e-2 * columnNorm(gradient, j, columns));
        }
    }

    static Stream<Case> huge() {
        return on(Stream.of(
                        Batch.of("tall", 2, 9, 4, 0.7), Batch.of("wide", 2, 4, 9, 0.7), Batch.of("three", 3, 9, 4, 0.7))
                .map(b -> b.with("times 1e20", (i, x) -> (float) (1e20 * x))));
    }

    @ParameterizedTest
    @MethodSource("huge")
    void hugeEntriesAreRefusedOrNotFiniteOrRight(Case c) {
        if (!c.reference().hasDigitsForHugeEntries()) {
            return;
        }
        double value;
        List<double[]> gradients;
        try {
            value = c.value(c.batch(), ScalarType.Float);
            gradients = c.gradients(ScalarType.Float);
        } catch (InputException refused) {
            return;
        }
        if (Double.isFinite(value)) {
            double expected = c.definition();
            assertThat(value).isCloseTo(expected, within(1e-3 * Math.abs(expected)));
            for (double[] gradient : gradients) {
                assertThat(gradient).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
            }
        }
    }

    static Stream<Case> tall() {
        return on(Stream.of(Batch.of("tall", 2, 9, 4, 0.7)));
    }

    /// The loop names the term that is not finite; a decomposition that throws would hide it.
    @ParameterizedTest
    @MethodSource("tall")
    void anEmbeddingThatIsNotFiniteHasAValueThatIsNot(Case c) {
        Batch broken = c.batch().moved(0, 3, Double.NaN);
        assertThat(c.value(broken, ScalarType.Double)).isNaN();
    }

    @ParameterizedTest
    @MethodSource("tall")
    void theTotalIsTheSumOfTheWeightedTerms(Case c) {
        try (var scope = Scope.open()) {
            Terms terms = evaluate(c.loss(), c.batch().leaves(ScalarType.Double), c.batch());
            double sum = terms.list().stream()
                    .mapToDouble(term -> term.weight() * Tensors.value(term.value()))
                    .sum();
            assertThat(Tensors.value(terms.total())).isCloseTo(sum, within(1e-12 * Math.abs(sum)));
        }
    }

    static Stream<Case> inFloat64() {
        return on(Stream.of(
                Batch.of("tall", 2, 9, 4, 0.7).withMemory(),
                Batch.of("wide", 2, 4, 9, 0.7).withMemory(),
                Batch.of("three views", 3, 5, 3, 0.7)));
    }

    @ParameterizedTest
    @MethodSource("inFloat64")
    void theGradientOfEachTermIsThatOfItsValue(Case c) {
        if (c.refused()) {
            return;
        }
        Batch batch = c.batch();
        for (int k = 0; k < count(c); k++) {
            double[] gradient = termGradient(c, k);
            double size = columnNorm(gradient, 0, 1);
            for (int i = 0; i < gradient.length; i += 4) {
                double step = 1e-5;
                double numeric =
                        (term(c, batch.moved(0, i, step), k) - term(c, batch.moved(0, i, -step), k)) / (2 * step);
                assertThat(gradient[i]).as("term %d, entry %d", k, i).isCloseTo(numeric, within(1e-4 * size + 1e-9));
            }
        }
    }

    private static int count(Case c) {
        try (var scope = Scope.open()) {
            return evaluate(c.loss(), c.batch().leaves(ScalarType.Double), c.batch())
                    .list()
                    .size();
        }
    }

    private static double term(Case c, Batch batch, int k) {
        try (var scope = Scope.open()) {
            Term term = evaluate(c.loss(), batch.leaves(ScalarType.Double), batch)
                    .list()
                    .get(k);
            return term.weight() * Tensors.value(term.value());
        }
    }

    /// Of the weighted term, in the first view.
    private static double[] termGradient(Case c, int k) {
        try (var scope = Scope.open()) {
            List<Tensor> leaves = c.batch().leaves(ScalarType.Double);
            Tensor weighted =
                    evaluate(c.loss(), leaves, c.batch()).list().get(k).weighted();
            if (!weighted.requires_grad()) {
                return new double[c.batch().rows() * c.batch().columns()]; // a weight of 0
            }
            weighted.backward();
            return Tensors.doubles(leaves.getFirst().grad());
        }
    }

    @ParameterizedTest
    @MethodSource("tall")
    void theCardHasTheRangeOfEveryNumberThatIsLogged(Case c) {
        try (var scope = Scope.open()) {
            Terms terms = evaluate(c.loss(), c.batch().leaves(ScalarType.Double), c.batch());
            Card card = c.loss() instanceof Objective objective ? objective.card() : ((Regularizer) c.loss()).card();
            assertThat(card.healthy().keySet()).containsAll(terms.parts().keySet());
            assertThat(card.idea()).isNotBlank();
            assertThat(card.paper()).isNotBlank();
        }
    }

    @Test
    void everyWeightedSettingOfATermIsAComponentOfItsLoss() {
        for (Objective objective : Objective.all().values()) {
            try (var scope = Scope.open()) {
                Batch batch = Batch.of("tall", 2, 9, 4, 0.7);
                for (Term term : evaluate(objective, batch.leaves(ScalarType.Double), batch)
                        .list()) {
                    if (term.setting() != null) {
                        assertThat(Choices.settings((Record) objective)).containsKey(term.setting());
                    }
                }
            }
        }
    }

    private static double columnNorm(double[] matrix, int column, int columns) {
        double squares = 0;
        for (int i = column; i < matrix.length; i += columns) {
            squares += matrix[i] * matrix[i];
        }
        return Math.sqrt(squares * columns / matrix.length); // a root mean square
    }
}
