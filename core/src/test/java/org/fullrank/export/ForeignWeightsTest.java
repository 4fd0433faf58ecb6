package org.fullrank.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ResNet;
import org.fullrank.net.Vit;
import org.fullrank.view.InputShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Weights under the names of other projects give the encoder from which they were written.
class ForeignWeightsTest {
    private static final InputShape.Image IMAGE = new InputShape.Image(3, 32, 32);
    private static final ResNet RESNET = new ResNet(18, ResNet.Stem.IMAGENET, 0.0625, false);
    private static final ResNet DEEP = new ResNet(50, ResNet.Stem.CIFAR, 0.03125, false);
    private static final Vit VIT = new Vit(8, 12, 2, 3, 2, Vit.Pool.TOKEN);

    @TempDir
    Path folder;

    /// A network with random weights.
    private record Network(Encoder encoder, ParameterBuffer buffer) implements AutoCloseable {
        static Network of(EncoderSpec spec, long seed) {
            var builder = new NetworkBuilder(seed);
            Encoder encoder = spec.build(builder, IMAGE);
            ParameterBuffer buffer = builder.build(Device.CPU, ScalarType.Float);
            try (var scope = Scope.withoutGradients()) {
                for (Tensor values : List.of(buffer.values(), buffer.statistics())) {
                    var random = Keyed.of(seed, values.numel());
                    float[] drawn = new float[Math.toIntExact(values.numel())];
                    for (int i = 0; i < drawn.length; i++) {
                        drawn[i] = (float) (0.1 + 0.2 * random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
                    }
                    values.copy_(Tensors.of(drawn, drawn.length));
                }
                buffer.statistics().abs_();
            }
            return new Network(encoder, buffer);
        }

        float[] embedding() {
            try (var scope = Scope.withoutGradients()) {
                float[] pixels = new float[2 * 3 * 32 * 32];
                var random = Keyed.of(9);
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = (float) random.nextGaussian();
                }
                return Tensors.floats(encoder.forward(Tensors.of(pixels, 2, 3, 32, 32), Mode.EVALUATE));
            }
        }

        Map<String, Tensor> tensors() {
            var tensors = new LinkedHashMap<String, Tensor>();
            buffer.segments().forEach(s -> tensors.put(s.name(), s.view(buffer.values())));
            buffer.statisticSegments().forEach(s -> tensors.put(s.name(), s.view(buffer.statistics())));
            return tensors;
        }

        @Override
        public void close() {
            buffer.close();
        }
    }

    /// Writes the tensors of a network under other names.
    private Path write(Network network, UnaryOperator<String> rename, Consumer<Map<String, Tensor>> change) {
        Path file = folder.resolve("model.safetensors");
        try (var scope = Scope.withoutGradients()) {
            var renamed = new LinkedHashMap<String, Tensor>();
            network.tensors().forEach((name, tensor) -> renamed.put(rename.apply(name), tensor));
            change.accept(renamed);
            SafeTensors.write(file, renamed, Map.of());
        }
        return file;
    }

    private void assertReads(EncoderSpec spec, UnaryOperator<String> rename, Consumer<Map<String, Tensor>> change) {
        assertReads(spec, rename, change, ForeignWeights.Hints.NONE);
    }

    private void assertReads(
            EncoderSpec spec,
            UnaryOperator<String> rename,
            Consumer<Map<String, Tensor>> change,
            ForeignWeights.Hints hints) {
        try (var network = Network.of(spec, 1);
                var weights = ForeignWeights.open(write(network, rename, change), hints);
                var other = Network.of(weights.encoder(), 2)) {
            assertThat(weights.encoder()).isEqualTo(spec);
            assertThat(weights.channels()).isEqualTo(3);
            assertThat(other.embedding()).isNotEqualTo(network.embedding());
            weights.copyInto(other.buffer, "");
            assertThat(other.embedding()).isEqualTo(network.embedding());
        }
    }

    private static Consumer<Map<String, Tensor>> none() {
        return tensors -> {};
    }

    private static Consumer<Map<String, Tensor>> with(String name, long... shape) {
        return tensors -> tensors.put(name, Tensors.of(new float[Math.toIntExact(product(shape))], shape));
    }

    private static long product(long... shape) {
        long product = 1;
        for (long size : shape) {
            product *= size;
        }
        return product;
    }

    @Test
    void namesOfTorchvisionAndItsHead() {
        assertReads(RESNET, name -> name, with("fc.weight", 10, 32));
        assertReads(DEEP, name -> "module.backbone." + name, with("module.backbone.bn1.num_batches_tracked", 1));
    }

    /// Written out, so that it is independent of the code under test.
    private static String hfResNet(String name) {
        return "resnet."
                + name.replaceFirst("^conv1\\.", "embedder.embedder.convolution.")
                        .replaceFirst("^bn1\\.", "embedder.embedder.normalization.")
                        .replaceFirst("^layer1\\.", "encoder.stages.0.layers.")
                        .replaceFirst("^layer2\\.", "encoder.stages.1.layers.")
                        .replaceFirst("^layer3\\.", "encoder.stages.2.layers.")
                        .replaceFirst("^layer4\\.", "encoder.stages.3.layers.")
                        .replaceFirst("\\.conv1\\.", ".layer.0.convolution.")
                        .replaceFirst("\\.conv2\\.", ".layer.1.convolution.")
                        .replaceFirst("\\.conv3\\.", ".layer.2.convolution.")
                        .replaceFirst("\\.bn1\\.", ".layer.0.normalization.")
                        .replaceFirst("\\.bn2\\.", ".layer.1.normalization.")
                        .replaceFirst("\\.bn3\\.", ".layer.2.normalization.")
                        .replaceFirst("\\.downsample\\.0\\.", ".shortcut.convolution.")
                        .replaceFirst("\\.downsample\\.1\\.", ".shortcut.normalization.");
    }

    @Test
    void namesOfHuggingFacesResNets() {
        assertReads(RESNET, ForeignWeightsTest::hfResNet, none());
        assertReads(DEEP, ForeignWeightsTest::hfResNet, with("classifier.1.weight", 10, 64));
    }

    @Test
    void namesOfTimmsTransformers() {
        assertReads(VIT, name -> name, with("head.weight", 10, 12), new ForeignWeights.Hints("timm", null, 3));
        Vit mean = new Vit(8, 64, 1, 1, 2, Vit.Pool.MEAN);
        assertReads(mean, name -> name, none());
    }

    @Test
    void namesOfTorchvisionsTransformers() {
        assertReads(
                VIT,
                name -> name.replace("cls_token", "class_token")
                        .replace("pos_embed", "encoder.pos_embedding")
                        .replace("patch_embed.proj", "conv_proj")
                        .replaceFirst("^norm\\.", "encoder.ln.")
                        .replaceFirst("^blocks\\.", "encoder.layers.encoder_layer_")
                        .replace("norm1", "ln_1")
                        .replace("norm2", "ln_2")
                        .replace("attn.qkv.weight", "self_attention.in_proj_weight")
                        .replace("attn.qkv.bias", "self_attention.in_proj_bias")
                        .replace("attn.proj", "self_attention.out_proj")
                        .replace("mlp.fc1", "mlp.0")
                        .replace("mlp.fc2", "mlp.3"),
                with("heads.head.weight", 10, 12),
                new ForeignWeights.Hints("torchvision", null, 3));
    }

    /// Queries, keys and values are three tensors there.
    @Test
    void namesOfHuggingFacesTransformers() {
        assertReads(
                VIT,
                name -> "vit."
                        + name.replace("cls_token", "embeddings.cls_token")
                                .replace("pos_embed", "embeddings.position_embeddings")
                                .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
                                .replaceFirst("^norm\\.", "layernorm.")
                                .replaceFirst("^blocks\\.", "encoder.layer.")
                                .replace("norm1", "layernorm_before")
                                .replace("norm2", "layernorm_after")
                                .replace("attn.proj", "attention.output.dense")
                                .replace("mlp.fc1", "intermediate.dense")
                                .replace("mlp.fc2", "output.dense"),
                split("attention.attention.", List.of("query", "key", "value")),
                new ForeignWeights.Hints(null, null, 3));
    }

    /// Replaces the joint tensors by three.
    private static Consumer<Map<String, Tensor>> split(String before, List<String> parts) {
        return tensors -> {
            for (String name : List.copyOf(tensors.keySet())) {
                if (name.contains("attn.qkv")) {
                    Tensor all = Objects.requireNonNull(tensors.remove(name));
                    for (int i = 0; i < 3; i++) {
                        tensors.put(
                                name.replace("attn.qkv", before + parts.get(i)),
                                all.narrow(0, 12 * i, 12).contiguous());
                    }
                }
            }
        };
    }

    @Test
    void namesOfHuggingFacesTransformersFromVersion5On() {
        assertReads(
                VIT,
                name -> name.replace("cls_token", "embeddings.cls_token")
                        .replace("pos_embed", "embeddings.position_embeddings")
                        .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
                        .replaceFirst("^norm\\.", "layernorm.")
                        .replaceFirst("^blocks\\.", "layers.")
                        .replace("norm1", "layernorm_before")
                        .replace("norm2", "layernorm_after")
                        .replace("attn.proj", "attention.o_proj"),
                split("attention.", List.of("q_proj", "k_proj", "v_proj")),
                new ForeignWeights.Hints("hf", null, 3));
    }

    @Test
    void oneOfSeveralNetworksIsChosen() {
        Consumer<Map<String, Tensor>> second = tensors -> List.copyOf(tensors.keySet())
                .forEach(name -> tensors.put(
                        name.replace("encoder_q", "encoder_k"),
                        Objects.requireNonNull(tensors.get(name)).mul(Tensors.scalar(2))));
        assertReads(RESNET, name -> "encoder_q." + name, second, new ForeignWeights.Hints(null, "encoder_q.", null));
        assertThatThrownBy(() -> assertReads(RESNET, name -> "encoder_q." + name, second))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found 2 encoders")
                .hasMessageContaining("--prefix one of [encoder_q., encoder_k.]");
    }

    private void assertRefused(EncoderSpec spec, Consumer<Map<String, Tensor>> change, String... says) {
        assertThatThrownBy(() -> assertReads(spec, name -> name, change, new ForeignWeights.Hints(null, null, 3)))
                .isInstanceOf(InputException.class)
                .hasMessageNotContaining("\n")
                .message()
                .contains(says);
    }

    @Test
    void variantsThatFullrankLacksAreRefusedByName() {
        assertRefused(RESNET, with("conv1.0.weight", 4, 3, 3, 3), "a stem of three convolutions", "resnet50d");
        assertRefused(DEEP, with("layer2.0.downsample.1.weight", 4, 3, 1, 1), "a shortcut with an average pool");
        assertRefused(RESNET, with("layer1.0.se.fc1.weight", 4, 4), "found 1 tensors that Fullrank's encoder lacks");
        assertRefused(RESNET, with("layer3.2.conv1.weight", 16, 16, 3, 3), "[2, 2, 3, 2]", "a depth of 18, 34 or 50");
        assertRefused(DEEP, with("layer1.1.conv2.weight", 4, 4, 3, 3), "has the shape [4, 4, 3, 3]", "wide or grouped");
        assertRefused(VIT, with("blocks.0.ls1.gamma", 12), "LayerScale");
        assertRefused(VIT, with("reg_token", 1, 4, 12), "register tokens");
        assertRefused(VIT, with("pos_embed", 1, 6, 12), "pos_embed");
        assertRefused(VIT, tensors -> tensors.remove("cls_token"), "found no class token");
        assertRefused(
                VIT, tensors -> tensors.remove("blocks.1.attn.qkv.bias"), "found no tensor blocks.1.attn.qkv.bias");
        assertRefused(RESNET, tensors -> tensors.remove("layer4.1.bn2.running_var"), "layer4.1.bn2.running_var");
        assertRefused(
                RESNET,
                tensors -> tensors.put("bn1.bias", Tensors.of(new float[] {0, 1, Float.NaN, 0}, 4)),
                "an entry of bn1.bias that is not finite");
        assertRefused(RESNET, Map::clear, "found no ResNet and no vision transformer");
    }

    @ParameterizedTest
    @CsvSource({
        "hf, found no ResNet and no vision transformer",
        "keras, '--names: found keras, expected torchvision, timm or hf'"
    })
    void otherNamesThanTheStatedOnesAreRefused(String names, String says) {
        var hints = new ForeignWeights.Hints(names, null, null);
        assertThatThrownBy(() -> assertReads(RESNET, name -> name, none(), hints))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(says);
        assertReads(RESNET, name -> name, none(), new ForeignWeights.Hints("timm", null, null));
    }

    /// A head beside the encoder is not read, whether its name has the prefix or not.
    @Test
    void headsBesideTheEncoderAreLeftOut() {
        for (String prefix : List.of("", "module.")) {
            try (var network = Network.of(RESNET, 1);
                    var weights = ForeignWeights.open(
                            write(network, name -> prefix + name, with(prefix + "projection_head.0.weight", 4, 32)),
                            ForeignWeights.Hints.NONE);
                    var other = Network.of(weights.encoder(), 2)) {
                assertThat(weights.copyInto(other.buffer, "")).containsExactly(prefix + "projection_head.0.weight");
            }
        }
    }

    @Test
    void shapesOfOtherRanksAndChannelsAreRefused() {
        assertRefused(VIT, with("patch_embed.proj.weight", 12, 192), "patch_embed.proj.weight has the shape [12, 192]");
        assertRefused(VIT, with("pos_embed", 12), "pos_embed has the shape [12]");
        assertRefused(RESNET, with("conv1.weight", 4, 12, 7, 7), "with 12 channels, expected 1 or 3");
    }

    @Test
    void theConfigurationBesideTheWeightsIsRead() throws IOException {
        Path weights = folder.resolve("model.safetensors");
        assertThat(ForeignConfig.inFolderOf(weights).stated()).isFalse();
        Files.writeString(
                folder.resolve("config.json"),
                "{\"pretrained_cfg\": {\"mean\": [0.1, 0.2, 0.3], \"std\": [0.4, 0.5, 0.6], \"input_size\": [3, 96, 96],"
                        + " \"crop_pct\": 0.95}}");
        ForeignConfig timm = ForeignConfig.inFolderOf(weights);
        assertThat(timm.mean()).containsExactly(0.1, 0.2, 0.3);
        assertThat(timm.std()).containsExactly(0.4, 0.5, 0.6);
        assertThat(timm.size()).isEqualTo(96);
        assertThat(timm.crop()).isEqualTo(0.95);
        Files.writeString(
                folder.resolve("config.json"), "{\"num_attention_heads\": 6, \"hidden_act\": \"quick_gelu\"}");
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"image_mean\": [0.5, 0.5, 0.5], \"image_std\": [0.25, 0.25, 0.25], \"size\": {\"shortest_edge\": 224}}");
        ForeignConfig hf = ForeignConfig.inFolderOf(weights);
        assertThat(hf.heads()).isEqualTo(6);
        assertThat(hf.size()).isEqualTo(224);
        assertThat(hf.mean()).containsExactly(0.5, 0.5, 0.5);
        assertThat(hf.refusal(VIT)).contains("hidden_act quick_gelu, expected gelu");
        assertThat(hf.notes()).isEmpty();
        Files.writeString(folder.resolve("config.json"), "{\"downsample_in_bottleneck\": true}");
        assertThat(ForeignConfig.inFolderOf(weights).refusal(RESNET))
                .contains("the stride is on the first convolution");
        assertThat(ForeignConfig.inFolderOf(weights).refusal(VIT)).isNull();
        Files.writeString(folder.resolve("config.json"), "{\"hidden_act\": \"gelu\"}");
        assertThat(ForeignConfig.inFolderOf(weights).refusal(RESNET)).contains("hidden_act gelu, expected relu");
        Files.writeString(folder.resolve("config.json"), "{\"architecture\": \"resnetblur50\"}");
        assertThat(ForeignConfig.inFolderOf(weights).refusal(DEEP)).contains("architecture resnetblur50");
        Files.writeString(
                folder.resolve("preprocessor_config.json"),
                "{\"crop_size\": 224, \"size\": 256, \"do_normalize\": false}");
        assertThat(ForeignConfig.inFolderOf(weights).size()).isEqualTo(224);
        assertThat(ForeignConfig.inFolderOf(weights).crop()).isEqualTo(0.875);
        assertThat(ForeignConfig.inFolderOf(weights).notes())
                .containsExactly("the configuration leaves out do_normalize; Fullrank does it");
        Files.writeString(folder.resolve("preprocessor_config.json"), "{\"size\": {\"height\": 224, \"width\": 224}}");
        assertThat(ForeignConfig.inFolderOf(weights).notes())
                .singleElement()
                .asString()
                .contains("whole images to a square");
        Files.writeString(folder.resolve("config.json"), "[1]");
        assertThatThrownBy(() -> ForeignConfig.inFolderOf(weights))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("config.json: found no JSON object");
    }
}
