package org.fullrank.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Mode;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.Vit;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.Vicreg;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A vision transformer trains as the other encoders do.
class VitMethodTest {
    private static final long[] IMAGES = {10, 2, 8, 8};

    private static Method method(Vit.Pool pool, Precision precision, ScalarType type) {
        var spec = new MethodSpec.Joint(
                new ProjectorSpec(List.of(7, 5), false),
                Vicreg.defaults(),
                List.of(new MethodSpec.Inner("blocks.0", new Covariance(), 0.5)));
        return Method.of(
                spec,
                new Vit(4, 8, 2, 2, 2, pool),
                Batches.input(IMAGES),
                3,
                new Method.Setting(Device.CPU, precision, type));
    }

    @ParameterizedTest
    @EnumSource(Vit.Pool.class)
    void chunksGiveLossAndGradientOfOneBatch(Vit.Pool pool) {
        for (int chunks : new int[] {2, 3, 10}) {
            Batches.assertChunksEqualWhole(() -> method(pool, Precision.FP32, ScalarType.Double), chunks, IMAGES);
        }
    }

    @ParameterizedTest
    @EnumSource(Vit.Pool.class)
    void gradientOfEachParameterEqualsFiniteDifferences(Vit.Pool pool) {
        try (var scope = Scope.open();
                var method = method(pool, Precision.FP32, ScalarType.Double)) {
            method.learn(Batches.views(IMAGES), 1, 0);
            double[] gradient = Tensors.doubles(method.parameters().gradients());
            double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < gradient.length; i += 23) {
                double numeric = Batches.derivative(method, i, Method.Outcome::total, IMAGES);
                assertThat(gradient[i]).isCloseTo(numeric, within(1e-6 * largest));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Vit.Pool.class)
    void bfloat16GivesNearlyTheSameRepresentationsAndLoss(Vit.Pool pool) {
        try (var scope = Scope.open();
                var exact = method(pool, Precision.FP32, ScalarType.Float);
                var rounded = method(pool, Precision.BF16, ScalarType.Float)) {
            List<Tensor> views = Batches.views(IMAGES).stream()
                    .map(v -> v.to(ScalarType.Float))
                    .toList();
            double loss = exact.learn(views, 2, 0).total();
            assertThat(rounded.learn(views, 2, 0).total()).isCloseTo(loss, within(0.02 * Math.abs(loss)));
            try (var off = Gradients.off()) {
                Tensor z = exact.encode(views.getFirst(), Mode.EVALUATE);
                Tensor other = rounded.encode(views.getFirst(), Mode.EVALUATE);
                double distance = Tensors.value(other.sub(z).norm().div(z.norm()));
                assertThat(distance).isPositive().isLessThan(0.02);
            }
        }
    }

    @Test
    void layersThatLearnAloneAreRefused() {
        assertThatThrownBy(() -> MethodSpec.Local.defaults().requireTrains(Vit.defaults()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("method: found layer-local with an encoder that has skip connections");
    }
}
