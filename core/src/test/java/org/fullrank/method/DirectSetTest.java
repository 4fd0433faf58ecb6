package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.method.PredictorSpec.DirectSet.Form;
import org.fullrank.objective.Regression;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Golden values computed independently with numpy in double precision, printed with six digits where a
/// matrix is.
class DirectSetTest {
    private static final double[][] A = {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}};
    private static final double[][] B = {{1.1, 2, 0}, {0, -0.8, 3}, {2, 0, 0.9}, {-0.7, 1, 1}};

    @Test
    void codeFormHasTheReferenceMatrix() {
        assertMatrix(
                set(0.5, 0.1, Form.CODE, true),
                new double[] {.808977, .064214, .054937, .064214, .803410, -.104307, .054937, -.104307, 1.059539});
    }

    @Test
    void paperFormHasTheReferenceMatrix() {
        assertMatrix(
                set(0.5, 0.1, Form.PAPER, false),
                new double[] {1.510375, .110149, .094235, .110149, 1.500827, -.178922, .094235, -.178922, 1.940176});
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void directCopyHasTheReferenceMatrix(Form form) {
        assertMatrix(
                set(1, 0.3, form, true),
                new double[] {.809789, .084965, .084965, .084965, .809789, -.169930, .084965, -.169930, 1.234614});
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void matrixWithoutEigenvectorsIsThatOfTheEigenvalues(Form form) {
        try (var scope = Scope.open()) {
            for (boolean normalize : new boolean[] {true, false}) {
                DirectSet copy = set(1, 0.25, form, normalize);
                double[] spectral =
                        Tensors.doubles(SymmetricEigen.of(correlation()).map(copy::eigenvalues));
                assertThat(Tensors.doubles(copy.matrix(correlation()))).containsExactly(spectral, within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.05, 0.4, 2})
    void shiftIsTakenOffTheEigenvaluesAndNothingBelowZeroRemains(double shift) {
        double[] s = {1.07708057, 1.73052678, 2.94239265};
        for (double alpha : new double[] {0.5, 1}) {
            var shifted = new DirectSet(alpha, 0, 0.3, 1, Form.PAPER, false, shift);
            try (var scope = Scope.open()) {
                double[] p = Tensors.doubles(
                        SymmetricEigen.of(shifted.matrix(correlation())).values());
                for (int i = 0; i < 3; i++) {
                    assertThat(p[i]).isCloseTo(Math.pow(Math.max(s[i] - shift, 0), alpha), within(1e-7));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 2})
    void rootSquaredIsTheMatrix(double alpha) {
        try (var scope = Scope.open()) {
            DirectSet set = set(alpha, 0.1, Form.ISO, true);
            Tensor root = set.root(correlation());
            assertThat(Tensors.doubles(root.mm(root)))
                    .containsExactly(Tensors.doubles(set.matrix(correlation())), within(1e-12));
        }
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void isoLossHasTheReferenceValues(Form form) {
        try (var scope = Scope.open()) {
            assertRegression(new Regression.IsoEuclidean(), form, 0.25126613663778047, new double[] {
                -.131298, -.264483, -.076839, .050298, -.108166, -.008538, -.263555, .012061, .084706, .055087,
                -.232556, -.099852
            });
            assertRegression(new Regression.IsoCosine(), form, -1.2866473803340224, new double[] {
                .002560, -.004225, -.026487, .005046, -.010114, -.003616, -.032914, .003563, .045251, -.030594,
                -.074758, .027417
            });
        }
    }

    private static void assertRegression(Regression regression, Form form, double value, double[] gradient) {
        Tensor z = Tensors.of(A).set_requires_grad(true);
        Tensor w = set(0.5, 0, form, true).matrix(correlation());
        var terms = regression.evaluate(z, z.mm(w), Tensors.of(B));
        assertThat(Tensors.value(terms.total())).isCloseTo(value, within(1e-9 * Math.abs(value)));
        terms.total().backward();
        assertThat(Tensors.doubles(z.grad())).containsExactly(gradient, within(1e-6));
    }

    @Test
    void collapsedEmbeddingGivesAFiniteMatrix() {
        try (var scope = Scope.open()) {
            for (Form form : Form.values()) {
                for (double alpha : new double[] {0.5, 1}) {
                    Tensor w = set(alpha, 0, form, true).matrix(correlation().zero_());
                    for (double value : Tensors.doubles(w)) {
                        assertThat(value).isBetween(0.0, DirectSet.FLOOR);
                    }
                }
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> set(0, 0, Form.CODE, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("alpha: found 0.0");
        assertThatThrownBy(() -> set(1, -1, Form.CODE, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("epsilon: found -1.0");
        assertThatThrownBy(() -> new DirectSet(1, 0, 1, 1, Form.CODE, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rho: found 1.0");
        assertThatThrownBy(() -> new DirectSet(1, 0, 0.3, 2, Form.ISO, true))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("every: found 2");
    }

    private static DirectSet set(double alpha, double epsilon, Form form, boolean normalize) {
        return new DirectSet(alpha, epsilon, DirectSet.DEFAULT_RHO, 1, form, normalize);
    }

    /// A'A / 4.
    private static Tensor correlation() {
        Tensor a = Tensors.of(A);
        return a.t().mm(a).div(Tensors.scalar(A.length));
    }

    private static void assertMatrix(DirectSet set, double[] expected) {
        try (var scope = Scope.open()) {
            assertThat(Tensors.doubles(set.matrix(correlation()))).containsExactly(expected, within(1e-6));
        }
    }
}
