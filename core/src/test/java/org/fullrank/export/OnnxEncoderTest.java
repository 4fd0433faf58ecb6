package org.fullrank.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ConvNet;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.LinearMap;
import org.fullrank.net.Mlp;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.Recurrent;
import org.fullrank.net.ResNet;
import org.fullrank.net.ResNet1d;
import org.fullrank.net.Vgg;
import org.fullrank.net.Vit;
import org.fullrank.view.InputShape;
import org.fullrank.view.ValueScale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// onnxruntime computes what libtorch computes.
class OnnxEncoderTest {
    private static final int SIDE = 16;
    private static final InputShape COLOR = new InputShape.Image(3, SIDE, SIDE);
    private static final InputShape GRAY = new InputShape.Image(1, SIDE, SIDE);
    private static final InputShape ROWS = new InputShape.Features(5);
    private static final InputShape SERIES = new InputShape.Series(2, 20);

    /// An encoder and what it reads.
    private record Case(EncoderSpec spec, InputShape shape) {}

    static List<Case> cases() {
        return List.of(
                new Case(new ResNet(18, ResNet.Stem.CIFAR, 0.125, false), COLOR),
                new Case(new ResNet(50, ResNet.Stem.IMAGENET, 0.0625, false), COLOR),
                new Case(new ResNet(18, ResNet.Stem.CIFAR_PAD2, 0.0625, false), GRAY),
                new Case(new ConvNet(List.of(4, 6), 2, 2), COLOR),
                new Case(new ConvNet(List.of(4, 6), 2, 2, 2, false), COLOR),
                new Case(new Vgg(List.of(4, 6, 8), List.of(1, 3)), COLOR),
                new Case(new Vit(4, 6, 2, 2, 2, Vit.Pool.TOKEN), COLOR),
                new Case(new Vit(8, 6, 2, 3, 1.5, Vit.Pool.MEAN), GRAY),
                new Case(new ResNet1d(List.of(4, 6), 3), SERIES),
                new Case(new Recurrent(Recurrent.Cell.GRU, List.of(5, 4), Recurrent.Pool.MEAN), SERIES),
                new Case(new Recurrent(Recurrent.Cell.LSTM, List.of(5, 4), Recurrent.Pool.LAST), SERIES),
                new Case(new Recurrent(Recurrent.Cell.ORTHOGONAL, List.of(5, 4), Recurrent.Pool.MEAN), SERIES),
                new Case(new Mlp(List.of(10, 7), true), ROWS),
                new Case(new Mlp(List.of(10, 7), false), GRAY),
                new Case(new LinearMap(4), ROWS));
    }

    /// The scale of a case: other numbers for each channel or feature.
    private static ValueScale scale(InputShape shape) {
        boolean image = shape instanceof InputShape.Image;
        int axis = image ? 2 : 0;
        int count = Math.toIntExact(shape.memory()[axis]);
        float[] factor = new float[count];
        float[] offset = new float[count];
        for (int c = 0; c < count; c++) {
            factor[c] = (image ? 1 / 255f : 1) * (1 + 0.25f * c);
            offset[c] = -0.5f - 0.125f * c;
        }
        return new ValueScale(factor, offset, axis);
    }

    /// Random parameters and running statistics.
    private static void fill(ParameterBuffer buffer) {
        var random = Keyed.of(4);
        for (Tensor values : Stream.of(buffer.values(), buffer.statistics()).toList()) {
            float[] drawn = new float[Math.toIntExact(values.numel())];
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = (float) (0.2 + 0.2 * random.nextDouble()) * (i % 3 == 0 ? -1 : 1);
            }
            values.copy_(Tensors.of(drawn, drawn.length));
        }
        buffer.statistics().abs_(); // variances are positive
    }

    private static float[] raw(InputShape shape, int count) {
        var random = Keyed.of(count);
        float[] raw = new float[count * shape.values()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = shape instanceof InputShape.Image ? random.nextInt(256) : (float) random.nextGaussian();
        }
        return raw;
    }

    /// Raw values as an input of the encoder, computed value by value.
    private static Tensor input(InputShape shape, float[] raw) {
        long[] sizes = shape.memory();
        long n = raw.length / shape.values();
        ValueScale scale = scale(shape);
        float[] scaled = new float[raw.length];
        for (int i = 0; i < raw.length; i++) {
            int inner = shape instanceof InputShape.Series ? Math.toIntExact(sizes[1]) : 1;
            int c = i / inner % scale.factor().length;
            scaled[i] = raw[i] * scale.factor()[c] + scale.offset()[c];
        }
        long[] whole = new long[sizes.length + 1];
        whole[0] = n;
        System.arraycopy(sizes, 0, whole, 1, sizes.length);
        Tensor x = Tensors.of(scaled, whole);
        return shape instanceof InputShape.Image ? x.permute(0, 3, 1, 2).contiguous() : x;
    }

    private static OnnxEncoder model(
            Encoder encoder, InputShape shape, OnnxEncoder.Input input, @Nullable String layer) {
        return new OnnxEncoder(
                encoder, shape, scale(shape), new OnnxEncoder.Settings(input, layer, 256, Map.of("a", "b")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onnxruntimeComputesTheSameEmbeddings(Case c) {
        var builder = new NetworkBuilder(1);
        Encoder encoder = c.spec.build(builder, c.shape);
        String layer = encoder.names().getFirst();
        try (var scope = Scope.withoutGradients();
                var buffer = builder.build(Device.CPU, ScalarType.Float)) {
            fill(buffer);
            for (@Nullable String wanted : Arrays.<@Nullable String>asList(null, layer)) {
                for (var input : List.of(OnnxEncoder.Input.UINT8, OnnxEncoder.Input.FLOAT)) {
                    OnnxEncoder model = model(encoder, c.shape, input, wanted);
                    try (var check = new OnnxCheck(model.toBytes(), 1)) {
                        for (int count : new int[] {1, 7}) {
                            float[] raw = raw(c.shape, count);
                            float[][] found = check.run(raw, model.readsBytes(), c.shape.memory());
                            List<String> names = wanted == null ? List.of() : List.of(wanted);
                            Tensor expected = encoder.forward(input(c.shape, raw), Mode.EVALUATE, names)
                                    .getLast();
                            assertSame(found, expected);
                        }
                    }
                }
            }
        }
    }

    private static void assertSame(float[][] found, Tensor expected) {
        assertThat(new long[] {found.length, found[0].length}).isEqualTo(Tensors.shape(expected));
        float[] values = Tensors.floats(expected);
        float largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isPositive();
        for (int i = 0; i < values.length; i++) {
            assertThat(found[i / found[0].length][i % found[0].length]).isCloseTo(values[i], within(2e-5f * largest));
        }
    }

    @Test
    void anEncoderThatAGraphCannotHaveIsRefused() {
        var builder = new NetworkBuilder(1);
        Encoder encoder = new ConvNet(List.of(4, 16), 2, 2, true).build(builder, COLOR);
        try (var buffer = builder.build(Device.CPU, ScalarType.Float)) {
            assertThatThrownBy(model(encoder, COLOR, OnnxEncoder.Input.IMAGE, null)::toBytes)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("export another encoder");
        }
    }

    @Test
    void aBlockThatDoesNotExistIsRefused() {
        var builder = new NetworkBuilder(1);
        Encoder encoder = new LinearMap(4).build(builder, ROWS);
        try (var buffer = builder.build(Device.CPU, ScalarType.Float)) {
            assertThatThrownBy(model(encoder, ROWS, OnnxEncoder.Input.IMAGE, "layer9")::toBytes)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found no layer layer9, expected one of map");
        }
    }

    @Test
    void aDamagedModelDoesNotLoad() {
        assertThatThrownBy(() -> new OnnxCheck(new byte[] {1, 2, 3}, 1))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("the model does not load in onnxruntime");
    }

    /// The examples of the encoding guide of Protocol Buffers.
    @Test
    void messagesHaveTheirPublishedBytes() {
        assertThat(new Protobuf().number(1, 150).toBytes()).containsExactly(0x08, 0x96, 0x01);
        assertThat(new Protobuf().text(2, "testing").toBytes())
                .containsExactly(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67);
        assertThat(new Protobuf().message(3, new Protobuf().number(1, 150)).toBytes())
                .containsExactly(0x1a, 0x03, 0x08, 0x96, 0x01);
        assertThat(new Protobuf().number(1, -2).toBytes())
                .containsExactly(0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
        assertThat(new Protobuf().decimal(1, 1f).toBytes()).containsExactly(0x0d, 0, 0, 0x80, 0x3f);
    }
}
