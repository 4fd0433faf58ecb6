package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrthogonalConvolutionTest {
    private static final double EXACT = 1e-10;

    private record Net(Layer layer, ParameterBuffer parameters, int in, FourierGrid grid) implements AutoCloseable {
        static Net of(int in, int out, int height, int width, ScalarType type) {
            var builder = new NetworkBuilder(3);
            var grid = new FourierGrid(height, width);
            Layer layer = OrthogonalConvolution.of(builder.in("conv"), in, out, grid);
            return new Net(layer, builder.build(Device.CPU, type), in, grid);
        }

        Tensor forward(Tensor x) {
            return layer.forward(x, Mode.EVALUATE);
        }

        @Override
        public void close() {
            parameters.close();
        }
    }

    /// Even and odd sides, one pixel, one line, and no frequency without its own negative.
    @ParameterizedTest
    @CsvSource({"3, 4, 6", "2, 5, 4", "2, 3, 5", "4, 1, 1", "3, 2, 2", "2, 1, 6", "1, 4, 4", "2, 6, 1"})
    void theMapIsOrthogonal(int channels, int height, int width) {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(channels, channels, height, width, ScalarType.Double)) {
            int size = channels * height * width;
            assertThat(net.parameters().values().numel()).isEqualTo((long) size * channels);
            assertThat(distance(net)).isLessThan(EXACT);
            // The matrices may be any: the start is special.
            for (Segment s : net.parameters().segments()) {
                Tensor drawn = s.copy(gaussian(net.parameters().values().numel(), Keyed.of(1)));
                s.store(torch.linalg_qr(drawn).get0(), net.parameters().values());
            }
            assertThat(distance(net)).isLessThan(EXACT);
        }
    }

    /// `|M M' - I|` of the matrix M whose rows are what the layer makes of single pixels.
    private static double distance(Net net) {
        long size = net.parameters().values().numel() / net.in();
        Tensor pixels = torch.eye(size, net.parameters().values().options())
                .view(size, net.in(), net.grid().height(), net.grid().width());
        return Orthogonal.error(net.forward(pixels).flatten(1, -1)); // [C H W, C H W]
    }

    /// The kernel is what the layer makes of one pixel at (0, 0).
    @ParameterizedTest
    @CsvSource({"2, 3, 4, 6", "2, 2, 5, 3"})
    void itIsACircularConvolution(int in, int out, int height, int width) {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(in, out, height, width, ScalarType.Double)) {
            double[][] kernels = new double[in][];
            for (int c = 0; c < in; c++) {
                double[] pixel = new double[in * height * width];
                pixel[c * height * width] = 1;
                kernels[c] = Tensors.doubles(net.forward(Tensors.of(pixel, 1, in, height, width)));
            }
            Tensor x = gaussian(in * height * width, Keyed.of(2)).view(1, in, height, width);
            double[] found = Tensors.doubles(net.forward(x));
            double[] image = Tensors.doubles(x);
            for (int i = 0; i < found.length; i++) {
                int o = i / (height * width);
                int row = i / width % height;
                int column = i % width;
                double expected = 0;
                for (int j = 0; j < image.length; j++) {
                    int dy = Math.floorMod(row - j / width % height, height);
                    int dx = Math.floorMod(column - j % width, width);
                    expected += image[j] * kernels[j / (height * width)][(o * height + dy) * width + dx];
                }
                assertThat(found[i]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void theKernelStartsWithThreeByThreeTaps() {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(4, 4, 6, 7, ScalarType.Double)) {
            double[] pixel = new double[4 * 42];
            pixel[2 * 42 + 3 * 7 + 3] = 1;
            Tensor taps = net.forward(Tensors.of(pixel, 1, 4, 6, 7));
            assertThat(taps.abs().sum().item().toDouble()).isGreaterThan(1);
            taps.narrow(2, 2, 3).narrow(3, 2, 3).zero_();
            assertThat(Tensors.value(taps.abs().max())).isLessThan(1e-15);
        }
    }

    @Test
    void moreOutputsThanInputsKeepTheNorm() {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(2, 5, 4, 4, ScalarType.Double)) {
            Tensor x = gaussian(3 * 2 * 16, Keyed.of(4)).view(3, 2, 4, 4);
            double[] before = Tensors.doubles(x.square().sum(1, 2, 3));
            double[] after = Tensors.doubles(net.forward(x).square().sum(1, 2, 3));
            assertThat(after).containsExactly(before, within(1e-12));
        }
    }

    /// The output is linear in the parameters, so a difference of any width is exact.
    @ParameterizedTest
    @CsvSource({"2, 3, 3, 4", "2, 2, 4, 3"})
    void theGradientEqualsFiniteDifferences(int in, int out, int height, int width) {
        try (var scope = Scope.open();
                var net = Net.of(in, out, height, width, ScalarType.Double)) {
            Tensor x = gaussian(2 * in * height * width, Keyed.of(5)).view(2, in, height, width);
            Tensor weights = gaussian(2 * out * height * width, Keyed.of(6)).view(2, out, height, width);
            x.set_requires_grad(true);
            net.forward(x).mul(weights).sum().backward();
            double[] gradient = Tensors.doubles(net.parameters().gradients());
            double[] input = Tensors.doubles(x.grad());
            try (var inner = Scope.withoutGradients()) {
                differences(net, x, weights, net.parameters().values(), gradient);
                differences(net, x, weights, x.detach().flatten(), input);
            }
        }
    }

    private static void differences(Net net, Tensor x, Tensor weights, Tensor values, double[] gradient) {
        for (int i = 0; i < gradient.length; i++) {
            double[] sides = new double[2];
            for (int side = 0; side < 2; side++) {
                values.select(0, i).add_(Tensors.scalar(side == 0 ? 1 : -2));
                sides[side] = Tensors.value(net.forward(x).mul(weights).sum());
            }
            values.select(0, i).add_(Tensors.scalar(1));
            assertThat(gradient[i]).isCloseTo((sides[0] - sides[1]) / 2, within(1e-11));
        }
    }

    @Test
    void bfloat16ChangesNothing() {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(3, 3, 4, 4, ScalarType.Float)) {
            Tensor x = gaussian(2 * 3 * 16, Keyed.of(7)).view(2, 3, 4, 4).to(ScalarType.Float);
            float[] plain = Tensors.floats(net.forward(x));
            try (var half = Precision.BF16.autocast(Device.CPU)) {
                assertThat(Tensors.floats(net.forward(x))).containsExactly(plain);
                Tensor rounded = x.to(ScalarType.BFloat16);
                assertThat(net.forward(rounded).scalar_type().intern()).isEqualTo(ScalarType.Float);
            }
        }
    }

    @Test
    void whatCannotKeepTheNormIsRefused() {
        assertThatThrownBy(() -> new ConvNet(List.of(4, 3), 1, 1, true)
                        .build(new NetworkBuilder(1), new InputShape.Image(1, 8, 8)))
                .isInstanceOf(InputException.class)
                .hasMessage("encoder.channels: found an orthogonal convolution of 4 channels to 3, expected at least as"
                        + " many as before, because a map to fewer cannot keep the norm; raise the 3 or use"
                        + " encoder.orthogonal=false");
        assertThatThrownBy(() ->
                        new ConvNet(List.of(2), 1, 1, true).build(new NetworkBuilder(1), new InputShape.Image(3, 8, 8)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("3 channels to 2");
    }

    @Test
    void imagesOfAnotherSizeAreRefused() {
        try (var scope = Scope.withoutGradients();
                var net = Net.of(1, 1, 4, 6, ScalarType.Float)) {
            assertThatThrownBy(() -> net.forward(Tensors.of(new float[24], 1, 1, 6, 4)))
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith("orthogonal convolution: found images of 6 x 4 pixels, expected 4 x 6");
        }
    }

    /// Four channels have room for 2x2 pixels, three do not.
    @ParameterizedTest
    @ValueSource(ints = {5, 6})
    void halvingKeepsAllPixelsWhereTheyFit(int side) {
        try (var scope = Scope.withoutGradients()) {
            Tensor x = gaussian(side * side, Keyed.of(8)).view(1, 1, side, side);
            Tensor moved = OrthogonalConvolution.halve(1, 4).forward(x, Mode.EVALUATE);
            assertThat(Tensors.shape(moved)).containsExactly(1, 4, 3, 3);
            double[] kept = Tensors.doubles(moved);
            double[] pixels = Tensors.doubles(x);
            assertThat(Arrays.stream(kept).filter(v -> v != 0).sorted())
                    .containsExactly(Arrays.stream(pixels).sorted().boxed().toArray(Double[]::new));
            Tensor mean = OrthogonalConvolution.halve(1, 3).forward(x, Mode.EVALUATE);
            assertThat(Tensors.shape(mean)).containsExactly(1, 1, 3, 3);
            double[] means = Tensors.doubles(mean);
            for (int i = 0; i < means.length; i++) {
                int row = 2 * (i / 3);
                int column = 2 * (i % 3);
                double sum = 0;
                int count = 0;
                for (int j = 0; j < 4; j++) {
                    if (row + j / 2 < side && column + j % 2 < side) {
                        sum += pixels[(row + j / 2) * side + column + j % 2];
                        count++;
                    }
                }
                assertThat(means[i]).isCloseTo(sum / count, within(1e-15));
            }
        }
    }

    private static Tensor gaussian(long count, RandomGenerator random) {
        double[] values = new double[Math.toIntExact(count)];
        Arrays.setAll(values, _ -> random.nextGaussian());
        return Tensors.of(values, count);
    }
}
