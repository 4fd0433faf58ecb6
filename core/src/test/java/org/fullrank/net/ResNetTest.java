package org.fullrank.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.EncoderSpec.ResNet;
import org.fullrank.net.EncoderSpec.Stem;
import org.fullrank.net.ParameterBuffer.Segment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResNetTest {
    @ParameterizedTest
    @ValueSource(ints = {18, 34, 50})
    void namesAndShapesEqualTorchvisions(int depth) throws IOException {
        var net = new NetworkBuilder(1);
        Networks.encoder(net, new ResNet(depth, Stem.IMAGENET, 1, true), 3);
        try (var parameters = net.build(Device.CPU, ScalarType.Float)) {
            var found = new TreeMap<String, String>();
            for (Segment s : all(parameters)) {
                found.put(s.name(), s.sizes().stream().map(String::valueOf).collect(Collectors.joining("x")));
            }
            assertThat(found).isEqualTo(torchvision(depth));
        }
    }

    /// The lists were written by bench/peers/torchvision_names.py. The counters of the norms, which a file carries but
    /// a
    /// network does not need, are left out here.
    private static Map<String, String> torchvision(int depth) throws IOException {
        try (InputStream in = ResNetTest.class.getResourceAsStream("resnet%d.txt".formatted(depth))) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.contains("num_batches_tracked"))
                    .collect(Collectors.toMap(
                            line -> line.substring(0, line.indexOf(' ')),
                            line -> line.substring(line.indexOf(' ') + 1)));
        }
    }

    private static List<Segment> all(ParameterBuffer parameters) {
        var all = new ArrayList<>(parameters.segments());
        all.addAll(parameters.statisticSegments());
        return all;
    }

    @Test
    void theCifarStemKeepsTheResolutionAndTheWidthScalesAllChannels() {
        var net = new NetworkBuilder(1);
        var spec = new ResNet(18, Stem.CIFAR, 0.25, true);
        Layer encoder = Networks.encoder(net, spec, 3);
        try (var scope = Scope.open();
                var parameters = net.build(Device.CPU, ScalarType.Float)) {
            assertThat(parameters.segments().getFirst().sizes()).containsExactly(16L, 3L, 3L, 3L);
            Tensor z = encoder.forward(Tensors.of(new float[2 * 3 * 32 * 32], 2, 3, 32, 32), Mode.EVALUATE);
            assertThat(Tensors.shape(z)).containsExactly(2, 128);
            assertThat(spec.features()).isEqualTo(128);
        }
    }

    @Test
    void aBlockWithZeroInitStartsAsItsShortcut() {
        for (int depth : new int[] {18, 50}) {
            var net = new NetworkBuilder(1);
            Networks.encoder(net, new ResNet(depth, Stem.CIFAR, 0.125, true), 3);
            String last = depth == 50 ? "bn3.weight" : "bn2.weight";
            try (var scope = Scope.open();
                    var parameters = net.build(Device.CPU, ScalarType.Float)) {
                for (Segment s : parameters.segments()) {
                    if (s.name().startsWith("layer") && s.name().endsWith(last)) {
                        assertThat(Tensors.floats(s.view(parameters.values()))).containsOnly(0);
                    } else if (s.name().endsWith("bn1.weight")) {
                        assertThat(Tensors.floats(s.view(parameters.values()))).containsOnly(1);
                    }
                }
            }
        }
    }

    @Test
    void initialValuesDependOnSeedAndNameAlone() {
        float[] one = initial(1, 0.125);
        assertThat(initial(1, 0.125)).containsExactly(one);
        assertThat(initial(2, 0.125)).isNotEqualTo(one);
    }

    private static float[] initial(long seed, double width) {
        var net = new NetworkBuilder(seed);
        Networks.encoder(net, new ResNet(18, Stem.CIFAR, width, false), 3);
        try (var parameters = net.build(Device.CPU, ScalarType.Float)) {
            return Tensors.floats(parameters.values());
        }
    }

    @Test
    void parametersAreViewsAndGradientsAccumulateInPlace() {
        var net = new NetworkBuilder(1);
        Layer mlp = Networks.encoder(net, new EncoderSpec.Mlp(List.of(3), false), 2);
        try (var scope = Scope.open();
                var parameters = net.build(Device.CPU, ScalarType.Float)) {
            try (var off = org.fullrank.engine.Gradients.off()) {
                parameters.values().fill_(Tensors.scalar(1));
            }
            Tensor x = Tensors.of(new float[] {2, 5}, 1, 2);
            assertThat(Tensors.floats(mlp.forward(x, Mode.TRAIN))).containsExactly(8, 8, 8);
            for (int pass = 1; pass <= 2; pass++) {
                Tensors.backward(mlp.forward(x, Mode.TRAIN), Tensors.of(new float[] {1, 1, 1}, 1, 3));
                assertThat(Tensors.floats(parameters.gradients()))
                        .containsExactly(scaled(pass, 2, 5, 2, 5, 2, 5, 1, 1, 1));
            }
        }
    }

    private static float[] scaled(int factor, float... values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return values;
    }

    @Test
    void matricesComeFirst() {
        var net = new NetworkBuilder(1);
        Networks.encoder(net, new ResNet(18, Stem.CIFAR, 0.125, true), 3);
        try (var parameters = net.build(Device.CPU, ScalarType.Float)) {
            for (Segment s : parameters.segments()) {
                assertThat(s.isMatrix()).isEqualTo(s.offset() < parameters.matrixCount());
            }
        }
    }
}
