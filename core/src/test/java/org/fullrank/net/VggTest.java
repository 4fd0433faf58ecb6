package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;

class VggTest {
    private static final InputShape.Image INPUT = new InputShape.Image(3, 32, 32);

    /// Uniform on +-1/sqrt(fan-in) has the variance 1 / (3 fan-in); the largest of many values is near the
    /// bound.
    @Test
    void fanInStartsWeightsAndBiasesUniformly() {
        try (var scope = Scope.open();
                var parameters = parameters(Vgg.Start.FAN_IN)) {
            for (ParameterBuffer.Segment s : parameters.segments()) {
                int layer = Integer.parseInt(s.name().split("[.]")[1]);
                int fanIn = layer == 0 ? 3 * 9 : (int) inputs(parameters, layer) * 9;
                double bound = 1 / Math.sqrt(fanIn);
                double[] values = Tensors.doubles(
                        s.view(parameters.values()).to(ScalarType.Double).flatten());
                double squares = 0;
                for (double v : values) {
                    assertThat(Math.abs(v)).as(s.name()).isLessThanOrEqualTo(bound * (1 + 1e-6));
                    squares += v * v;
                }
                double share = squares / values.length / (bound * bound);
                assertThat(share).as(s.name()).isCloseTo(1 / 3.0, within(s.isMatrix() ? 0.03 : 0.15));
            }
        }
    }

    private static long inputs(ParameterBuffer parameters, int layer) {
        return parameters.segments().stream()
                .filter(s -> s.name().equals("features.%d.weight".formatted(layer)))
                .findFirst()
                .orElseThrow()
                .sizes()
                .get(1);
    }

    @Test
    void kaimingIsTheDefaultAndHasNoBiases() {
        assertThat(Vgg.defaults().init()).isEqualTo(Vgg.Start.KAIMING);
        try (var scope = Scope.open();
                var parameters = parameters(Vgg.Start.KAIMING)) {
            for (ParameterBuffer.Segment s : parameters.segments()) {
                if (!s.isMatrix()) {
                    assertThat(Tensors.floats(s.view(parameters.values()))).containsOnly(0f);
                }
            }
        }
    }

    /// What the two starts leave of the activity behind eight blocks differs by four orders of magnitude.
    @Test
    void fanInLetsActivityShrink() {
        double ratio = variance(Vgg.Start.KAIMING) / variance(Vgg.Start.FAN_IN);
        assertThat(ratio).isBetween(1e3, 1e6);
    }

    /// Variance over images of the output, averaged over its columns.
    private static double variance(Vgg.Start start) {
        var builder = new NetworkBuilder(1);
        Encoder encoder = new Vgg(Vgg.DEFAULT_CHANNELS, Vgg.DEFAULT_POOL_AFTER, start).build(builder, INPUT);
        try (var scope = Scope.open();
                var off = Gradients.off();
                var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            float[] pixels = new float[32 * 3 * 32 * 32];
            var random = Keyed.of(5);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) random.nextGaussian();
            }
            Tensor y = encoder.forward(Tensors.of(pixels, 32, 3, 32, 32), Mode.EVALUATE); // [N, C]
            Tensor centered = y.sub(y.mean(0));
            return Tensors.value(centered.square().mean());
        }
    }

    private static ParameterBuffer parameters(Vgg.Start start) {
        var builder = new NetworkBuilder(1);
        new Vgg(List.of(32, 64, 64), List.of(1), start).build(builder, INPUT);
        return builder.build(Device.CPU, ScalarType.Float);
    }
}
