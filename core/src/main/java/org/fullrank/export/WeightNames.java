package org.fullrank.export;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// How another project names the parameters of an encoder. Fullrank's own names are those of torchvision for ResNets
/// and of timm for vision transformers.
enum WeightNames {
    /// A ResNet of torchvision or timm, and of most self-supervised codes.
    RESNET(Family.TORCHVISION, "layer1.0.conv1.weight", "fc\\..*|head\\..*"),
    /// A ResNet of Hugging Face's transformers.
    HF_RESNET(Family.HF, "embedder.embedder.convolution.weight", "classifier\\..*"),
    /// A vision transformer of timm.
    TIMM_VIT(Family.TIMM, "blocks.0.attn.qkv.weight", "head\\..*|mask_token"),
    /// A vision transformer of torchvision.
    TORCHVISION_VIT(Family.TORCHVISION, "encoder.layers.encoder_layer_0.self_attention.in_proj_weight", "heads\\..*"),
    /// A vision transformer of Hugging Face's transformers, up to version 4.
    HF_VIT(Family.HF, "encoder.layer.0.attention.attention.query.weight", "pooler\\..*|classifier\\..*|.*mask_token"),
    /// The same, from version 5 on.
    HF_VIT_5(Family.HF, "layers.0.attention.q_proj.weight", "pooler\\..*|classifier\\..*|.*mask_token"),
    /// Any encoder in a file that Fullrank wrote. The file has a [WeightCard] in place of a signature.
    FULLRANK(Family.FULLRANK, "", "");

    /// A project. timm has torchvision's names for ResNets.
    enum Family {
        TORCHVISION,
        TIMM,
        HF,
        FULLRANK;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern STAGE = Pattern.compile("layer(\\d)\\.(\\d+)\\.(.*)");
    private static final Pattern INNER = Pattern.compile("(conv|bn)(\\d)\\.(.*)");
    private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\.(.*)");

    private final Family family;
    private final String signature;
    private final Pattern unread;

    WeightNames(Family family, String signature, String unread) {
        this.family = family;
        this.signature = signature;
        this.unread = Pattern.compile("(" + unread + "|.*num_batches_tracked)");
    }

    boolean isOf(Family wanted) {
        return family == wanted || wanted == Family.TIMM && this == RESNET;
    }

    boolean isResNet() {
        return this == RESNET || this == HF_RESNET;
    }

    String label() {
        return family.label() + (isResNet() ? " ResNet" : " vision transformer");
    }

    /// What stands before the names of this kind in a file; one entry for each network that it holds.
    List<String> prefixes(List<String> names) {
        return names.stream()
                .filter(name -> name.equals(signature) || name.endsWith("." + signature))
                .map(name -> name.substring(0, name.length() - signature.length()))
                .toList();
    }

    /// Whether a tensor is a head or a counter, which no encoder has.
    boolean isUnread(String name) {
        return unread.matcher(name).matches();
    }

    /// The name of Fullrank's weight with which the entry of the network begins.
    String entry() {
        return theirs(isResNet() ? "conv1.weight" : "patch_embed.proj.weight").getFirst();
    }

    /// The names of the tensors that hold a parameter, one after another along the first axis.
    ///
    /// @param ours Fullrank's name
    List<String> theirs(String ours) {
        return switch (this) {
            case RESNET, TIMM_VIT, FULLRANK -> List.of(ours);
            case HF_RESNET -> List.of(hfResNet(ours));
            case TORCHVISION_VIT -> List.of(torchvisionVit(ours));
            case HF_VIT -> hfVit(ours);
            case HF_VIT_5 -> hfVit5(ours);
        };
    }

    private static String hfResNet(String ours) {
        Matcher stage = STAGE.matcher(ours);
        if (!stage.matches()) {
            return "embedder.embedder." + convolution(ours);
        }
        String block = "encoder.stages.%d.layers.%s.".formatted(Integer.parseInt(stage.group(1)) - 1, stage.group(2));
        String inner = stage.group(3);
        return inner.startsWith("downsample.")
                ? block + "shortcut." + (inner.startsWith("downsample.0.") ? "convolution." : "normalization.")
                        + inner.substring("downsample.0.".length())
                : block + "layer.%d.".formatted(number(inner) - 1) + convolution(inner);
    }

    /// `conv2.weight` as `convolution.weight`, `bn1.bias` as `normalization.bias`.
    private static String convolution(String inner) {
        Matcher matcher = INNER.matcher(inner);
        if (!matcher.matches()) {
            throw new IllegalStateException(inner);
        }
        return (matcher.group(1).equals("conv") ? "convolution." : "normalization.") + matcher.group(3);
    }

    private static int number(String inner) {
        return inner.charAt(inner.indexOf('.') - 1) - '0';
    }

    private static String torchvisionVit(String ours) {
        Matcher block = BLOCK.matcher(ours);
        if (!block.matches()) {
            return ours.replace("cls_token", "class_token")
                    .replace("pos_embed", "encoder.pos_embedding")
                    .replace("patch_embed.proj", "conv_proj")
                    .replaceFirst("^norm\\.", "encoder.ln.");
        }
        return "encoder.layers.encoder_layer_%s.".formatted(block.group(1))
                + block.group(2)
                        .replace("norm1.", "ln_1.")
                        .replace("norm2.", "ln_2.")
                        .replace("attn.qkv.", "self_attention.in_proj_")
                        .replace("attn.proj.", "self_attention.out_proj.")
                        .replace("mlp.fc1.", "mlp.0.")
                        .replace("mlp.fc2.", "mlp.3.");
    }

    private static String hfEnds(String ours) {
        return ours.replace("cls_token", "embeddings.cls_token")
                .replace("pos_embed", "embeddings.position_embeddings")
                .replace("patch_embed.proj", "embeddings.patch_embeddings.projection")
                .replaceFirst("^norm\\.", "layernorm.");
    }

    private static List<String> hfVit5(String ours) {
        Matcher block = BLOCK.matcher(ours);
        if (!block.matches()) {
            return List.of(hfEnds(ours));
        }
        String layer = "layers.%s.".formatted(block.group(1));
        String inner = block.group(2);
        if (inner.startsWith("attn.qkv.")) {
            String kind = inner.substring("attn.qkv.".length());
            return Stream.of("q", "k", "v")
                    .map(part -> layer + "attention." + part + "_proj." + kind)
                    .toList();
        }
        return List.of(layer
                + inner.replace("norm1.", "layernorm_before.")
                        .replace("norm2.", "layernorm_after.")
                        .replace("attn.proj.", "attention.o_proj."));
    }

    private static List<String> hfVit(String ours) {
        Matcher block = BLOCK.matcher(ours);
        if (!block.matches()) {
            return List.of(hfEnds(ours));
        }
        String layer = "encoder.layer.%s.".formatted(block.group(1));
        String inner = block.group(2);
        if (inner.startsWith("attn.qkv.")) {
            String kind = inner.substring("attn.qkv.".length());
            return Stream.of("query", "key", "value")
                    .map(part -> layer + "attention.attention." + part + "." + kind)
                    .toList();
        }
        return List.of(layer
                + inner.replace("norm1.", "layernorm_before.")
                        .replace("norm2.", "layernorm_after.")
                        .replace("attn.proj.", "attention.output.dense.")
                        .replace("mlp.fc1.", "intermediate.dense.")
                        .replace("mlp.fc2.", "output.dense."));
    }
}
