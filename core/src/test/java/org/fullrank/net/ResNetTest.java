package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ResNet.Stem;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResNetTest {
    private record Net(Layer layer, ParameterBuffer parameters) implements AutoCloseable {
        @Override
        public void close() {
            parameters.close();
        }
    }

    private static Net build(EncoderSpec spec, int channels) {
        var builder = new NetworkBuilder(1);
        Layer layer = spec.build(builder, new InputShape.Image(channels, 32, 32));
        return new Net(layer, builder.build(Device.CPU, ScalarType.Float));
    }

    private static ResNet narrow(int depth, Stem stem, boolean zeroInit) {
        return new ResNet(depth, stem, 0.125, zeroInit);
    }

    @ParameterizedTest
    @ValueSource(ints = {18, 34, 50})
    void parameterNamesAndShapesAreThoseOfTorchvision(int depth) throws IOException {
        try (var net = build(new ResNet(depth, Stem.IMAGENET, 1, true), 3)) {
            List<String> found = Stream.concat(
                            net.parameters().segments().stream(), net.parameters().statisticSegments().stream())
                    .map(ResNetTest::line)
                    .toList();
            List<String> expected = torchvision(depth)
                    .filter(line -> !line.contains("num_batches_tracked"))
                    .toList();
            assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static String line(ParameterBuffer.Segment segment) {
        return segment.name() + " "
                + segment.sizes().stream().map(String::valueOf).collect(Collectors.joining("x"));
    }

    private static Stream<String> torchvision(int depth) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(ResNetTest.class.getResourceAsStream("resnet" + depth + ".txt"), "list")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "18, IMAGENET, 64",
        "18, CIFAR, 16",
        "18, CIFAR_PAD2, 16",
        "34, CIFAR, 16",
        "50, IMAGENET, 64",
        "50, CIFAR, 16"
    })
    void outputIsOneRowOfFeaturesPerImage(int depth, Stem stem, int size) {
        ResNet spec = narrow(depth, stem, true);
        try (var scope = Scope.open();
                var off = Gradients.off();
                var net = build(spec, 3)) {
            Tensor y = net.layer().forward(images(2, 3, size), Mode.TRAIN);
            assertThat(Tensors.shape(y)).containsExactly(2, spec.features());
            assertThat(spec.features()).isEqualTo(depth == 50 ? 256 : 64);
        }
    }

    @Test
    void theStemForSmallImagesKeepsTheirSize() {
        try (var net = build(narrow(18, Stem.CIFAR, true), 1)) {
            assertThat(net.parameters().segments().getFirst().sizes()).containsExactly(8L, 1L, 3L, 3L);
        }
        assertThat(stemPixels(Stem.CIFAR)).isGreaterThan(stemPixels(Stem.IMAGENET));
    }

    /// Two pixels of zeros around: the stem's output has one pixel more at each border, where the smaller
    /// padding agrees.
    @Test
    void theWiderPaddingAddsABorderAndChangesNothingWithin() {
        var builder = new NetworkBuilder(1);
        NetworkBuilder conv = builder.in("conv1");
        Layer one = Layers.convolution(conv, 3, 4, 3, 1);
        Layer two = Layers.convolution(builder.in("other"), 3, 4, 3, 1, 2);
        try (var scope = Scope.open();
                var off = Gradients.off();
                var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            Tensor values = parameters.values();
            parameters
                    .segments()
                    .get(1)
                    .view(values)
                    .copy_(parameters.segments().get(0).view(values));
            Tensor x = images(2, 3, 32);
            Tensor wide = two.forward(x, Mode.EVALUATE);
            assertThat(Tensors.shape(wide)).containsExactly(2, 4, 34, 34);
            Tensor inner = wide.narrow(2, 1, 32).narrow(3, 1, 32).contiguous();
            Tensor narrow = one.forward(x, Mode.EVALUATE);
            assertThat(Tensors.value(inner.sub(narrow).abs().max())).isLessThan(1e-5);
        }
        try (var scope = Scope.open();
                var off = Gradients.off();
                var usual = build(narrow(18, Stem.CIFAR, false), 3);
                var padded = build(narrow(18, Stem.CIFAR_PAD2, false), 3)) {
            assertThat(Tensors.floats(padded.parameters().values()))
                    .containsExactly(Tensors.floats(usual.parameters().values()));
            Tensor x = images(2, 3, 32);
            assertThat(Tensors.floats(padded.layer().forward(x, Mode.EVALUATE)))
                    .isNotEqualTo(Tensors.floats(usual.layer().forward(x, Mode.EVALUATE)));
        }
    }

    /// Pixels that the stem leaves of an image of 32 x 32.
    private static long stemPixels(Stem stem) {
        var builder = new NetworkBuilder(1);
        NetworkBuilder conv = builder.in("conv1");
        Layer layer = stem == Stem.CIFAR
                ? Layers.convolution(conv, 1, 1, 3, 1)
                : Layer.chain(List.of(Layers.convolution(conv, 1, 1, 7, 2), Layers.maxPool()));
        try (var scope = Scope.open();
                var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            return layer.forward(images(1, 1, 32), Mode.EVALUATE).numel();
        }
    }

    @ParameterizedTest
    @CsvSource({"0.25, 16, 128", "0.5, 32, 256", "2, 128, 1024"})
    void widthMultipliesAllChannels(double width, long first, int features) {
        var spec = new ResNet(18, Stem.CIFAR, width, true);
        assertThat(spec.features()).isEqualTo(features);
        try (var net = build(spec, 3)) {
            assertThat(net.parameters().segments().getFirst().sizes()).containsExactly(first, 3L, 3L, 3L);
        }
    }

    @ParameterizedTest
    @CsvSource({"18, bn2.weight", "50, bn3.weight"})
    void zeroInitSilencesTheLastNormOfEachBlockAndNoOther(int depth, String last) {
        try (var scope = Scope.open();
                var zero = build(narrow(depth, Stem.CIFAR, true), 3);
                var one = build(narrow(depth, Stem.CIFAR, false), 3)) {
            for (ParameterBuffer.Segment s : zero.parameters().segments()) {
                if (s.name().endsWith(".weight") && !s.isMatrix()) {
                    boolean silent = s.name().startsWith("layer") && s.name().endsWith("." + last);
                    assertThat(Tensors.floats(s.view(zero.parameters().values())))
                            .as(s.name())
                            .containsOnly(silent ? 0f : 1f);
                    assertThat(Tensors.floats(s.view(one.parameters().values())))
                            .as(s.name())
                            .containsOnly(1f);
                }
            }
        }
    }

    @Test
    void evaluationMovesNoBufferAndTrainingDoes() {
        try (var scope = Scope.open();
                var off = Gradients.off();
                var net = build(narrow(18, Stem.CIFAR, false), 3)) {
            float[] values = Tensors.floats(net.parameters().values());
            float[] before = Tensors.floats(net.parameters().statistics());
            net.layer().forward(images(4, 3, 16), Mode.EVALUATE);
            net.layer().forward(images(4, 3, 16), Mode.REPLAY);
            assertThat(Tensors.floats(net.parameters().statistics())).containsExactly(before);
            net.layer().forward(images(4, 3, 16), Mode.TRAIN);
            assertThat(Tensors.floats(net.parameters().statistics())).isNotEqualTo(before);
            assertThat(Tensors.floats(net.parameters().values())).containsExactly(values);
        }
    }

    @Test
    void aBlockThatStartsAtZeroIsTheIdentityOnWhatIsPositive() {
        try (var scope = Scope.open();
                var off = Gradients.off();
                var zero = build(narrow(18, Stem.CIFAR, true), 3)) {
            Tensor values = zero.parameters().values();
            Tensor x = images(2, 3, 16);
            float[] before = Tensors.floats(zero.layer().forward(x, Mode.EVALUATE));
            for (ParameterBuffer.Segment s : zero.parameters().segments()) {
                if (s.name().equals("layer1.0.conv1.weight")) {
                    s.view(values).mul_(Tensors.scalar(3));
                }
            }
            assertThat(Tensors.floats(zero.layer().forward(x, Mode.EVALUATE))).containsExactly(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, 101})
    void otherDepthsAreRefused(int depth) {
        assertThatThrownBy(() -> new ResNet(depth, Stem.CIFAR, 1, true))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected 18, 34 or 50");
    }

    private static Tensor images(int count, int channels, int size) {
        float[] pixels = new float[count * channels * size * size];
        var random = Keyed.of(7, size);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return Tensors.of(pixels, count, channels, size, size);
    }
}
