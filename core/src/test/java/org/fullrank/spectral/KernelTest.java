package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTest {
    private final Scope scope = Scope.open();

    @AfterEach
    void free() {
        scope.close();
    }

    @Test
    void aKernelIsReadFromItsNameAndSettings() {
        assertThat(Kernel.of("linear")).isEqualTo(new Kernel.Linear());
        assertThat(Kernel.of("rbf:0.5")).isEqualTo(new Kernel.Rbf(.5));
        assertThat(Kernel.of("polynomial:2,3")).isEqualTo(new Kernel.Polynomial(2, 3));
        assertThat(Kernel.of("polynomial:2")).isEqualTo(new Kernel.Polynomial(2, 2));
        assertThat(Kernel.of("arc-cosine:0")).isEqualTo(new Kernel.ArcCosine(0));
        assertThat(Kernel.of("arc-cosine")).isEqualTo(new Kernel.ArcCosine(1));
        assertThat(Kernel.of("laplacian:3")).isEqualTo(new Kernel.Laplacian(3));
        assertThat(Kernel.of("ntk")).isEqualTo(new Kernel.Ntk());
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "rbf:0.1", "laplacian:3.0E-5", "polynomial:0.5,3", "arc-cosine:0", "ntk"})
    void theTextOfAKernelGivesItAgain(String text) {
        assertThat(Kernel.of(Kernel.of(text).text())).isEqualTo(Kernel.of(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gauss | kernel: found gauss, expected one of linear, rbf, laplacian, polynomial, arc-cosine, ntk",
                "polynomail | did you mean polynomial?",
                "rbf:-1 | kernel rbf:-1: kernel.width: found -1.0, expected a positive number",
                "rbf:wide | kernel rbf:wide: kernel.width: found \"wide\", expected a number",
                "rbf:1,2 | kernel rbf:1,2: found 2 values, expected at most 1",
                "arc-cosine:2 | kernel arc-cosine:2: kernel.order: found 2, expected 0 (step) or 1 (ReLU)",
                "polynomial:1,0 | kernel.degree: found 0, expected at least 1"
            })
    void aKernelThatCannotBeIsRefused(String text, String message) {
        assertThatThrownBy(() -> Kernel.of(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e).message().doesNotContain("\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "rbf:2", "laplacian:2", "polynomial:1,3", "arc-cosine:0", "arc-cosine:1", "ntk"})
    void theDiagonalIsThatOfTheGramMatrix(String text) {
        Kernel kernel = Kernel.of(text);
        Tensor x = RelationTest.random(7, 4);
        double[] diagonal = Tensors.doubles(kernel.gram(x, x).diagonal(0, 0, 1));
        assertThat(Tensors.doubles(kernel.diagonal(x))).containsExactly(diagonal, within(1e-10));
    }

    @Test
    void theLaplacianKernelSumsAbsoluteDifferences() {
        Tensor x = Tensors.of(new double[][] {{0, 1}, {2, -1}});
        assertThat(Tensors.doubles(new Kernel.Laplacian(2).gram(x, x)))
                .containsExactly(new double[] {1, Math.exp(-2), Math.exp(-2), 1}, within(1e-15));
    }

    @Test
    void anglesAreExactWhereVectorsCoincideOrOppose() {
        double[][] x = {{1, 0}, {Math.cos(1e-9), Math.sin(1e-9)}, {-1, 1e-9}, {.3, 0}, {0, 2}};
        double[] angles = Tensors.doubles(Angles.between(Tensors.of(x), Tensors.of(x)));
        for (int i = 0; i < 5; i++) {
            assertThat(angles[6 * i]).isZero();
        }
        assertThat(angles[1]).isCloseTo(1e-9, within(1e-16));
        assertThat(angles[2]).isCloseTo(Math.PI - 1e-9, within(1e-15));
        assertThat(angles[3]).isZero();
        assertThat(angles[4]).isCloseTo(Math.PI / 2, within(1e-15));
    }

    @Test
    void farFromZeroTheRbfKernelKeepsItsDigits() {
        Tensor x = RelationTest.random(5, 3);
        Tensor far = x.add(Tensors.scalar(1 << 20));
        double[] expected = Tensors.doubles(new Kernel.Rbf(1).gram(far.sub(Tensors.scalar(1 << 20)), x));
        assertThat(Tensors.doubles(new Kernel.Rbf(1).gram(far, far))).containsExactly(expected, within(1e-8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rbf:2", "laplacian:3", "arc-cosine:0", "arc-cosine:1"})
    void randomFeaturesHaveTheKernelAsTheirMeanProduct(String text) {
        Kernel kernel = Kernel.of(text);
        Tensor x = RelationTest.random(6, 4);
        RandomFeatures features = RandomFeatures.draw(kernel, 4, 40_000, 1);
        Tensor f = features.of(x);
        assertThat(f.size(1)).isEqualTo(features.width());
        double scale = Tensors.value(kernel.diagonal(x).max());
        assertThat(Tensors.doubles(f.matmul(f.t())))
                .containsExactly(Tensors.doubles(kernel.gram(x, x)), within(.03 * scale));
    }

    @ParameterizedTest
    @ValueSource(strings = {"linear", "polynomial", "ntk"})
    void kernelsWithoutRandomFeaturesSayWhatToUse(String text) {
        assertThatThrownBy(() -> RandomFeatures.draw(Kernel.of(text), 3, 10, 1))
                .hasMessageContaining("expected rbf, laplacian or arc-cosine; use landmarks");
    }
}
