package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UntrainedNetworkTest {
    private static final int CHANNELS = 3;

    /// Lines and pictures whose sides halve with and without a remainder.
    static Stream<SignalShape> shapes() {
        return Stream.of(SignalShape.line(8), SignalShape.line(11), new SignalShape(6, 8), new SignalShape(7, 9));
    }

    private static double[] noise(int count) {
        Keyed random = Keyed.of(1, 2);
        return random.doubles(count, -0.1, 0.1).toArray();
    }

    private record Generated(double[] signal, NaiveSignal naive, double[] noise) {}

    private interface Use {
        void of(Generated generated);
    }

    private static void generate(UntrainedNetwork network, SignalShape shape, Use use) {
        var builder = new NetworkBuilder(5);
        SignalGenerator generator = network.build(builder, shape, CHANNELS);
        try (var scope = Scope.withoutGradients();
                var parameters = builder.build(Device.CPU, ScalarType.Double)) {
            double[] jitter =
                    Keyed.of(3).doubles(parameters.values().numel(), 0.5, 1.5).toArray();
            parameters.values().mul_(Tensors.of(jitter, jitter.length)); // norms other than 1
            double[] noise = noise(generator.inputCount());
            Tensor signal = generator.generate(Tensors.of(noise, noise.length));
            assertThat(Tensors.shape(signal)).containsExactly(shape.size(), CHANNELS);
            use.of(new Generated(Tensors.doubles(signal), new NaiveSignal(parameters), noise));
        }
    }

    private static double[][][] unit(NaiveSignal naive, String name, double[][][] x, int stride) {
        return NaiveSignal.leaky(naive.batchNorm(name + ".bn", naive.convolution(name + ".conv", x, stride)));
    }

    private static double[][][] scale(NaiveSignal naive, double[][][] x, int index, int scales) {
        if (index == scales) {
            return x;
        }
        String here = "scale" + index;
        double[][][] around = unit(naive, here + ".skip", x, 1);
        double[][][] down = unit(naive, here + ".down2", unit(naive, here + ".down1", x, 2), 1);
        double[][][] fine = NaiveSignal.doubled(scale(naive, down, index + 1, scales), x[0].length, x[0][0].length);
        double[][][] joined = naive.batchNorm(here + ".join", NaiveSignal.joined(around, fine));
        return unit(naive, here + ".up2", unit(naive, here + ".up1", joined, 1), 1);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theSkipNetworkIsTheHourglassOfTheDefinition(SignalShape shape) {
        generate(new SkipNetwork(4, 2, 2), shape, generated -> {
            NaiveSignal naive = generated.naive();
            double[][][] x = naive.input("input", generated.noise());
            double[] expected = NaiveSignal.columns(naive.convolution("out", scale(naive, x, 0, 2), 1));
            assertThat(generated.signal()).containsExactly(expected, within(1e-9));
        });
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void theDeepDecoderMixesChannelsAndDoubles(SignalShape shape) {
        generate(new DeepDecoder(4, 2), shape, generated -> {
            NaiveSignal naive = generated.naive();
            double[][][] x = naive.input("input", generated.noise());
            for (int i = 0; i < 3; i++) {
                double[][][] mixed = naive.convolution("block" + i + ".conv", x, 1);
                double[][][] fine = i == 2
                        ? mixed
                        : NaiveSignal.doubled(
                                mixed, shape.height() == 1 ? 1 : 2 * mixed[0].length, 2 * mixed[0][0].length);
                x = naive.batchNorm("block" + i + ".bn", NaiveSignal.leaky(fine));
            }
            double[][][] out = naive.convolution("out", x, 1);
            assertThat(generated.signal())
                    .containsExactly(
                            NaiveSignal.columns(NaiveSignal.cut(out, shape.height(), shape.width())), within(1e-9));
        });
    }

    @Test
    void aSideTooShortForOneScaleIsRefused() {
        for (UntrainedNetwork network : List.of(new SkipNetwork(4, 2, 2), new DeepDecoder(4, 2))) {
            assertThatThrownBy(() -> network.build(new NetworkBuilder(1), new SignalShape(9, 2), 1))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "network: found a side of 2 in a factor of 9 x 2 positions, expected at least 3; join it"
                                    + " with another side");
        }
    }

    @Test
    void aShortSideGetsFewerScales() {
        var network = new SkipNetwork(2, 5, 1);
        assertThat(IntStream.of(3, 4, 5, 8, 9, 32, 33, 1000)
                        .map(side -> network.scales(SignalShape.line(side)))
                        .toArray())
                .containsExactly(1, 1, 2, 2, 3, 4, 5, 5);
        assertThat(network.scales(new SignalShape(64, 5))).isEqualTo(2);
        assertThat(parameters(network, 9)).isEqualTo(parameters(new SkipNetwork(2, 3, 1), 9));
        assertThat(parameters(new DeepDecoder(2, 5), 9)).isEqualTo(parameters(new DeepDecoder(2, 3), 9));
    }

    private static long parameters(UntrainedNetwork network, int side) {
        var net = new NetworkBuilder(1);
        network.build(net, SignalShape.line(side), 2);
        try (var parameters = net.build(Device.CPU, ScalarType.Float)) {
            return parameters.values().numel();
        }
    }

    @Test
    void theShortestSideIsEnough() {
        for (int scales : List.of(1, 3, 5)) {
            for (UntrainedNetwork network : List.of(new SkipNetwork(2, scales, 1), new DeepDecoder(2, scales))) {
                for (int side : new int[] {UntrainedNetwork.SHORTEST_SIDE, (1 << scales) + 1}) {
                    generate(
                            network,
                            SignalShape.line(side),
                            generated -> assertThat(generated.signal()).doesNotContain(Double.NaN));
                }
            }
        }
    }

    @Test
    void impossibleSizesAreRefused() {
        assertThatThrownBy(() -> new SkipNetwork(0, 5, 4)).hasMessage("width: found 0, expected 1 to 65536 channels");
        assertThatThrownBy(() -> new DeepDecoder(4, 12)).hasMessage("scales: found 12, expected 1 to 11");
        assertThatThrownBy(() -> new SignalShape(0, 3))
                .hasMessage("signal: found 0 x 3 positions, expected at least 1 x 1");
    }
}
