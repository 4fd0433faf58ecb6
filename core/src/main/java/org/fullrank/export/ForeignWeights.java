package org.fullrank.export;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.net.ResNet;
import org.fullrank.net.Vit;
import org.jspecify.annotations.Nullable;

/// The weights of an encoder in a safetensors file of torchvision, timm, Hugging Face or Fullrank. The names and shapes
/// of the tensors tell the architecture, or the [WeightCard] of a file of Fullrank tells it. Tensors that Fullrank's
/// encoder lacks are refused by name, except heads.
public final class ForeignWeights implements AutoCloseable {
    /// Widths of published transformers, which have a head for each 64 columns: Tiny, Small, Base, Large.
    public static final List<Integer> USUAL_WIDTHS = List.of(192, 384, 768, 1024);

    private final SafeTensors file;
    private final WeightNames names;
    private final String prefix;
    private final EncoderSpec encoder;
    private final @Nullable WeightCard card;

    private ForeignWeights(SafeTensors file, WeightCard card) {
        this.file = file;
        this.card = card;
        names = WeightNames.FULLRANK;
        prefix = "";
        encoder = card.encoder();
    }

    private ForeignWeights(SafeTensors file, WeightNames names, String prefix, @Nullable Integer heads) {
        this.file = file;
        this.names = names;
        this.prefix = prefix;
        card = null;
        encoder = names.isResNet() ? resNet() : vit(heads);
        int channels = channels();
        InputException.unless(
                channels == 1 || channels == 3,
                "%s: found an encoder of images with %d channels, expected 1 or 3",
                file.path(),
                channels);
    }

    /// What a user knows about a file.
    ///
    /// @param names torchvision, timm or hf; null: as the names of the tensors tell
    /// @param prefix what stands before the names; null: found
    /// @param heads of the attention, which no shape tells; null: one for each 64 columns
    public record Hints(
            @Nullable String names,
            @Nullable String prefix,
            @Nullable Integer heads) {
        /// No hints.
        public static final Hints NONE = new Hints(null, null, null);
    }

    /// Opens a file.
    ///
    /// @throws InputException when it is no safetensors file, or holds no encoder that Fullrank has, or several
    public static ForeignWeights open(Path path, Hints hints) {
        SafeTensors file = SafeTensors.open(path);
        try {
            WeightCard card = hints.names == null && hints.prefix == null ? WeightCard.of(file) : null;
            if (card != null) {
                return new ForeignWeights(file, card);
            }
            Map<WeightNames, List<String>> found = new LinkedHashMap<>();
            for (WeightNames names : kinds(hints.names)) {
                List<String> prefixes = names.prefixes(file.names()).stream()
                        .filter(prefix -> hints.prefix == null || prefix.equals(hints.prefix))
                        .toList();
                if (!prefixes.isEmpty()) {
                    found.put(names, prefixes);
                }
            }
            List<String> all = found.values().stream().flatMap(List::stream).toList();
            if (all.size() != 1) {
                throw new InputException(
                        all.isEmpty()
                                ? "%s: found no ResNet and no vision transformer of torchvision, timm or Hugging Face; its first tensors are %s"
                                        .formatted(
                                                path,
                                                file.names().stream().limit(3).toList())
                                : "%s: found %d encoders, expected one; choose with --prefix one of %s"
                                        .formatted(path, all.size(), all));
            }
            WeightNames names = found.keySet().iterator().next();
            return new ForeignWeights(file, names, all.getFirst(), hints.heads);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static List<WeightNames> kinds(@Nullable String wanted) {
        if (wanted == null) {
            return List.of(WeightNames.values());
        }
        for (WeightNames.Family family : WeightNames.Family.values()) {
            if (family.label().equals(wanted)) {
                return Arrays.stream(WeightNames.values())
                        .filter(names -> names.isOf(family))
                        .toList();
            }
        }
        throw new InputException("--names: found %s, expected torchvision, timm or hf".formatted(wanted));
    }

    /// The architecture.
    public EncoderSpec encoder() {
        return encoder;
    }

    /// What the file says about itself; null if another project wrote it.
    public @Nullable WeightCard card() {
        return card;
    }

    /// The project and the kind, such as `hf ResNet`.
    public String label() {
        return card == null ? names.label() : "fullrank encoder";
    }

    /// The architecture in words.
    public String describe() {
        return switch (encoder) {
            case ResNet(int depth, ResNet.Stem stem, double width, var _) ->
                "%s of depth %d, width %s, stem %s"
                        .formatted(label(), depth, width, stem.name().toLowerCase(Locale.ROOT));
            case Vit vit ->
                "%s with patches of %d pixels, width %d, depth %d, %d heads, pool %s"
                        .formatted(
                                label(),
                                vit.patch(),
                                vit.width(),
                                vit.depth(),
                                vit.heads(),
                                vit.pool().name().toLowerCase(Locale.ROOT));
            default -> label();
        };
    }

    /// Whether the configuration of the project is needed, because its weights do not show where the stride is.
    public boolean needsConfiguration() {
        return names == WeightNames.HF_RESNET;
    }

    /// 3 for color, 1 for gray.
    public int channels() {
        return card != null ? card.channels() : Math.toIntExact(shape(names.entry(), 4)[1]);
    }

    /// The side of the images for which a transformer has positions; 0 for a ResNet, which reads any size.
    public int side() {
        if (!(encoder instanceof Vit vit)) {
            return 0;
        }
        if (card != null) {
            return card.size();
        }
        long tokens = shape(names.theirs("pos_embed").getFirst(), 3)[1] - (vit.pool() == Vit.Pool.TOKEN ? 1 : 0);
        long patches = Math.round(Math.sqrt(tokens));
        InputException.unless(
                patches * patches == tokens,
                "%s: found positions of %d patches, expected those of a square image",
                file.path(),
                tokens);
        return Math.toIntExact(patches * vit.patch());
    }

    private boolean has(String theirs) {
        return file.shape(prefix + theirs) != null;
    }

    private long[] shape(String theirs) {
        long[] shape = file.shape(prefix + theirs);
        if (shape == null) {
            throw new InputException("%s: found no tensor %s, which a %s has; Fullrank cannot read this variant"
                    .formatted(file.path(), prefix + theirs, label()));
        }
        return shape;
    }

    private long[] shape(String theirs, int axes) {
        long[] shape = shape(theirs);
        InputException.unless(
                shape.length == axes,
                "%s: %s has the shape %s, expected %d axes; Fullrank cannot read this variant",
                file.path(),
                prefix + theirs,
                Arrays.toString(shape),
                axes);
        return shape;
    }

    private ResNet resNet() {
        refuse("conv1.0.weight", "a stem of three convolutions, as in resnet50d", "one convolution");
        refuse("layer2.0.downsample.1.weight", 4, "a shortcut with an average pool, as in resnet50d", "a convolution");
        long[] first = shape(names.entry(), 4);
        int kernel = Math.toIntExact(first[2]);
        InputException.unless(
                kernel == 7 || kernel == 3,
                "%s: found a first convolution of %d x %d, expected 7 x 7 or 3 x 3",
                file.path(),
                kernel,
                kernel);
        boolean bottleneck = has(names.theirs("layer1.0.conv3.weight").getFirst());
        List<Integer> counts = List.of(blocks(1), blocks(2), blocks(3), blocks(4));
        int depth = switch (counts.toString()) {
            case "[2, 2, 2, 2]" -> bottleneck ? 0 : 18;
            case "[3, 4, 6, 3]" -> bottleneck ? 50 : 34;
            default -> 0;
        };
        InputException.unless(
                depth > 0,
                "%s: found a ResNet with %s blocks in its stages, expected a depth of 18, 34 or 50",
                file.path(),
                counts);
        ResNet.Stem stem = kernel == 7 ? ResNet.Stem.IMAGENET : ResNet.Stem.CIFAR;
        return new ResNet(depth, stem, first[0] / 64.0, false);
    }

    private int blocks(int stage) {
        int count = 0;
        while (has(
                names.theirs("layer%d.%d.conv1.weight".formatted(stage, count)).getFirst())) {
            count++;
        }
        return count;
    }

    private Vit vit(@Nullable Integer heads) {
        refuse("blocks.0.ls1.gamma", "layers that scale their outputs (LayerScale)", "none");
        refuse("blocks.0.attn.q_norm.weight", "norms of queries and keys", "none");
        refuse("norm_pre.weight", "a norm before the first block", "none");
        refuse("reg_token", "register tokens", "none");
        refuse("dist_token", "a token for distillation", "none");
        long[] patches = shape(names.entry(), 4); // [width, C, patch, patch]
        int width = Math.toIntExact(patches[0]);
        int depth = 0;
        while (has(names.theirs("blocks.%d.norm1.weight".formatted(depth)).getFirst())) {
            depth++;
        }
        double ratio = (double) shape(names.theirs("blocks.0.mlp.fc1.weight").getFirst(), 2)[0] / width;
        boolean token = has(names.theirs("cls_token").getFirst());
        boolean pooled = names == WeightNames.TIMM_VIT && has("fc_norm.weight");
        if (pooled == token) {
            throw new InputException("%s: found %s, expected a class token with a last norm, or neither"
                    .formatted(file.path(), token ? "a class token and a norm of the mean" : "no class token"));
        }
        return new Vit(
                Math.toIntExact(patches[2]),
                width,
                depth,
                heads == null ? Math.max(1, width / 64) : heads,
                ratio,
                token ? Vit.Pool.TOKEN : Vit.Pool.MEAN);
    }

    /// Refuses a variant that a tensor shows.
    private void refuse(String theirs, String found, String expected) {
        refuse(theirs, 0, found, expected);
    }

    /// @param axes of the tensor; 0 for any number
    private void refuse(String theirs, int axes, String found, String expected) {
        long[] shape = file.shape(prefix + theirs);
        if (shape != null && (axes == 0 || axes == shape.length)) {
            throw new InputException("%s: found %s (%s), expected %s; Fullrank cannot read this variant"
                    .formatted(file.path(), found, prefix + theirs, expected));
        }
    }

    /// Copies all weights and running statistics of the encoder.
    ///
    /// @param buffer of the network
    /// @param scope what stands before the names of the encoder in the buffer
    /// @return the tensors of heads and counters that were not read
    /// @throws InputException when a tensor is missing, has another shape, or has an entry that is not finite, or
    ///     when the file has a tensor of the encoder that Fullrank's lacks
    public List<String> copyInto(ParameterBuffer buffer, String scope) {
        Set<String> read = new HashSet<>();
        try (var native_ = Scope.withoutGradients()) {
            for (Segment segment : buffer.segments()) {
                copy(segment, segment.view(buffer.values()), scope, read);
            }
            for (Segment segment : buffer.statisticSegments()) {
                copy(segment, segment.view(buffer.statistics()), scope, read);
            }
        }
        List<String> left = file.names().stream()
                .filter(name -> name.startsWith(prefix) && !read.contains(name))
                .toList();
        List<String> unknown = left.stream()
                .filter(name -> !names.isUnread(name.substring(prefix.length())))
                .toList();
        InputException.unless(
                unknown.stream().noneMatch(name -> card != null || isOfEncoder(name.substring(prefix.length()))),
                "%s: found %d tensors that Fullrank's encoder lacks, such as %s; Fullrank cannot read this variant",
                file.path(),
                unknown.size(),
                unknown.stream().limit(2).collect(Collectors.joining(", ")));
        return left;
    }

    /// Whether a tensor belongs to a stage or block of the encoder, and not to a head beside it.
    private boolean isOfEncoder(String name) {
        return name.matches("(layer|stages|blocks|encoder|embedder|embeddings|bn1|conv1|norm|fc_norm|pos_|patch).*");
    }

    private void copy(Segment segment, Tensor target, String scope, Set<String> read) {
        if (!segment.name().startsWith(scope)) {
            return;
        }
        List<String> theirs = names.theirs(segment.name().substring(scope.length()));
        long rows = target.size(0) / theirs.size();
        for (int i = 0; i < theirs.size(); i++) {
            String name = prefix + theirs.get(i);
            Tensor part = theirs.size() == 1 ? target : target.narrow(0, i * rows, rows);
            long[] shape = shape(theirs.get(i));
            InputException.unless(
                    Arrays.equals(shape, Tensors.shape(part)),
                    "%s: %s has the shape %s, expected %s; Fullrank cannot read this variant, which may be wide or grouped",
                    file.path(),
                    name,
                    Arrays.toString(shape),
                    Arrays.toString(Tensors.shape(part)));
            file.copyInto(name, part);
            read.add(name);
        }
        InputException.unless(
                target.isfinite().all().item_bool(),
                "%s: found an entry of %s that is not finite, expected finite weights",
                file.path(),
                prefix + theirs.getFirst());
    }

    @Override
    public void close() {
        file.close();
    }
}
