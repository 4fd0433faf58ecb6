package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Choices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RankingLossTest {
    /// Class-major, mixed, of uneven sizes with a single row, and of odd sizes.
    private static final List<int[]> CLASSES = List.of(
            new int[] {0, 0, 1, 1, 2, 2, 3, 3},
            new int[] {3, 1, 3, 0, 1, 0, 3, 0, 1},
            new int[] {5, 2, 2, 2, 2, 7, 5, 9},
            new int[] {1, 1, 1, 1, 1, 0, 0, 0});

    /// @param spread of the rows of a class around its center, which has length 1
    record Case(RankingLoss loss, int[] classes, int columns, double spread) {
        double[] rows() {
            double[] z = new double[classes.length * columns];
            for (int i = 0; i < classes.length; i++) {
                Keyed center = Keyed.of(1, classes[i]);
                Keyed own = Keyed.of(2, i);
                for (int j = 0; j < columns; j++) {
                    z[i * columns + j] = center.nextGaussian() + spread * own.nextGaussian();
                }
            }
            return z;
        }

        double value(double[] z) {
            return RankingLossTest.value(loss, z, columns, classes);
        }

        /// Without the regularizer.
        double ranking(double[] z) {
            return RankingLossTest.ranking(loss, z, columns, classes);
        }

        @Override
        public String toString() {
            return "%s on %s, %d columns, spread %s".formatted(loss, Arrays.toString(classes), columns, spread);
        }
    }

    private static Terms terms(RankingLoss loss, double[] z, int columns, int[] classes) {
        return loss.evaluate(Tensors.of(z, z.length / columns, columns), classes);
    }

    private static double value(RankingLoss loss, double[] z, int columns, int[] classes) {
        try (var scope = Scope.open()) {
            return Tensors.value(terms(loss, z, columns, classes).total());
        }
    }

    private static double ranking(RankingLoss loss, double[] z, int columns, int[] classes) {
        try (var scope = Scope.open()) {
            Terms terms = terms(loss, z, columns, classes);
            return Tensors.value(Objects.requireNonNull(terms.parts().get(RankingLoss.PART)));
        }
    }

    static List<RankingLoss> losses() {
        return Stream.concat(
                        Choices.of(RankingLoss.class).stream().map(Choices.Choice::defaults),
                        Stream.of(new Contrastive(1.7, 0), new Triplet(2.5, 0), new NPair(0), new Angular(30, 0)))
                .toList();
    }

    static List<Case> cases() {
        var cases = new ArrayList<Case>();
        for (RankingLoss loss : losses()) {
            for (int[] classes : CLASSES) {
                cases.add(new Case(loss, classes, 4, 0.5));
                cases.add(new Case(loss, classes, 11, 1.5));
            }
        }
        return cases;
    }

    @Test
    void theDefaultsAreThoseOfThePaper() {
        assertThat(losses().subList(0, 4))
                .containsExactly(new Contrastive(1, 1), new Triplet(0.2, 0.1), new NPair(1), new Angular(45, 2));
        assertThat(losses().subList(0, 4)).extracting(RankingLoss::perClass).containsExactly(4, 6, 2, 2);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theValueIsThatOfItsDefinition(Case c) {
        double[] z = c.rows();
        double expected = new RankingReference(z, c.columns(), c.classes()).value(c.loss());
        assertThat(c.ranking(z)).isCloseTo(expected, within(1e-10));
        double weight = c.loss().meanSingularValue();
        double[] unit = NaiveStatistics.unitRows(z, c.classes().length, c.columns());
        double svmax = MeanSingularValueReference.bounded(unit, c.classes().length, c.columns());
        assertThat(c.value(z)).isCloseTo(expected + weight * svmax, within(1e-9));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theGradientIsThatOfFiniteDifferences(Case c) {
        double[] z = c.rows();
        double[] gradient;
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, c.classes().length, c.columns()).set_requires_grad(true);
            c.loss().evaluate(leaf, c.classes()).total().backward();
            gradient = Tensors.doubles(leaf.grad());
        }
        double step = 1e-6;
        for (int i = 0; i < z.length; i += 3) {
            double[] up = z.clone();
            double[] down = z.clone();
            up[i] += step;
            down[i] -= step;
            assertThat(gradient[i]).isCloseTo((c.value(up) - c.value(down)) / (2 * step), within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lengthsOfRowsRotationsAndNamesOfClassesDoNotMatter(Case c) {
        double[] z = c.rows();
        double expected = c.value(z);
        double[] longer = z.clone();
        double[] turned = z.clone();
        for (int i = 0; i < z.length; i++) {
            longer[i] *= 1 + i / c.columns();
            if (i % c.columns() == 1) { // a rotation by 0.7 of the first two columns
                turned[i - 1] = Math.cos(0.7) * z[i - 1] - Math.sin(0.7) * z[i];
                turned[i] = Math.sin(0.7) * z[i - 1] + Math.cos(0.7) * z[i];
            }
        }
        int[] renamed = Arrays.stream(c.classes()).map(k -> 50 - k).toArray();
        assertThat(c.value(longer)).isCloseTo(expected, within(1e-10));
        assertThat(c.value(turned)).isCloseTo(expected, within(1e-10));
        assertThat(value(c.loss(), z, c.columns(), renamed)).isCloseTo(expected, within(1e-10));
    }

    @Test
    void theOrderOfRowsDoesNotMatterWhereAllPairsCount() {
        for (RankingLoss loss : List.of(Contrastive.defaults(), Triplet.defaults())) {
            var c = new Case(loss, CLASSES.get(1), 4, 1);
            double[] z = c.rows();
            int n = c.classes().length;
            double[] reversed = new double[z.length];
            int[] classes = new int[n];
            for (int i = 0; i < n; i++) {
                classes[i] = c.classes()[n - 1 - i];
                System.arraycopy(z, (n - 1 - i) * 4, reversed, i * 4, 4);
            }
            assertThat(value(loss, reversed, 4, classes)).isCloseTo(c.value(z), within(1e-12));
        }
    }

    /// All rows equal: the values that the cards name.
    @Test
    void theValuesAtCollapseAreKnown() {
        double[] z = new double[8 * 3];
        Arrays.setAll(z, i -> 1 + i % 3);
        int[] classes = CLASSES.getFirst();
        assertThat(ranking(Triplet.defaults(), z, 3, classes)).isCloseTo(0.2, within(1e-12));
        assertThat(ranking(NPair.defaults(), z, 3, classes)).isCloseTo(Math.log(4), within(1e-12));
        assertThat(ranking(Angular.defaults(), z, 3, classes))
                .isCloseTo(Math.log(1 + 3 * Math.exp(8 - 4)), within(1e-12));
        assertThat(ranking(Contrastive.defaults(), z, 3, classes))
                .isCloseTo(Math.pow(1 - Math.sqrt(1e-5), 2) / 2, within(1e-12));
    }

    /// Two classes at opposite points: nothing is left to learn with a margin below their distance.
    @Test
    void separatedClassesHaveNoLossBelowTheMargin() {
        double[] z = {1, 0, 2, 0, -1, 0, -3, 0};
        int[] classes = {0, 0, 1, 1};
        assertThat(ranking(Triplet.defaults(), z, 2, classes)).isZero();
        assertThat(ranking(Contrastive.defaults(), z, 2, classes)).isZero();
    }

    @ParameterizedTest
    @MethodSource("losses")
    void classesThatDoNotSufficeAreRefused(RankingLoss loss) {
        assertRefused(loss, new int[] {0, 0, 0, 0}, "found 1 class in 4 rows, expected at least 2");
        assertRefused(loss, new int[] {0, 1, 2, 3}, "found 4 classes in 4 rows, expected a class with 2 rows");
        assertRefused(loss, new int[] {0, 0, -1, 1}, "found no class for row 2");
        assertRefused(loss, new int[] {0, 0, 1}, "found 3 for embeddings [4, 2] Double, expected one for each row");
        if (loss instanceof NPair || loss instanceof Angular) {
            assertRefused(loss, new int[] {0, 0, 1, 2}, "found 2 rows or more in 1 class, expected in at least 2");
        }
    }

    private static void assertRefused(RankingLoss loss, int[] classes, String message) {
        try (var scope = Scope.open()) {
            Tensor z = Tensors.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8}, 4, 2);
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(() -> loss.evaluate(z, classes))
                    .withMessageContaining(message);
        }
    }

    @Test
    void settingsOutsideTheirRangeAreRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> new Contrastive(0, 1))
                .withMessage("margin: found 0.0, expected a number above 0 and at most 2");
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> new Triplet(5, 1));
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> new Angular(90, 1));
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> new NPair(-1));
    }

    @Test
    void aRowOfZerosHasAFiniteGradient() {
        for (RankingLoss loss : losses()) {
            try (var scope = Scope.open()) {
                Tensor z =
                        Tensors.of(new double[] {0, 0, 1, 2, 3, -4, 5, 6}, 4, 2).set_requires_grad(true);
                loss.evaluate(z, new int[] {0, 0, 1, 1}).total().backward();
                assertThat(Tensors.doubles(z.grad())).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
            }
        }
    }
}
