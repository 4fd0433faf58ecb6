package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ResNet;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportedEncoderTest {
    @Test
    void anExportedResNetHoldsExactlyWhatTorchvisionLoads(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("encoder.safetensors");
        try (var method = Method.of(
                MethodSpec.Joint.defaults(),
                ResNet.defaults(),
                new InputShape.Image(3, 224, 224),
                1,
                Method.Setting.of(Device.CPU, Precision.FP32))) {
            Checkpoint.exportEncoder(file, method, 42);
        }
        try (var scope = Scope.open();
                var saved = SafeTensors.open(file)) {
            List<String> found = new ArrayList<>();
            for (String name : saved.names()) {
                long[] shape = Objects.requireNonNull(saved.shape(name), name);
                found.add((name + " "
                                + Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x")))
                        .strip());
            }
            assertThat(found).containsExactlyInAnyOrderElementsOf(torchvision());
            Tensor count = Tensors.zeros(Device.CPU, ScalarType.Long);
            saved.copyInto("layer4.1.bn2.num_batches_tracked", count);
            assertThat(Tensors.longs(count)).containsExactly(42);
            assertThat(saved.metadata()).containsEntry("format", "pt");
        }
    }

    private static List<String> torchvision() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(EncoderSpec.class.getResourceAsStream("resnet18.txt"), "list of names")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .toList();
        }
    }
}
