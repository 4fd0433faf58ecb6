package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.Kernel;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Jacobians, regions and noisy copies, of a network with known numbers and of each encoder.
class NoisyCopiesTest {
    private static final double[] W1 = {1, -.5, .3, .8, -.7, .2};
    private static final double[] B1 = {.1, -.2, .3};
    private static final double[] W2 = {.6, -1, .4, .5, .2, .9};

    private Scope scope;
    private ParameterBuffer parameters;
    private Layer.Chain layers;

    /// `W2 relu(W1 x + b1)`.
    @BeforeEach
    void build() {
        scope = Scope.open();
        var net = new NetworkBuilder(0);
        layers = Networks.projector(net, new ProjectorSpec(List.of(3, 2), false), 2);
        parameters = net.build(Device.CPU, ScalarType.Double);
        double[] all = new double[W1.length + W2.length + B1.length];
        System.arraycopy(W1, 0, all, 0, 6);
        System.arraycopy(W2, 0, all, 6, 6);
        System.arraycopy(B1, 0, all, 12, 3);
        try (var off = Scope.withoutGradients()) {
            parameters.values().copy_(Tensors.of(all, all.length));
        }
    }

    @AfterEach
    void close() {
        parameters.close();
        scope.close();
    }

    private Tensor network(Tensor x) {
        return layers.forward(x, Mode.EVALUATE);
    }

    private static Tensor point(double... x) {
        return Tensors.of(x, x.length);
    }

    @ParameterizedTest
    @CsvSource({
        ".5, .5, -.12, .29, .02, -1.02, -.07, .09",
        "-1, .2, .416, .936, -.28, .08, -.63, .18",
        "1, -1, .96, .8, .6, -.3, .5, -.25"
    })
    void goldenOutputsAndJacobians(double x, double y, double f, double g, double fx, double fy, double gx, double gy) {
        var copies = NoisyCopies.of(this::network, point(x, y), Tensors.of(new double[2], 1, 2), 1);
        assertThat(copies.plain()).containsExactly(new double[] {f, g}, within(1e-14));
        assertThat(copies.stay()).isEqualTo(1);
        assertThat(Tensors.doubles(Jacobian.of(this::network, point(x, y))))
                .containsExactly(new double[] {fx, fy, gx, gy}, within(1e-14));
    }

    @Test
    void aJacobianLeavesTheGradientsOfTheParametersAlone() {
        Jacobian.of(this::network, point(.5, .5));
        assertThat(Tensors.doubles(parameters.gradients())).containsOnly(0);
    }

    @Test
    void covariancesOfNoise() {
        Tensor jacobian = Tensors.of(new double[][] {{1, 2}, {0, -1}, {3, 1}});
        assertThat(Tensors.doubles(Jacobian.covariance(jacobian, .5)))
                .containsExactly(new double[] {1.25, -.5, 1.25, -.5, .25, -.25, 1.25, -.25, 2.5}, within(1e-15));
        assertThat(Tensors.doubles(Jacobian.covariance(jacobian, Tensors.of(new double[][] {{2, 1}, {1, 3}}))))
                .containsExactly(new double[] {18, -7, 19, -7, 3, -6, 19, -6, 27}, within(1e-13));
    }

    /// The three lines `W1 x + b1 = 0`, by hand.
    private static boolean[] signs(double x, double y) {
        boolean[] signs = new boolean[3];
        for (int k = 0; k < 3; k++) {
            signs[k] = W1[2 * k] * x + W1[2 * k + 1] * y + B1[k] > 0;
        }
        return signs;
    }

    @Test
    void aCopyIsInTheRegionIfAllSignsAgree() {
        Tensor draws = NoisyCopies.draws(ScalarType.Double, 700, new long[] {2}, 1); // several passes
        double[] e = Tensors.doubles(draws);
        var copies = NoisyCopies.of(this::network, point(.1, .1), draws, .3);
        boolean[] expected = new boolean[700];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Arrays.equals(signs(.1, .1), signs(.1 + .3 * e[2 * i], .1 + .3 * e[2 * i + 1]));
        }
        assertThat(copies.inRegion()).isEqualTo(expected);
        assertThat(copies.stay()).isBetween(.1, .9);
        assertThat(copies.output(1)).hasSize(700);
        double[] j = Tensors.doubles(Jacobian.of(this::network, point(.1, .1)));
        for (int i = 0; i < expected.length; i++) {
            double linear = copies.plain()[0] + .3 * (j[0] * e[2 * i] + j[1] * e[2 * i + 1]);
            if (expected[i]) {
                assertThat(copies.outputs()[2 * i]).isCloseTo(linear, within(1e-14));
            }
        }
    }

    private static UnaryOperator<Tensor> encoder(EncoderSpec spec, InputShape shape) {
        var net = new NetworkBuilder(3);
        Encoder encoder = spec.build(net, shape);
        net.build(Device.CPU, ScalarType.Double); // lives until the end of the process
        return x -> encoder.forward(x, Mode.EVALUATE);
    }

    private static final InputShape IMAGE = new InputShape.Image(2, 16, 16);

    private static EncoderSpec spec(String name) {
        return switch (name) {
            case "mlp" -> new Mlp(List.of(20, 10), true);
            case "conv" -> new ConvNet(List.of(4, 6), 1, 1);
            case "resnet" -> new ResNet(18, ResNet.Stem.IMAGENET, 1 / 16.0, false);
            case "vgg" -> new Vgg(List.of(4, 6), List.of(1, 2));
            case "linear" -> new LinearMap(5);
            case "resnet1d" -> new ResNet1d(List.of(4, 6), 3);
            case "orthogonal cell" -> new Recurrent(Recurrent.Cell.ORTHOGONAL, List.of(5), Recurrent.Pool.LAST);
            case "gru" -> new Recurrent(Recurrent.Cell.GRU, List.of(5), Recurrent.Pool.LAST);
            case "lstm" -> new Recurrent(Recurrent.Cell.LSTM, List.of(5), Recurrent.Pool.LAST);
            default -> new Vit(4, 12, 1, 2, 2, Vit.Pool.MEAN);
        };
    }

    /// In its region, a network is linear, and so are its ReLUs, its sums and its maxima.
    @ParameterizedTest
    @ValueSource(strings = {"mlp", "conv", "resnet", "vgg", "linear", "resnet1d"})
    void everyEncoderOfReluIsLinearInItsRegions(String name) {
        boolean series = name.equals("resnet1d");
        long[] shape = series ? new long[] {2, 64} : new long[] {2, 16, 16};
        UnaryOperator<Tensor> network = encoder(spec(name), series ? new InputShape.Series(2, 64) : IMAGE);
        Tensor x = NoisyCopies.draws(ScalarType.Double, 1, shape, 5).select(0, 0);
        Tensor draws = NoisyCopies.draws(ScalarType.Double, 40, shape, 6);
        Tensor jacobian = Jacobian.of(network, x);
        int inside = 0;
        for (double noise : new double[] {1e-6, 1e-4, 1e-3, 1e-2, 1}) {
            var copies = NoisyCopies.of(network, x, draws, noise);
            double[] moved = Tensors.doubles(draws.flatten(1, -1).matmul(jacobian.t()));
            assertThat(copies.curved()).isNull();
            for (int i = 0; i < copies.count(); i++) {
                double off = 0;
                for (int j = 0; j < copies.width(); j++) {
                    int k = i * copies.width() + j;
                    off = Math.max(off, Math.abs(copies.outputs()[k] - copies.plain()[j] - noise * moved[k]));
                }
                if (copies.inRegion()[i]) {
                    inside++;
                    assertThat(off).isLessThan(1e-12);
                } else {
                    assertThat(off).as("copy %d, noise %s", i, noise).isPositive();
                }
            }
        }
        assertThat(inside).isGreaterThan(20).isLessThanOrEqualTo(name.equals("linear") ? 200 : 190);
    }

    @ParameterizedTest
    @ValueSource(strings = {"orthogonal cell", "gru", "lstm"})
    void aRecurrentNetworkHasNoRegions(String name) {
        UnaryOperator<Tensor> network = encoder(spec(name), new InputShape.Series(2, 6));
        Tensor x = NoisyCopies.draws(ScalarType.Double, 1, new long[] {2, 6}, 5).select(0, 0);
        assertThat(NoisyCopies.of(network, x, x.unsqueeze(0), .1).curved()).isEqualTo(name);
    }

    @Test
    void aTransformerHasNoRegions() {
        UnaryOperator<Tensor> network = encoder(spec("vit"), IMAGE);
        Tensor x = NoisyCopies.draws(ScalarType.Double, 1, new long[] {2, 16, 16}, 5)
                .select(0, 0);
        var copies = NoisyCopies.of(network, x, x.unsqueeze(0), .1);
        assertThat(copies.curved()).isEqualTo("layer norm");
        assertThatThrownBy(copies::stay)
                .isInstanceOf(InputException.class)
                .hasMessage("linear region: found layer norm in the network, which is curved, expected ReLUs; leave out"
                        + " the region");
        double[] slope = Tensors.doubles(Jacobian.of(network, x)); // it has a Jacobian
        var near = NoisyCopies.of(network, x, x.unsqueeze(0), 1e-6);
        double[] moved = Tensors.doubles(Tensors.of(slope, 12, 512).matmul(x.flatten()));
        for (int j = 0; j < 12; j++) {
            assertThat((near.outputs()[j] - near.plain()[j]) / 1e-6).isCloseTo(moved[j], within(1e-4));
        }
    }

    @Test
    void aKernelMapHasNoRegions() {
        UnaryOperator<Tensor> network = encoder(new KernelMap(Kernel.of("rbf:1"), 2, 3), new InputShape.Features(2));
        assertThat(NoisyCopies.of(network, point(1, 2), Tensors.of(new double[4], 2, 2), 1)
                        .curved())
                .isEqualTo("kernel");
    }

    @Test
    void aMaximumThatMovesLeavesTheRegion() {
        UnaryOperator<Tensor> network =
                x -> Layers.halve().forward(x, Mode.EVALUATE).flatten(1, -1);
        Tensor x = Tensors.of(new double[] {1, 2, 0, 0}, 1, 2, 2);
        Tensor draws = Tensors.of(new double[] {.5, 0, 0, 0, 1.5, 0, 0, 0, 0, 3, 0, 0}, 3, 1, 2, 2);
        assertThat(NoisyCopies.of(network, x, draws, 1).inRegion()).containsExactly(true, false, true);
    }

    @Test
    void aTraceOfAnotherBatchIsAnError() {
        try (var regions = LinearRegions.open(3)) {
            assertThatThrownBy(() -> network(Tensors.of(new double[4], 2, 2)))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(LinearRegions.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -.1, Double.NaN, Double.POSITIVE_INFINITY})
    void noiseThatIsNoneIsRefused(double noise) {
        Tensor draws = Tensors.of(new double[4], 2, 2);
        String message =
                "noise: found %s, expected a finite standard deviation above 0; choose another".formatted(noise);
        assertThatThrownBy(() -> NoisyCopies.of(this::network, point(1, 1), draws, noise))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> Jacobian.covariance(draws, noise)).hasMessage(message);
    }

    @Test
    void whatIsNotFiniteIsRefused() {
        Tensor draws = Tensors.of(new double[4], 2, 2);
        assertThatThrownBy(() -> NoisyCopies.of(this::network, point(Double.NaN, 1), draws, 1))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        "input: found 1 of 2 not finite, the others 1.000 to 1.000, expected finite values");
        assertThatThrownBy(() -> Jacobian.of(this::network, point(1, Double.NEGATIVE_INFINITY)))
                .hasMessageStartingWith("input: found");
        assertThatThrownBy(() -> NoisyCopies.of(x -> x.div(Tensors.scalar(0)), point(1, 1), draws, 1))
                .hasMessageStartingWith("output: found");
        assertThatThrownBy(() -> Jacobian.covariance(draws, Tensors.of(new double[][] {{1, 2}, {0, 1}})))
                .hasMessageContaining("not symmetric");
        assertThatThrownBy(() -> Jacobian.covariance(draws, Tensors.of(new double[][] {{1}})))
                .hasMessageContaining("expected [2, 2]");
    }

    @Test
    void drawsDependOnTheirKeyOnly() {
        double[] a = Tensors.doubles(NoisyCopies.draws(ScalarType.Double, 1000, new long[] {3}, 1, 2));
        assertThat(Tensors.doubles(NoisyCopies.draws(ScalarType.Double, 1000, new long[] {3}, 1, 2)))
                .isEqualTo(a);
        assertThat(Tensors.doubles(NoisyCopies.draws(ScalarType.Double, 1000, new long[] {3}, 1, 3)))
                .isNotEqualTo(a);
        assertThat(Arrays.stream(a).average().orElseThrow()).isCloseTo(0, within(.07));
        assertThat(Arrays.stream(a).map(v -> v * v).average().orElseThrow()).isCloseTo(1, within(.1));
    }
}
