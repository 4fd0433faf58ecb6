package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer.Kind;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;

class ParameterBufferTest {
    private static final double[] INPUT = {1, 2, -1, 0.5, -3, 2};

    private record Net(Layer layer, ParameterBuffer parameters) implements AutoCloseable {
        @Override
        public void close() {
            parameters.close();
        }
    }

    private static Net linear(long seed) {
        var builder = new NetworkBuilder(seed);
        Layer layer = Layers.linear(builder.in("fc"), 3, 2, true);
        return new Net(layer, builder.build(Device.CPU, ScalarType.Double));
    }

    private static Tensor input() {
        return Tensors.of(INPUT, 2, 3);
    }

    /// The memory is `[out, H, W, in]`, the view is `[out, in, H, W]`.
    @Test
    void aSegmentWithChannelsLastIsAViewInTheOrderOfItsSizes() {
        try (var scope = Scope.open()) {
            int out = 2;
            int in = 3;
            int side = 2;
            double[] memory = new double[1 + out * in * side * side];
            for (int i = 0; i < memory.length; i++) {
                memory[i] = i;
            }
            var segment = new Segment("w", List.of(2L, 3L, 2L, 2L), 1, Kind.MATRIX, true);
            Tensor view = segment.view(Tensors.of(memory, memory.length));
            assertThat(Tensors.shape(view)).containsExactly(out, in, side, side);
            double[] found = Tensors.doubles(view);
            int i = 0;
            for (int o = 0; o < out; o++) {
                for (int c = 0; c < in; c++) {
                    for (int p = 0; p < side * side; p++) {
                        assertThat(found[i++]).isEqualTo(1 + (o * side * side + p) * in + c);
                    }
                }
            }
        }
    }

    /// The order of filters in memory changes no initial value, no output and no gradient.
    @Test
    void theOrderOfFiltersInMemoryDoesNotShow() {
        double[][] usual = convolution(false);
        double[][] last = convolution(true);
        for (int i = 0; i < usual.length; i++) {
            assertThat(last[i]).containsExactly(usual[i], within(1e-12));
        }
    }

    /// Initial filters `[4, 3, 3, 3]`, output, and gradient of the filters in the order of their sizes.
    private static double[][] convolution(boolean channelsLast) {
        var builder = new NetworkBuilder(5);
        Layer layer = Layers.convolution(builder, 3, 4, 3, 1);
        try (var scope = Scope.open();
                var parameters = builder.build(Device.CPU, ScalarType.Double, channelsLast)) {
            Segment filters = parameters.segments().getFirst();
            double[] x = new double[2 * 3 * 5 * 5];
            for (int i = 0; i < x.length; i++) {
                x[i] = Math.sin(i);
            }
            Tensor y = layer.forward(Tensors.of(x, 2, 3, 5, 5), Mode.TRAIN);
            y.mul(y).sum().backward();
            return new double[][] {
                Tensors.doubles(filters.view(parameters.values())),
                Tensors.doubles(y),
                Tensors.doubles(filters.view(parameters.gradients()))
            };
        }
    }

    @Test
    void writingTheValuesChangesTheForwardPass() {
        try (var scope = Scope.open();
                var off = Gradients.off();
                var net = linear(1)) {
            net.parameters().values().copy_(Tensors.of(new double[] {1, 2, 3, 4, 5, 6, 10, 20}, 8));
            double[] y = Tensors.doubles(net.layer().forward(input(), Mode.EVALUATE));
            double[][] w = {{1, 2, 3}, {4, 5, 6}};
            double[] b = {10, 20};
            for (int n = 0; n < 2; n++) {
                for (int j = 0; j < 2; j++) {
                    double expected = b[j];
                    for (int i = 0; i < 3; i++) {
                        expected += w[j][i] * INPUT[n * 3 + i];
                    }
                    assertThat(y[n * 2 + j]).isCloseTo(expected, within(1e-12));
                }
            }
        }
    }

    @Test
    void backwardPassesAddToTheGradientsInPlace() {
        try (var scope = Scope.open();
                var net = linear(1)) {
            long address = net.parameters().gradients().data_ptr().address();
            net.layer().forward(input(), Mode.TRAIN).sum().backward();
            double[] once = new double[8]; // both rows of the weight see the sum over the batch; the bias counts rows
            for (int i = 0; i < 3; i++) {
                once[i] = INPUT[i] + INPUT[3 + i];
                once[3 + i] = once[i];
            }
            once[6] = 2;
            once[7] = 2;
            assertThat(Tensors.doubles(net.parameters().gradients())).containsExactly(once, within(1e-12));
            net.layer().forward(input(), Mode.TRAIN).sum().backward();
            assertThat(Tensors.doubles(net.parameters().gradients()))
                    .containsExactly(
                            java.util.Arrays.stream(once).map(g -> 2 * g).toArray(), within(1e-12));
            net.parameters().clearGradients();
            assertThat(Tensors.doubles(net.parameters().gradients())).containsOnly(0.0);
            assertThat(net.parameters().gradients().data_ptr().address()).isEqualTo(address);
        }
    }

    @Test
    void matricesComeFirstAndFillOnePrefix() {
        var builder = new NetworkBuilder(1);
        new ConvNet(List.of(4, 8), 2, 1).build(builder, new InputShape.Image(3, 8, 8));
        try (var parameters = builder.build(Device.CPU, ScalarType.Float)) {
            long offset = 0;
            boolean vectors = false;
            for (Segment s : parameters.segments()) {
                assertThat(s.offset()).as(s.name()).isEqualTo(offset);
                assertThat(s.isMatrix() && vectors).as(s.name()).isFalse();
                vectors |= !s.isMatrix();
                offset += s.count();
                assertThat(s.offset() < parameters.matrixCount()).as(s.name()).isEqualTo(s.isMatrix());
            }
            assertThat(vectors).isTrue();
            assertThat(offset).isEqualTo(parameters.values().numel());
        }
    }

    @Test
    void anInitialValueDependsOnSeedAndNameAlone() {
        try (var scope = Scope.open();
                var alone = linear(5);
                var again = linear(5);
                var other = linear(6)) {
            var builder = new NetworkBuilder(5);
            Layers.linear(builder.in("before"), 7, 7, true);
            Layers.linear(builder.in("fc"), 3, 2, true);
            Layers.linear(builder.in("fd"), 3, 2, true);
            try (var among = builder.build(Device.CPU, ScalarType.Double)) {
                double[] expected = values(alone.parameters(), "fc.weight");
                assertThat(values(again.parameters(), "fc.weight")).containsExactly(expected);
                assertThat(values(among, "fc.weight")).containsExactly(expected);
                assertThat(values(among, "fd.weight")).isNotEqualTo(expected);
                assertThat(values(other.parameters(), "fc.weight")).isNotEqualTo(expected);
                assertThat(values(among, "fc.bias"))
                        .containsExactly(values(alone.parameters(), "fc.bias"))
                        .isNotEqualTo(java.util.Arrays.copyOf(expected, 2));
            }
        }
    }

    @Test
    void linearLayersStartUniformlyWithinTheRootOfTheirInputs() {
        var builder = new NetworkBuilder(2);
        Layers.linear(builder.in("fc"), 100, 200, false);
        try (var scope = Scope.open();
                var parameters = builder.build(Device.CPU, ScalarType.Double)) {
            double[] w = Tensors.doubles(parameters.values());
            double bound = 0.1;
            double squares = 0;
            for (double v : w) {
                assertThat(Math.abs(v)).isLessThanOrEqualTo(bound);
                squares += v * v;
            }
            assertThat(squares / w.length).isCloseTo(bound * bound / 3, within(0.02 * bound * bound / 3));
        }
    }

    @Test
    void filtersStartWithTheVarianceOfKaimingsFanOut() {
        var builder = new NetworkBuilder(2);
        Layers.convolution(builder.in("conv"), 32, 64, 3, 1);
        try (var scope = Scope.open();
                var parameters = builder.build(Device.CPU, ScalarType.Double)) {
            double[] w = Tensors.doubles(parameters.values());
            double squares = 0;
            for (double v : w) {
                squares += v * v;
            }
            double expected = 2.0 / (64 * 9);
            assertThat(squares / w.length).isCloseTo(expected, within(0.05 * expected));
        }
    }

    private static double[] values(ParameterBuffer parameters, String name) {
        for (Segment s : parameters.segments()) {
            if (s.name().equals(name)) {
                return Tensors.doubles(s.view(parameters.values()));
            }
        }
        throw new AssertionError("no parameter " + name);
    }
}
