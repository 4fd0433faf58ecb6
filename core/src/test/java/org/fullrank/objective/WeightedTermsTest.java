package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WeightedTermsTest {
    private static final int ROWS = 9;
    private static final int WIDTH = 4;

    /// An objective, and what its terms weigh beside the parts that it reports.
    record Case(Objective objective, Map<String, Double> weights) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        new Vicreg(3, 5, 7, 1, 1e-4).objective(),
                        Map.of("invariance", 3.0, "variance", 5.0, "covariance", 7.0)),
                new Case(new NtXent(0.3), Map.of("alignment", 1.0, "contrast", 1.0)),
                new Case(new BarlowTwins(0.2, 3, 1e-5), Map.of("diagonal", 3.0, "off_diagonal", 0.6)),
                new Case(new Tico(0.9, 4), Map.of("alignment", 1.0, "contrast", 4.0)),
                new Case(new Mmcr(0.5), Map.of("global_nuclear", -1.0, "local_nuclear", 0.5)),
                new Case(new WMse(0, 1, 0, true), Map.of("distance", 1.0)));
    }

    private static Tensor view(int number) {
        var random = Keyed.of(11, number);
        double[] values = new double[ROWS * WIDTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, ROWS, WIDTH).set_requires_grad(true);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void termsAreTheReportedPartsTimesTheirWeights(Case test) {
        try (var scope = Scope.open()) {
            var views = new Views(List.of(view(1), view(2)));
            Terms whole = test.objective().evaluate(views);
            var terms = WeightedTerms.of(test.objective(), views);
            assertThat(terms.keySet())
                    .containsExactlyInAnyOrderElementsOf(test.weights().keySet());
            double sum = 0;
            for (var term : terms.entrySet()) {
                Tensor part = Objects.requireNonNull(whole.parts().get(term.getKey()));
                double expected = test.weights().getOrDefault(term.getKey(), Double.NaN) * Tensors.value(part);
                assertThat(Tensors.value(term.getValue())).isCloseTo(expected, within(1e-10 * Math.abs(expected)));
                sum += Tensors.value(term.getValue());
            }
            assertThat(sum).isCloseTo(Tensors.value(whole.total()), within(1e-10 * Math.abs(sum)));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientOfEachTermIsThatOfItsValue(Case test) {
        try (var scope = Scope.open()) {
            for (String name : test.weights().keySet()) {
                List<Tensor> leaves = List.of(view(1), view(2));
                Tensor term = Objects.requireNonNull(
                        WeightedTerms.of(test.objective(), new Views(leaves)).get(name));
                term.backward();
                for (int entry : new int[] {0, 5, 17}) {
                    double slope = (value(test, name, entry, 1e-5) - value(test, name, entry, -1e-5)) / 2e-5;
                    double found = Tensors.doubles(leaves.getFirst().grad())[entry];
                    assertThat(found).as("%s, entry %d", name, entry).isCloseTo(slope, within(1e-6));
                }
            }
        }
    }

    private static double value(Case test, String name, int entry, double change) {
        double[] values = Tensors.doubles(view(1));
        values[entry] += change;
        Tensor moved = Tensors.of(values, ROWS, WIDTH);
        return Tensors.value(term(test, name, List.of(moved, view(2))));
    }

    private static Tensor term(Case test, String name, List<Tensor> views) {
        return Objects.requireNonNull(
                WeightedTerms.of(test.objective(), new Views(views)).get(name));
    }
}
