package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.MethodSpec.Inner;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mode;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.Vgg;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.Vicreg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InnerLayersTest {
    private static final long[] IMAGES = {10, 2, 8, 8};
    private static final EncoderSpec VGG = new Vgg(List.of(4, 5, 6), List.of(1));
    private static final List<Inner> SEVERAL = List.of(
            new Inner("block2", VarianceHinge.defaults(), 3),
            new Inner("block1", new Covariance(), 2),
            new Inner("block2", new Covariance(), 0.5));

    private static Method method(List<Inner> inner) {
        return Method.of(
                new MethodSpec.Joint(new ProjectorSpec(List.of(7, 5), false), Vicreg.defaults(), inner),
                VGG,
                Batches.input(IMAGES),
                3,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Double));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10})
    void chunksGiveLossAndGradientOfOneBatch(int chunks) {
        Batches.assertChunksEqualWhole(() -> method(SEVERAL), chunks, IMAGES);
    }

    @Test
    void gradientOfEachParameterEqualsFiniteDifferences() {
        try (var scope = Scope.open();
                var method = method(SEVERAL)) {
            method.learn(Batches.views(IMAGES), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            for (int i = 0; i < gradient.length; i += 5) {
                double numeric = Batches.derivative(method, i, Method.Outcome::total, IMAGES);
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-5 * Math.max(1, Math.abs(numeric))));
            }
        }
    }

    @Test
    void theWeightedMeanOverTheViewsIsAddedToTheLoss() {
        try (var scope = Scope.open();
                var with = method(SEVERAL);
                var without = method(List.of())) {
            Method.Outcome outcome = with.learn(Batches.views(IMAGES), 1, 0);
            assertThat(outcome.parts().keySet())
                    .containsExactly(
                            "invariance",
                            "variance",
                            "covariance",
                            "block2.variance",
                            "block1.covariance",
                            "block2.covariance");
            double variance = 0;
            for (Tensor view : Batches.views(IMAGES)) {
                variance += Tensors.value(VarianceHinge.defaults()
                                .evaluate(with.encode(view, Mode.EVALUATE, List.of("block2"))
                                        .getLast())
                                .total())
                        / 2;
            }
            var parts = outcome.parts();
            assertThat(parts.getOrDefault("block2.variance", 0.0)).isCloseTo(variance, within(1e-12));
            double added = 3 * variance
                    + 2 * parts.getOrDefault("block1.covariance", 0.0)
                    + 0.5 * parts.getOrDefault("block2.covariance", 0.0);
            assertThat(outcome.total())
                    .isCloseTo(without.learn(Batches.views(IMAGES), 1, 0).total() + added, within(1e-10));
            assertThat(outcome.layers().keySet()).containsExactly("block2", "block1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void withoutWeightNothingChanges(int chunks) {
        var silent = List.of(new Inner("block2", VarianceHinge.defaults(), 0));
        try (var scope = Scope.open();
                var with = method(silent);
                var without = method(List.of())) {
            Method.Outcome outcome = with.learn(Batches.views(IMAGES), chunks, 0);
            assertThat(outcome.total())
                    .isEqualTo(without.learn(Batches.views(IMAGES), chunks, 0).total());
            assertThat(Tensors.doubles(with.parameters().gradients()))
                    .containsExactly(Tensors.doubles(without.parameters().gradients()));
            assertThat(outcome.parts()).containsKey("block2.variance");
        }
    }

    /// Gradient descent from equal weights: decorrelating a block and asking it to vary raises the rank of that
    /// block.
    @Test
    void aRegularizerRaisesTheRankOfItsLayer() {
        var regularized =
                List.of(new Inner("block2", VarianceHinge.defaults(), 25), new Inner("block2", new Covariance(), 25));
        assertThat(rankOfBlock2(regularized)).isGreaterThan(1.3 * rankOfBlock2(List.of()));
    }

    private static double rankOfBlock2(List<Inner> inner) {
        try (var scope = Scope.open();
                var method = method(inner)) {
            List<Tensor> views = Batches.views(IMAGES);
            for (int step = 0; step < 200; step++) {
                method.learn(views, 1, step);
                try (var off = Gradients.off()) {
                    Tensor gradients = method.parameters().gradients();
                    Tensor size = gradients.norm().clamp_min(Tensors.scalar(1));
                    method.parameters().values().sub_(gradients.div(size).mul(Tensors.scalar(0.05)));
                }
            }
            return participation(method.encode(views.getFirst(), Mode.EVALUATE, List.of("block2"))
                    .getLast());
        }
    }

    /// `(tr C)^2 / tr C^2` of the covariance C.
    private static double participation(Tensor y) {
        Tensor centered = y.sub(y.mean(new long[] {0}, true, new org.bytedeco.pytorch.ScalarTypeOptional()));
        Tensor c = centered.t().mm(centered);
        double trace = Tensors.value(centered.square().sum());
        return trace * trace / Tensors.value(c.square().sum());
    }

    @Test
    void anUnknownLayerIsRefusedBeforeAnythingIsBuilt() {
        assertThatThrownBy(() -> method(List.of(new Inner("block4", new Covariance(), 1))))
                .isInstanceOf(InputException.class)
                .hasMessage("encoder: found no layer block4, expected one of block1, block2, block3");
    }
}
