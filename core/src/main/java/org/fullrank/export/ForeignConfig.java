package org.fullrank.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
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
/// @param refusal why Fullrank has no such encoder; null if it has
public record ForeignConfig(
        List<Double> mean,
        List<Double> std,
        int size,
        double crop,
        int heads,
        double normEpsilon,
        boolean stated,
        @Nullable String refusal) {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    public ForeignConfig {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /// Reads the files in the folder of a file of weights.
    ///
    /// @throws InputException when one of them is no JSON object
    public static ForeignConfig beside(Path weights) {
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
                crop.asDouble(0),
                config.path("num_attention_heads").asInt(0),
                config.path("layer_norm_eps").asDouble(0),
                config.isObject(),
                refusal(config));
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
        JsonNode crop = images.path("crop_size").path("height");
        if (crop.isInt()) {
            return crop.asInt();
        }
        JsonNode size = images.path("size");
        for (JsonNode side : List.of(size, size.path("height"), size.path("shortest_edge"))) {
            if (side.isInt()) {
                return side.asInt();
            }
        }
        return trained.path("input_size").path(1).asInt(0);
    }

    private static @Nullable String refusal(JsonNode config) {
        if (config.path("downsample_in_bottleneck").asBoolean(false)) {
            return "downsample_in_bottleneck: the stride is on the first convolution of a block, expected the second";
        }
        if (config.path("downsample_in_first_stage").asBoolean(false)) {
            return "downsample_in_first_stage: the first stage has a stride, expected none";
        }
        String activation = config.path("hidden_act").asText("");
        if (!activation.isEmpty() && !activation.equals("gelu") && !activation.equals("relu")) {
            return "hidden_act: found %s, expected gelu or relu".formatted(activation);
        }
        return null;
    }
}
