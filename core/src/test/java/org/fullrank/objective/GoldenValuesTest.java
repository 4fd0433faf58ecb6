package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

/// Values computed independently with numpy in double precision.
class GoldenValuesTest {
    private static final double[][] A = {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}};
    private static final double[][] B = {{1.1, 2, 0}, {0, -0.8, 3}, {2, 0, 0.9}, {-0.7, 1, 1}};
    private static final double RELATIVE = 1e-9;

    @Test
    void vicregHasTheOfficialValue() {
        try (var scope = Scope.open()) {
            Terms terms = Vicreg.defaults().evaluate(views(0.3));
            assertPart(terms, "invariance", 0.001125);
            assertPart(terms, "variance", 0.6242161624540334);
            assertPart(terms, "covariance", 0.025612214999999987);
            assertClose(Tensors.value(terms.total()), 15.659141276350836);
        }
    }

    @Test
    void vicregPaperSumsWhereTheOfficialCodeAverages() {
        try (var scope = Scope.open()) {
            Terms terms = Vicreg.of(Vicreg.Form.PAPER).evaluate(views(0.3));
            assertPart(terms, "invariance", 0.001125 * 3);
            assertPart(terms, "variance", 0.6242161624540334 * 2);
            assertPart(terms, "covariance", 0.025612214999999987);
        }
    }

    @Test
    void vicregSoloCountsTheVarianceTwice() {
        try (var scope = Scope.open()) {
            Terms terms = Vicreg.of(Vicreg.Form.SOLO).evaluate(views(0.3));
            assertClose(Tensors.value(terms.total()), 15.659141276350836 + 25 * 0.6242161624540334);
        }
    }

    @Test
    void meanSingularValueHasTheReferenceValue() {
        try (var scope = Scope.open()) {
            Terms terms = MeanSingularValue.defaults().evaluate(Tensors.of(A));
            assertPart(terms, "mean_singular_value", 1.1536232736238212);
            assertPart(terms, "lower", 0.6666666666666666);
            assertPart(terms, "upper", 1.1547005383792515);
            assertClose(Tensors.value(terms.total()), 1.0022097945387314);
        }
    }

    @Test
    void ntXentHasTheReferenceValue() {
        try (var scope = Scope.open()) {
            Terms terms = new NtXent(0.5).evaluate(views(1));
            assertClose(Tensors.value(terms.total()), 0.8570485407155267);
        }
    }

    @Test
    void byolHasTheReferenceValue() {
        try (var scope = Scope.open()) {
            Tensor p = scaled(A, 1);
            Terms terms = Regression.Cosine.defaults().evaluate(p, p, scaled(B, 1));
            assertClose(Tensors.value(terms.total()), 0.007795311347723155);
            assertPart(terms, "similarity", 1 - 0.007795311347723155 / 2);
            Terms negative = new Regression.Cosine(Regression.Cosine.Form.NEGATIVE).evaluate(p, p, scaled(B, 1));
            assertClose(Tensors.value(negative.total()), 0.007795311347723155 / 2 - 1);
        }
    }

    private static Views views(double scale) {
        return new Views(List.of(scaled(A, scale), scaled(B, scale)));
    }

    private static Tensor scaled(double[][] rows, double scale) {
        return Tensors.of(rows).mul(Tensors.scalar(scale));
    }

    private static void assertPart(Terms terms, String part, double expected) {
        assertThat(terms.parts()).containsKey(part);
        assertClose(Tensors.value(Objects.requireNonNull(terms.parts().get(part))), expected);
    }

    private static void assertClose(double found, double expected) {
        assertThat(found).isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
    }
}
