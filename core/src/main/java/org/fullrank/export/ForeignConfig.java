package org.fullrank.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ResNet;
import org.jspecify.annotations.Nullable;

/// What the files beside some weights say: `config.json` of timm or Hugging Face, and `preprocessor_config.json` of
/// Hugging Face.
///
/// @param mean of each channel, from 0 to 1; empty if it is not stated
/// @param std deviation of each channel; empty if it is not stated
/// @param size side of the images; 0 if it is not stated
/// @param crop the share of the shorter side that the center crop keeps; 0 if it is not stated
/// @param heads of the attention; 0 if it is not stated
/// @param normEpsilon added to the variances of layer norms; 0 if it is not stated
/// @param stated whether there is a `config.json`
/// @param activation of `hidden_act`; empty if it is not stated
/// @param strides why the strides of a ResNet are not those of Fullrank; null if they are
/// @param architecture of timm; empty if it is not stated
/// @param notes what the project does differently with images
public record ForeignConfig(
        List<Double> mean,
        List<Double> std,
        int size,
        double crop,
        int heads,
        double normEpsilon,
        boolean stated,
        String activation,
        @Nullable String strides,
        String architecture,
        List<String> notes) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public ForeignConfig {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        notes = List.copyOf(notes);
    }

    /// Reads the files in the folder of a file of weights.
    ///
    /// @throws InputException when one of them is no JSON object
    public static ForeignConfig inFolderOf(Path weights) {
        JsonNode config = read(weights.resolveSibling("config.json"));
        JsonNode images = read(weights.resolveSibling("preprocessor_config.json"));
        JsonNode trained = config.path("pretrained_cfg").isObject() ? config.path("pretrained_cfg") : config;
        List<Double> mean = numbers(images.path("image_mean"));
        List<Double> std = numbers(images.path("image_std"));
        JsonNode crop = images.path("crop_pct").isNumber() ? images.path("crop_pct") : trained.path("crop_pct");
        return new ForeignConfig(
                mean.isEmpty() ? numbers(trained.path("mean")) : mean,
                std.isEmpty() ? numbers(trained.path("std")) : std,
                size(images, trained),
                crop.isNumber() ? crop.asDouble() : share(images),
                config.path("num_attention_heads").asInt(0),
                config.path("layer_norm_eps").asDouble(0),
                config.isObject(),
                config.path("hidden_act").asText(""),
                strides(config),
                config.path("architecture").asText(""),
                notes(images));
    }

    /// The configuration of a file that Fullrank wrote.
    public static ForeignConfig of(WeightCard card) {
        return new ForeignConfig(
                card.normalize().mean(), card.normalize().std(), card.size(), 0, 0, 0, true, "", null, "", List.of());
    }

    /// The share that a center crop keeps of an image whose shorter side was scaled; 0 if it is not stated.
    private static double share(JsonNode images) {
        double cropped = images.path("crop_size")
                .path("height")
                .asDouble(images.path("crop_size").asDouble(0));
        double scaled = images.path("size")
                .path("shortest_edge")
                .asDouble(images.path("size").asDouble(0));
        return cropped > 0 && scaled > 0 ? cropped / scaled : 0;
    }

    private static List<String> notes(JsonNode images) {
        var notes = new ArrayList<String>();
        boolean squashes = images.path("size").path("height").isInt()
                && !images.path("crop_size").isObject();
        if (squashes
                || images.path("do_center_crop").isBoolean()
                        && !images.path("do_center_crop").asBoolean()) {
            notes.add(
                    "the configuration scales whole images to a square; Fullrank scales the shorter side and cuts out the"
                            + " center");
        }
        for (String step : List.of("do_resize", "do_rescale", "do_normalize")) {
            if (images.path(step).isBoolean() && !images.path(step).asBoolean()) {
                notes.add("the configuration leaves out %s; Fullrank does it".formatted(step));
            }
        }
        return notes;
    }

    private static JsonNode read(Path file) {
        if (!Files.isRegularFile(file)) {
            return MAPPER.missingNode();
        }
        try {
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            if (tree != null && tree.isObject()) {
                return tree;
            }
        } catch (IOException e) {
            throw new InputException("%s: found no JSON object; repair or remove the file".formatted(file), e);
        }
        throw new InputException("%s: found no JSON object; repair or remove the file".formatted(file));
    }

    private static List<Double> numbers(JsonNode list) {
        var numbers = new ArrayList<Double>();
        list.forEach(value -> numbers.add(value.asDouble(Double.NaN)));
        return numbers;
    }

    private static int size(JsonNode images, JsonNode trained) {
        JsonNode cropped = images.path("crop_size");
        for (JsonNode side : List.of(cropped, cropped.path("height"))) {
            if (side.isInt()) {
                return side.asInt();
            }
        }
        JsonNode size = images.path("size");
        for (JsonNode side : List.of(size, size.path("height"), size.path("shortest_edge"))) {
            if (side.isInt()) {
                return side.asInt();
            }
        }
        return trained.path("input_size").path(1).asInt(0);
    }

    private static @Nullable String strides(JsonNode config) {
        if (config.path("downsample_in_bottleneck").asBoolean(false)) {
            return "downsample_in_bottleneck: the stride is on the first convolution of a block, expected the second";
        }
        return config.path("downsample_in_first_stage").asBoolean(false)
                ? "downsample_in_first_stage: the first stage has a stride, expected none"
                : null;
    }

    /// Why Fullrank has no such encoder; null if it has.
    public @Nullable String refusal(EncoderSpec encoder) {
        boolean resNet = encoder instanceof ResNet;
        String expected = resNet ? "relu" : "gelu";
        if (resNet && strides != null) {
            return strides;
        }
        if (!activation.isEmpty() && !activation.equals(expected)) {
            return "hidden_act %s, expected %s; Fullrank cannot read this variant".formatted(activation, expected);
        }
        if (resNet && !architecture.isEmpty() && !architecture.matches("resnet(18|34|50)")) {
            return "architecture %s, expected resnet18, resnet34 or resnet50; Fullrank cannot read this variant"
                    .formatted(architecture);
        }
        return null;
    }
}
