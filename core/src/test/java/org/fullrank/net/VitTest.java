package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VitTest {
    private static final int SIDE = 6;
    private static final InputShape IMAGES = new InputShape.Image(2, SIDE, SIDE);

    private record Net(Vit spec, Encoder encoder, ParameterBuffer parameters) implements AutoCloseable {
        static Net of(Vit spec, InputShape input, ScalarType type) {
            var builder = new NetworkBuilder(1);
            Encoder encoder = spec.build(builder, input);
            return new Net(spec, encoder, builder.build(Device.CPU, type));
        }

        /// With parameters of a size that makes every part of the network matter.
        static Net lively(Vit.Pool pool) {
            Net net = of(tiny(pool), IMAGES, ScalarType.Double);
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                net.parameters
                        .values()
                        .add_(noise(11, net.parameters.values().numel()).mul(Tensors.scalar(0.5)));
            }
            return net;
        }

        ParameterBuffer.Segment segment(String name) {
            return parameters.segments().stream()
                    .filter(s -> s.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        double[] initial(String name) {
            try (var scope = Scope.open()) {
                return Tensors.doubles(segment(name).view(parameters.values()));
            }
        }

        @Override
        public void close() {
            parameters.close();
        }
    }

    private static Vit tiny(Vit.Pool pool) {
        return new Vit(2, 6, 2, 3, 1.5, pool);
    }

    private static Tensor noise(long key, long... shape) {
        double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        var random = Keyed.of(key);
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensors.of(values, shape);
    }

    /// `VisionTransformer(img_size=6, patch_size=2, in_chans=2, num_classes=0, embed_dim=6, depth=1,
    /// num_heads=3, mlp_ratio=1.5)` of timm 1.0.31, with `class_token=False, global_pool='avg'` for the
    /// mean.
    @ParameterizedTest
    @CsvSource({
        "TOKEN, cls_token 1x1x6, pos_embed 1x10x6, norm.weight 6, norm.bias 6",
        "MEAN, , pos_embed 1x9x6, fc_norm.weight 6, fc_norm.bias 6"
    })
    void parameterNamesAndShapesAreThoseOfTimm(
            Vit.Pool pool, String token, String positions, String lastWeight, String lastBias) {
        try (var net = Net.of(new Vit(2, 6, 1, 3, 1.5, pool), IMAGES, ScalarType.Float)) {
            var found = net.parameters().segments().stream()
                    .map(s -> s.name() + " "
                            + s.sizes().stream().map(String::valueOf).collect(Collectors.joining("x")))
                    .toList();
            assertThat(found)
                    .contains(positions, lastWeight, lastBias)
                    .contains(
                            "patch_embed.proj.weight 6x2x2x2",
                            "patch_embed.proj.bias 6",
                            "blocks.0.norm1.weight 6",
                            "blocks.0.norm1.bias 6",
                            "blocks.0.attn.qkv.weight 18x6",
                            "blocks.0.attn.qkv.bias 18",
                            "blocks.0.attn.proj.weight 6x6",
                            "blocks.0.attn.proj.bias 6",
                            "blocks.0.norm2.weight 6",
                            "blocks.0.norm2.bias 6",
                            "blocks.0.mlp.fc1.weight 9x6",
                            "blocks.0.mlp.fc1.bias 9",
                            "blocks.0.mlp.fc2.weight 6x9",
                            "blocks.0.mlp.fc2.bias 6")
                    .hasSize(17 + (token == null ? 0 : 1));
            assertThat(found.contains("cls_token 1x1x6")).isEqualTo(token != null);
        }
    }

    @ParameterizedTest
    @EnumSource(Vit.Pool.class)
    void theRepresentationIsThatOfANaiveTransformer(Vit.Pool pool) {
        try (var scope = Scope.open();
                var off = Gradients.off();
                var net = Net.lively(pool)) {
            Tensor x = noise(5, 3, 2, SIDE, SIDE);
            double[] pixels = Tensors.doubles(x);
            double[] found = Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE));
            var naive = new NaiveVit(net.spec(), net.parameters());
            for (int image = 0; image < 3; image++) {
                double[][][] channels = new double[2][SIDE][SIDE];
                for (int i = 0; i < 2 * SIDE * SIDE; i++) {
                    channels[i / (SIDE * SIDE)][i / SIDE % SIDE][i % SIDE] = pixels[image * 2 * SIDE * SIDE + i];
                }
                assertThat(Arrays.copyOfRange(found, image * 6, image * 6 + 6))
                        .containsExactly(naive.represent(channels), within(1e-11));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Vit.Pool.class)
    void gradientOfEachParameterEqualsFiniteDifferences(Vit.Pool pool) {
        try (var scope = Scope.open();
                var net = Net.lively(pool)) {
            Tensor x = noise(5, 3, 2, SIDE, SIDE);
            Tensor weights = noise(6, 3, 6);
            net.encoder().forward(x, Mode.TRAIN).mul(weights).sum().backward();
            double[] gradient = Tensors.doubles(net.parameters().gradients());
            double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
            try (var off = Gradients.off()) {
                for (int i = 0; i < gradient.length; i += 3) {
                    double numeric = (moved(net, x, weights, i, 1e-5) - moved(net, x, weights, i, -1e-5)) / 2e-5;
                    assertThat(gradient[i]).as("parameter %d", i).isCloseTo(numeric, within(1e-8 * largest));
                }
            }
        }
    }

    private static double moved(Net net, Tensor x, Tensor weights, int index, double by) {
        try (var scope = Scope.open()) {
            Tensor value = net.parameters().values().narrow(0, index, 1);
            value.add_(Tensors.scalar(by));
            double sum = Tensors.value(
                    net.encoder().forward(x, Mode.TRAIN).mul(weights).sum());
            value.sub_(Tensors.scalar(by));
            return sum;
        }
    }

    @Test
    void withoutPositionsTheMeanDoesNotDependOnTheOrderOfThePatches() {
        try (var scope = Scope.open();
                var off = Gradients.off();
                var net = Net.lively(Vit.Pool.MEAN)) {
            Tensor x = noise(5, 3, 2, SIDE, SIDE);
            Tensor turned = x.roll(new long[] {2, 4}, 2, 3); // by whole patches
            assertThat(Tensors.doubles(net.encoder().forward(turned, Mode.EVALUATE)))
                    .isNotEqualTo(Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE)));
            net.segment("pos_embed").view(net.parameters().values()).zero_();
            assertThat(Tensors.doubles(net.encoder().forward(turned, Mode.EVALUATE)))
                    .containsExactly(Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE)), within(1e-12));
        }
    }

    @Test
    void parametersStartAsInTimm() {
        try (var net = Net.of(Vit.defaults(), new InputShape.Image(3, 32, 32), ScalarType.Float)) {
            for (String name : List.of("pos_embed", "blocks.0.attn.qkv.weight", "blocks.11.mlp.fc2.weight")) {
                assertThat(deviation(net.initial(name))).as(name).isCloseTo(0.02, within(0.0005));
            }
            assertThat(deviation(net.initial("cls_token"))).isCloseTo(1e-6, within(2e-7));
            double bound = 1 / Math.sqrt(3 * 4 * 4);
            for (String name : List.of("patch_embed.proj.weight", "patch_embed.proj.bias")) {
                double[] values = net.initial(name);
                assertThat(Arrays.stream(values).map(Math::abs).max().orElseThrow())
                        .as(name)
                        .isBetween(0.97 * bound, bound);
            }
            for (ParameterBuffer.Segment s : net.parameters().segments()) {
                boolean vector = s.sizes().size() == 1 && !s.name().startsWith("patch_embed");
                if (vector) {
                    assertThat(net.initial(s.name()))
                            .as(s.name())
                            .containsOnly(s.name().endsWith("bias") ? 0 : 1);
                }
            }
        }
    }

    private static double deviation(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).average().orElseThrow());
    }

    @Test
    void weightDecaySparesTokensAndPositionsAsInTimm() {
        try (var net = Net.of(tiny(Vit.Pool.TOKEN), IMAGES, ScalarType.Float)) {
            assertThat(net.parameters().segments().stream()
                            .filter(s -> s.sizes().size() > 1 && !s.isMatrix())
                            .map(ParameterBuffer.Segment::name))
                    .containsExactly("cls_token", "pos_embed");
        }
    }

    @Test
    void patchesThatDoNotFillTheImageAreRefused() {
        assertThatThrownBy(() -> new Vit(4, 6, 2, 3, 4, Vit.Pool.MEAN).build(new NetworkBuilder(1), IMAGES))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "encoder.patch: found 4 for 2-channel images of 6 x 6 pixels, expected a divisor of both sides;"
                                + " change encoder.patch or views.size");
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        try (var scope = Scope.open();
                var net = Net.lively(Vit.Pool.MEAN)) {
            Tensor x = noise(5, 1, 2, SIDE, SIDE + 2);
            assertThatThrownBy(() -> net.encoder().forward(x, Mode.EVALUATE))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("encoder: found images of 6 x 8 pixels, expected 6 x 6");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 6, 1, 1, 4, 'patch: found 0, expected 1 to 256'",
        "4, 0, 1, 1, 4, 'width: found 0, expected 1 to 16384'",
        "4, 6, 65, 1, 4, 'depth: found 65, expected 1 to 64'",
        "4, 6, 1, 7, 4, 'heads: found 7, expected 1 to 6'",
        "4, 6, 1, 4, 4, 'heads: found 4, expected a divisor of the width 6'",
        "4, 6, 1, 2, 0.1, 'mlpRatio: found 0.1, expected up to 16 and at least one hidden unit'"
    })
    void settingsOutsideTheirRangeAreRefused(int patch, int width, int depth, int heads, double ratio, String message) {
        assertThatThrownBy(() -> new Vit(patch, width, depth, heads, ratio, Vit.Pool.MEAN))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }
}
