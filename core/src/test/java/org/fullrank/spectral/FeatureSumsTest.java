package org.fullrank.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.QuadraticForm.Mean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The sums against their definitions with matrices `[N, N]`.
class FeatureSumsTest {
    private static final int SIZE = 30;
    private static final int WIDTH = 4;

    private final Scope scope = Scope.open();
    private final Tensor x = RelationTest.random(SIZE, WIDTH);

    @AfterEach
    void free() {
        scope.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sumsAreTheirDefinitionsForEqualAndForOtherWeights(boolean equal) {
        double[] diagonal = weights(equal, 0.6);
        double[] mass = weights(equal, 2);
        int[] labels = IntStream.range(0, SIZE)
                .map(i -> equal ? i / 2 : i % 3 * (i % 7))
                .toArray();
        Graph graph = NearestNeighbors.graph(SampleRows.of(x), 3);
        for (Relation relation : new Relation[] {Groups.ofLabels(labels), graph}) {
            var form = new QuadraticForm(diagonal, 0.2, mass, Mean.UNIFORM);
            FeatureSums sums = FeatureSums.of(
                    relation,
                    SampleRows.of(x),
                    Coordinates.of(new FeatureMap.Inputs(WIDTH)),
                    form,
                    QuadraticForm.shares(Mean.UNIFORM, relation.degrees()),
                    false);
            Tensor g = relation.times(torch.eye(SIZE, x.options()));
            Tensor t = torch.diag(Tensors.of(diagonal, SIZE)).add(g.mul(Tensors.scalar(0.2)));
            near(sums.second(), x.t().matmul(x));
            near(sums.coupled(), x.t().matmul(t).matmul(x));
            near(
                    Objects.requireNonNull(sums.massive()),
                    x.t().matmul(torch.diag(Tensors.of(mass, SIZE))).matmul(x));
        }
    }

    @Test
    void equalWeightsNeedNoProducts() {
        var products = new WeightedProducts(weights(true, 3), WIDTH);
        Tensor second = x.t().matmul(x);
        near(products.sum(second), second.mul(Tensors.scalar(3))); // no sample was added
    }

    private static double[] weights(boolean equal, double first) {
        double[] weights = new double[SIZE];
        Arrays.setAll(weights, i -> equal ? first : first + i % 5);
        return weights;
    }

    private static void near(Tensor found, Tensor expected) {
        assertThat(Tensors.doubles(found)).containsExactly(Tensors.doubles(expected), within(1e-11));
    }
}
