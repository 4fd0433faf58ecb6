package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.fullrank.net.ResNet.Stem;
import org.fullrank.settings.RecordShape;
import org.fullrank.spectral.Kernel;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EncoderTest {
    private static final int SIDE = 16;
    private static final InputShape IMAGES = new InputShape.Image(3, SIDE, SIDE);
    private static final InputShape SERIES = new InputShape.Series(2, SIDE);

    static List<EncoderSpec> encoders() {
        return List.of(
                new ResNet(18, Stem.CIFAR, 0.125, false),
                new ConvNet(List.of(4, 6), 2, 1),
                new ConvNet(List.of(4, 6), 2, 2, 2, false),
                new ConvNet(List.of(4, 6), 1, 4, 4, false),
                new ConvNet(List.of(4, 16), 2, 2, true),
                new Vgg(List.of(4, 6, 8), List.of(1, 3)),
                new Vgg(List.of(4, 6, 8), List.of(1, 3), Vgg.Start.FAN_IN),
                new Vit(4, 6, 2, 2, 2, Vit.Pool.TOKEN),
                new Vit(4, 6, 2, 3, 1.5, Vit.Pool.MEAN),
                new ResNet1d(List.of(4, 6), 3),
                new Recurrent(Recurrent.Cell.ORTHOGONAL, List.of(5, 7), Recurrent.Pool.MEAN),
                new Recurrent(Recurrent.Cell.GRU, List.of(7), Recurrent.Pool.LAST),
                new Recurrent(Recurrent.Cell.LSTM, List.of(7), Recurrent.Pool.MEAN),
                new Mlp(List.of(10, 7), true),
                new Mlp(List.of(10, 7), false),
                new LinearMap(7),
                new KernelMap(new Kernel.Rbf(30), 9, 7));
    }

    @Test
    void everyKindOfEncoderIsTested() {
        assertThat(encoders().stream().<Class<?>>map(EncoderSpec::getClass).distinct())
                .containsExactlyInAnyOrderElementsOf(RecordShape.choices(EncoderSpec.class));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void whatAnEncoderSaysOfItselfIsTrue(EncoderSpec spec) {
        var builder = new NetworkBuilder(1);
        Encoder encoder = spec.build(builder, input(spec));
        assertThat(encoder.names()).isEqualTo(spec.blocks());
        assertThat(encoder.blocks().getLast().width()).isEqualTo(spec.features());
        try (var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            assertThat(parameters.statisticSegments().isEmpty()).isEqualTo(!spec.hasBatchNorm());
        }
    }

    /// Without its matrices a block gives 0 unless its input passes around them.
    @ParameterizedTest
    @MethodSource("encoders")
    void activityPassesAroundTheLayersOfABlockWhereTheEncoderSaysSo(EncoderSpec spec) {
        var builder = new NetworkBuilder(1);
        Encoder encoder = spec.build(builder, input(spec));
        try (var scope = Scope.open();
                var off = Gradients.off();
                var parameters = builder.build(Device.CPU, ScalarType.Double)) {
            Tensor first = encoder.enter(inputs(spec, 3).to(ScalarType.Double), Mode.EVALUATE);
            parameters.values().zero_();
            Tensor after = encoder.blocks().getFirst().layer().forward(first, Mode.EVALUATE);
            assertThat(Tensors.value(after.abs().sum()) > 0).isEqualTo(spec.hasSkips());
        }
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void onlyPerceptronsAndMapsTakeVectors(EncoderSpec spec) {
        var features = new InputShape.Features(5);
        if (spec instanceof Mlp || spec instanceof LinearMap || spec instanceof KernelMap) {
            assertThat(spec.build(new NetworkBuilder(1), features).names()).isEqualTo(spec.blocks());
        } else {
            assertThatThrownBy(() -> spec.build(new NetworkBuilder(1), features))
                    .isInstanceOf(InputException.class)
                    .hasMessageMatching(
                            "encoder: found a (convolutional network|vision transformer|one-dimensional residual network|recurrent network) for vectors of 5"
                                    + " features, expected one for vectors; use --set encoder.type=mlp");
        }
    }

    @Test
    void blocksHaveTheNamesThatUsersType() {
        assertThat(ResNet.defaults().blocks()).containsExactly("layer1", "layer2", "layer3", "layer4");
        assertThat(new ConvNet(List.of(4, 8), 2, 1).blocks())
                .containsExactly("stage1.0", "stage1.1", "stage2.0", "stage2.1");
        assertThat(new Vgg(List.of(4, 8), List.of()).blocks()).containsExactly("block1", "block2");
        assertThat(new Vit(4, 6, 2, 2, 2, Vit.Pool.TOKEN).blocks()).containsExactly("blocks.0", "blocks.1");
        assertThat(ResNet1d.defaults().blocks()).containsExactly("layer1", "layer2", "layer3");
        assertThat(new Recurrent(Recurrent.Cell.GRU, List.of(4, 6), Recurrent.Pool.LAST).blocks())
                .containsExactly("layers.0", "layers.1");
        assertThat(Mlp.defaults().blocks()).containsExactly("0", "1");
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void allBlocksOneByOneGiveWhatOnePassGives(EncoderSpec spec) {
        var builder = new NetworkBuilder(1);
        Encoder encoder = spec.build(builder, input(spec));
        try (var scope = Scope.open();
                var off = Gradients.off();
                var parameters = builder.build(Device.CPU, ScalarType.Double)) {
            Tensor x = inputs(spec, 3).to(ScalarType.Double);
            List<String> reversed = encoder.names().reversed();
            List<Tensor> outputs = encoder.forward(x, Mode.REPLAY, reversed);
            assertThat(Tensors.doubles(outputs.getFirst()))
                    .containsExactly(Tensors.doubles(encoder.forward(x, Mode.REPLAY)));
            Tensor activity = encoder.enter(x, Mode.REPLAY);
            for (Encoder.Block block : encoder.blocks()) {
                activity = block.layer().forward(activity, Mode.REPLAY);
                Tensor tap = outputs.get(1 + reversed.indexOf(block.name()));
                assertThat(Tensors.shape(tap)).containsExactly(3, block.width());
                assertThat(Tensors.doubles(tap)).containsExactly(Tensors.doubles(encoder.pool(activity, Mode.REPLAY)));
            }
            assertThat(Tensors.shape(outputs.getFirst())).containsExactly(3, spec.features());
        }
    }

    @Test
    void anUnknownBlockIsRefusedBeforeAnythingRuns() {
        Encoder encoder = Mlp.defaults().build(new NetworkBuilder(1), new InputShape.Features(4));
        try (var scope = Scope.open()) {
            Tensor x = Tensors.of(new float[8], 2, 4);
            assertThatThrownBy(() -> encoder.forward(x, Mode.EVALUATE, List.of("2")))
                    .isInstanceOf(InputException.class)
                    .hasMessage("encoder: found no layer 2, expected one of 0, 1");
        }
    }

    /// `torchvision.models.vgg11().features`.
    @Test
    void vggNamesItsParametersAsTorchvision() {
        var builder = new NetworkBuilder(1);
        Vgg.defaults().build(builder, new InputShape.Image(3, 32, 32));
        try (var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            assertThat(parameters.segments().stream()
                            .filter(ParameterBuffer.Segment::isMatrix)
                            .map(s -> s.name() + " "
                                    + s.sizes().stream().map(String::valueOf).collect(Collectors.joining("x"))))
                    .containsExactly(
                            "features.0.weight 64x3x3x3",
                            "features.3.weight 128x64x3x3",
                            "features.6.weight 256x128x3x3",
                            "features.8.weight 256x256x3x3",
                            "features.11.weight 512x256x3x3",
                            "features.13.weight 512x512x3x3",
                            "features.16.weight 512x512x3x3",
                            "features.18.weight 512x512x3x3");
            assertThat(parameters.statisticSegments()).isEmpty();
            assertThat(parameters.segments().stream().filter(s -> s.name().endsWith(".bias")))
                    .hasSize(8);
        }
    }

    @Test
    void imagesTooSmallForTheirPoolsAreRefusedBeforeAnythingRuns() {
        var vgg = new Vgg(List.of(2, 2, 2), List.of(1, 2, 3));
        assertThat(vgg.build(new NetworkBuilder(1), new InputShape.Image(1, 8, 9))
                        .names())
                .hasSize(3);
        assertThatThrownBy(() -> vgg.build(new NetworkBuilder(1), new InputShape.Image(1, 7, 9)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("encoder.poolAfter: found feature maps of 1 x 2 pixels before a pool");
    }

    @ParameterizedTest
    @MethodSource("wrongPools")
    void poolsAreRisingNumbersOfBlocks(List<Integer> pools) {
        assertThatThrownBy(() -> new Vgg(List.of(4, 4), pools))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("poolAfter: found");
    }

    static List<List<Integer>> wrongPools() {
        return List.of(List.of(0), List.of(3), List.of(1, 1), List.of(2, 1));
    }

    private static InputShape input(EncoderSpec spec) {
        return spec instanceof ResNet1d || spec instanceof Recurrent ? SERIES : IMAGES;
    }

    private static Tensor inputs(EncoderSpec spec, int count) {
        long[] shape = input(spec) == SERIES ? new long[] {count, 2, SIDE} : new long[] {count, 3, SIDE, SIDE};
        float[] values = new float[count * input(spec).values()];
        var random = Keyed.of(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }
}
