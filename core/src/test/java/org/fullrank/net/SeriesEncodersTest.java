package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Recurrent.Cell;
import org.fullrank.net.Recurrent.Pool;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesEncodersTest {
    private record Net(Encoder encoder, ParameterBuffer parameters) implements AutoCloseable {
        static Net of(EncoderSpec spec, int channels, int length, ScalarType type) {
            var builder = new NetworkBuilder(1);
            Encoder encoder = spec.build(builder, new InputShape.Series(channels, length));
            return new Net(encoder, builder.build(Device.CPU, type));
        }

        /// With parameters of a size that makes every part of the network matter.
        static Net lively(EncoderSpec spec, int channels, int length) {
            Net net = of(spec, channels, length, ScalarType.Double);
            try (var scope = Scope.open();
                    var off = Gradients.off()) {
                Tensor values = net.parameters.values();
                values.add_(noise(11, values.numel()).mul(Tensors.scalar(0.3)));
            }
            return net;
        }

        @Override
        public void close() {
            parameters.close();
        }
    }

    private static Tensor noise(long key, long... shape) {
        double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        var random = Keyed.of(key);
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensors.of(values, shape);
    }

    private static double[][][] series(Tensor x) {
        double[] flat = Tensors.doubles(x);
        int channels = (int) x.size(1);
        int length = (int) x.size(2);
        double[][][] values = new double[(int) x.size(0)][channels][length];
        for (int i = 0; i < flat.length; i++) {
            values[i / (channels * length)][i / length % channels][i % length] = flat[i];
        }
        return values;
    }

    static Stream<Recurrent> recurrent() {
        return Stream.of(Cell.values())
                .flatMap(cell -> Stream.of(
                        new Recurrent(cell, List.of(5), Pool.MEAN), new Recurrent(cell, List.of(4, 6), Pool.LAST)));
    }

    static Stream<EncoderSpec> all() {
        return Stream.concat(recurrent(), Stream.of(new ResNet1d(List.of(4, 6), 3), new ResNet1d(List.of(3, 4, 5), 5)));
    }

    @ParameterizedTest
    @MethodSource("recurrent")
    void aRecurrentNetworkIsThatOfTheDefinition(Recurrent spec) {
        for (int[] shape : new int[][] {{3, 1, 7}, {2, 3, 4}, {1, 2, 1}}) {
            try (var scope = Scope.withoutGradients();
                    var net = Net.lively(spec, shape[1], shape[2])) {
                Tensor x = noise(5, shape[0], shape[1], shape[2]);
                double[] found = Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE));
                var naive = new NaiveRecurrent(spec, net.parameters());
                int width = spec.features();
                for (int i = 0; i < shape[0]; i++) {
                    assertThat(Arrays.copyOfRange(found, i * width, (i + 1) * width))
                            .containsExactly(naive.represent(series(x)[i]), within(1e-8));
                }
            }
        }
    }

    @Test
    void aOneDimensionalResidualNetworkIsThatOfTheDefinition() {
        for (int[] shape : new int[][] {{3, 1, 7}, {2, 3, 8}, {4, 2, 1}}) {
            var spec = new ResNet1d(List.of(3, 4, 5), 5);
            try (var scope = Scope.withoutGradients();
                    var net = Net.lively(spec, shape[1], shape[2])) {
                Tensor x = noise(5, shape[0], shape[1], shape[2]);
                double[] found = Tensors.doubles(net.encoder().forward(x, Mode.REPLAY));
                double[][] expected = new NaiveResNet1d(spec, net.parameters()).represent(series(x));
                assertThat(found)
                        .containsExactly(
                                Arrays.stream(expected)
                                        .flatMapToDouble(Arrays::stream)
                                        .toArray(),
                                within(1e-8));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void gradientOfEachParameterEqualsFiniteDifferences(EncoderSpec spec) {
        try (var scope = Scope.open();
                var net = Net.lively(spec, 2, 6)) {
            Tensor x = noise(5, 3, 2, 6);
            Tensor weights = noise(6, 3, spec.features());
            net.encoder().forward(x, Mode.REPLAY).mul(weights).sum().backward();
            double[] gradient = Tensors.doubles(net.parameters().gradients());
            double largest = Arrays.stream(gradient).map(Math::abs).max().orElseThrow();
            try (var off = Gradients.off()) {
                for (int i = 0; i < gradient.length; i++) {
                    double numeric = (moved(net, x, weights, i, 1e-6) - moved(net, x, weights, i, -1e-6)) / 2e-6;
                    assertThat(gradient[i]).as("parameter %d", i).isCloseTo(numeric, within(1e-6 * largest));
                }
            }
        }
    }

    private static double moved(Net net, Tensor x, Tensor weights, int index, double by) {
        try (var scope = Scope.open()) {
            Tensor value = net.parameters().values().narrow(0, index, 1);
            value.add_(Tensors.scalar(by));
            double sum = Tensors.value(
                    net.encoder().forward(x, Mode.REPLAY).mul(weights).sum());
            value.sub_(Tensors.scalar(by));
            return sum;
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void eachSeriesIsEncodedAlone(EncoderSpec spec) {
        for (int[] shape : new int[][] {{1, 9}, {3, 2}, {2, 1}}) {
            try (var scope = Scope.withoutGradients();
                    var net = Net.lively(spec, shape[0], shape[1])) {
                Tensor x = noise(5, 4, shape[0], shape[1]);
                double[] whole = Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE));
                double[] last = Tensors.doubles(net.encoder().forward(x.narrow(0, 3, 1), Mode.EVALUATE));
                assertThat(whole).hasSize(4 * spec.features());
                assertThat(Arrays.copyOfRange(whole, 3 * spec.features(), whole.length))
                        .containsExactly(last, within(1e-12));
            }
        }
    }

    @Test
    void theGeneratorOfTheOrthogonalCellIsAVector() {
        try (var net = Net.lively(new Recurrent(Cell.ORTHOGONAL, List.of(7), Pool.LAST), 1, 3)) {
            assertThat(net.parameters().segments())
                    .filteredOn(s -> s.name().equals("layers.0.generator"))
                    .singleElement()
                    .satisfies(s -> assertThat(s.isMatrix()).as("decays").isFalse());
        }
    }

    /// The state of units without input is only rotated, so its length stays, whatever the parameters are.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theOrthogonalCellKeepsTheLengthOfAState(boolean lively) {
        var spec = new Recurrent(Cell.ORTHOGONAL, List.of(16), Pool.LAST);
        try (var scope = Scope.withoutGradients();
                var net = lively ? Net.lively(spec, 1, 200) : Net.of(spec, 1, 200, ScalarType.Double)) {
            net.parameters().segments().stream()
                    .filter(s -> s.name().endsWith("bias"))
                    .forEach(s -> s.view(net.parameters().values()).zero_());
            double[] pulse = new double[200];
            pulse[0] = 1;
            double first = length(net.encoder().forward(Tensors.of(new double[] {1}, 1, 1, 1), Mode.EVALUATE));
            double last = length(net.encoder().forward(Tensors.of(pulse, 1, 1, 200), Mode.EVALUATE));
            assertThat(last).isCloseTo(first, within(1e-9));
        }
    }

    /// In bfloat16, the matrix would not be orthogonal.
    @Test
    void theOrthogonalCellComputesInFloat32() {
        var spec = new Recurrent(Cell.ORTHOGONAL, List.of(16), Pool.LAST);
        try (var scope = Scope.withoutGradients();
                var net = Net.of(spec, 2, 50, ScalarType.Float)) {
            Tensor x = noise(6, 4, 2, 50).to(ScalarType.Float);
            double[] exact = Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE));
            try (var bf16 = Precision.BF16.autocast(Device.CPU)) {
                assertThat(Tensors.doubles(net.encoder().forward(x, Mode.EVALUATE)))
                        .containsExactly(exact);
                Tensor product = x.select(0, 0).mm(x.select(0, 0).t());
                assertThat(product.scalar_type().intern())
                        .as("autocast is on again")
                        .isEqualTo(ScalarType.BFloat16);
            }
        }
    }

    private static double length(Tensor row) {
        return Math.sqrt(Arrays.stream(Tensors.doubles(row)).map(v -> v * v).sum());
    }

    @ParameterizedTest
    @CsvSource({"GRU, 3", "LSTM, 4"})
    void gatedCellsHaveTheParametersOfPyTorch(Cell cell, int gates) {
        try (var net = Net.of(new Recurrent(cell, List.of(5), Pool.LAST), 2, 3, ScalarType.Float)) {
            assertThat(net.parameters().segments().stream()
                            .map(s -> s.name() + " "
                                    + s.sizes().stream().map(String::valueOf).collect(Collectors.joining("x"))))
                    .containsExactly(
                            "layers.0.weight_ih %dx2".formatted(5 * gates),
                            "layers.0.weight_hh %dx5".formatted(5 * gates),
                            "layers.0.bias_ih %d".formatted(5 * gates),
                            "layers.0.bias_hh %d".formatted(5 * gates));
            try (var scope = Scope.open()) {
                double most = Arrays.stream(Tensors.doubles(net.parameters().values()))
                        .map(Math::abs)
                        .max()
                        .orElseThrow();
                assertThat(most).isBetween(0.8 / Math.sqrt(5), 1 / Math.sqrt(5));
            }
        }
    }

    /// Each pass frees what it made, except its result.
    @ParameterizedTest
    @EnumSource(Cell.class)
    void manyPassesNeedTheMemoryOfOne(Cell cell) {
        try (var net = Net.of(new Recurrent(cell, List.of(64), Pool.LAST), 1, 300, ScalarType.Float)) {
            long after = 0;
            for (int i = 0; i < 60; i++) {
                try (var scope = Scope.open()) {
                    Tensor x = noise(i, 32, 1, 300).to(ScalarType.Float);
                    net.encoder().forward(x, Mode.TRAIN).sum().backward();
                }
                if (i == 9) {
                    after = Pointer.physicalBytes();
                }
            }
            // A pass that kept its states, 300 x 32 x 64 floats, would grow by 120 MB.
            assertThat(Pointer.physicalBytes() - after).isLessThan(60L << 20);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void otherInputsThanSeriesAreRefused(EncoderSpec spec) {
        String encoder = spec instanceof Recurrent ? "a recurrent network" : "a one-dimensional residual network";
        assertThatThrownBy(() -> spec.build(new NetworkBuilder(1), new InputShape.Features(5)))
                .isInstanceOf(InputException.class)
                .hasMessage("encoder: found %s for vectors of 5 features, expected one for vectors;".formatted(encoder)
                        + " use --set encoder.type=mlp");
        assertThatThrownBy(() -> spec.build(new NetworkBuilder(1), new InputShape.Image(1, 8, 8)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "encoder: found %s for gray images of 8 x 8 pixels, expected one for images;".formatted(encoder)
                                + " use --set encoder.type=resnet");
    }

    @Test
    void encodersOfImagesRefuseSeries() {
        assertThatThrownBy(() -> ConvNet.defaults().build(new NetworkBuilder(1), new InputShape.Series(2, 30)))
                .isInstanceOf(InputException.class)
                .hasMessage("encoder: found a convolutional network for series of 2 channels and 30 steps, expected one"
                        + " for series; use --set encoder.type=resnet1d");
    }

    @Test
    void settingsOutsideTheirRangeAreRefused() {
        assertThatThrownBy(() -> new ResNet1d(List.of(4), 4))
                .isInstanceOf(InputException.class)
                .hasMessage("kernel: found 4, expected an odd number from 1 to 255");
        assertThatThrownBy(() -> new ResNet1d(List.of(), 3)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> new Recurrent(Cell.GRU, List.of(0), Pool.LAST))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("widths: found [0]");
        assertThatThrownBy(() -> new Recurrent(Cell.GRU, List.of(4, 0), Pool.LAST))
                .isInstanceOf(InputException.class);
    }
}
