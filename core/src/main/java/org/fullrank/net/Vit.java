package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.view.InputShape;

/// Vision transformer (Dosovitskiy et al. 2021). The transformer splits the image into patches and turns each
/// patch into a token. The transformer adds a learned position to each token. Each block applies a norm
/// before the attention and another norm before the perceptron. The names, shapes and initial distributions
/// of the parameters are those of timm's `VisionTransformer`. The pool `mean` corresponds to
/// `class_token=False, global_pool='avg'`.
///
/// The positions belong to one image size. So a trained encoder accepts only images of this size.
///
/// @param patch side of a patch in pixels; divides both sides of the image
/// @param width columns of a token and of the representation; a multiple of the heads
/// @param depth number of blocks
/// @param heads of the attention
/// @param mlpRatio hidden units of the perceptron of a block for each column of a token
/// @param pool which row represents the image
public record Vit(int patch, int width, int depth, int heads, double mlpRatio, Pool pool) implements EncoderSpec {
    /// With this patch size, an image of 32 pixels has 64 patches. The published size 16 is for images of 224
    /// pixels.
    public static final int DEFAULT_PATCH = 4;
    /// The width of ViT-Tiny (Touvron et al. 2021), the smallest published size.
    public static final int DEFAULT_WIDTH = 192;
    /// The same.
    public static final int DEFAULT_DEPTH = 12;
    /// The number of heads of ViT-Tiny: 64 columns for each head.
    public static final int DEFAULT_HEADS = 3;
    /// The ratio of all published sizes.
    public static final double DEFAULT_MLP_RATIO = 4;

    /// Added to the variances of the norms; timm's value.
    public static final double NORM_EPSILON = 1e-6;
    /// Standard deviation of initial weights and positions; timm's value.
    static final double WEIGHT_STD = 0.02;
    /// Standard deviation of the initial class token; timm's value.
    static final double TOKEN_STD = 1e-6;

    /// How an image becomes one row.
    public enum Pool {
        /// A class token before the patches, as published.
        TOKEN,
        /// The mean over the patches. There is no class token.
        MEAN
    }

    public Vit {
        require("patch", patch, 256);
        require("width", width, 1 << 14);
        require("depth", depth, 64);
        require("heads", heads, width);
        if (width % heads != 0) {
            throw new InputException("heads: found %d, expected a divisor of the width %d".formatted(heads, width));
        }
        if (!(mlpRatio > 0 && mlpRatio <= 16) || (int) (width * mlpRatio) < 1) {
            throw new InputException(
                    "mlpRatio: found %s, expected up to 16 and at least one hidden unit".formatted(mlpRatio));
        }
    }

    private static void require(String name, int found, int most) {
        if (found < 1 || found > most) {
            throw new InputException("%s: found %d, expected 1 to %d".formatted(name, found, most));
        }
    }

    public static Vit defaults() {
        return new Vit(DEFAULT_PATCH, DEFAULT_WIDTH, DEFAULT_DEPTH, DEFAULT_HEADS, DEFAULT_MLP_RATIO, Pool.TOKEN);
    }

    @Override
    public int features() {
        return width;
    }

    @Override
    public List<String> blocks() {
        return IntStream.range(0, depth).mapToObj(i -> "blocks." + i).toList();
    }

    @Override
    public boolean hasBatchNorm() {
        return false;
    }

    @Override
    public boolean hasSkips() {
        return true;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        InputShape.Image image = input.requireImage("a vision transformer");
        if (image.height() % patch != 0 || image.width() % patch != 0) {
            throw new InputException(
                    "encoder.patch: found %d for %s, expected a divisor of both sides; change encoder.patch or views.size"
                            .formatted(patch, image.describe()));
        }
        Layer entry = entry(net, image);
        var blocks = new ArrayList<Encoder.Block>();
        for (String name : blocks()) {
            blocks.add(new Encoder.Block(name, block(net.in(name)), width));
        }
        return switch (pool) {
            case TOKEN -> new Encoder(entry, blocks, first(), norm(net.in("norm")));
            case MEAN -> new Encoder(entry, blocks, mean(), norm(net.in("fc_norm")));
        };
    }

    private static Layer first() {
        Layer layer = (x, mode) -> x.select(1, 0);
        return layer.written(GraphWriter::first);
    }

    private static Layer mean() {
        Layer layer = (x, mode) -> x.mean(1);
        return layer.written((graph, x) -> graph.mean(x, 1));
    }

    /// Tokens with their positions, `[B, C, H, W] -> [B, T, width]`.
    private Layer entry(NetworkBuilder net, InputShape.Image image) {
        int patches = image.height() / patch * (image.width() / patch);
        Parameter token = pool == Pool.TOKEN ? net.tokens("cls_token", new Init.Normal(TOKEN_STD), 1, 1, width) : null;
        int count = token == null ? patches : 1 + patches;
        Parameter positions = net.tokens("pos_embed", new Init.Normal(WEIGHT_STD), 1, count, width);
        Layer embedding = Layers.patches(net.in("patch_embed").in("proj"), image.channels(), width, patch);
        Layer layer = (x, mode) -> {
            requireSize(x, image);
            Tensor maps = embedding.forward(x, mode); // [B, width, H / patch, W / patch]
            Tensor tokens = maps.flatten(2, -1).transpose(1, 2).contiguous(); // [B, patches, width]
            if (token != null) {
                Tensor first = token.tensor().expand(x.size(0), 1, width);
                tokens = torch.cat(new TensorVector(first, tokens), 1); // [B, T, width]
            }
            return tokens.add(positions.tensor());
        };
        return layer.written((graph, x) -> {
            String tokens = graph.tokens(embedding.write(graph, x));
            String all = token == null ? tokens : graph.withFirst(tokens, token.tensor());
            return graph.add(all, positions.tensor());
        });
    }

    private static void requireSize(Tensor x, InputShape.Image image) {
        if (x.size(2) != image.height() || x.size(3) != image.width()) {
            throw new InputException(
                    "encoder: found images of %d x %d pixels, expected %d x %d, for which the positions were learned;"
                                    .formatted(x.size(2), x.size(3), image.height(), image.width())
                            + " scale the images to that size");
        }
    }

    private Layer block(NetworkBuilder net) {
        int hidden = (int) (width * mlpRatio);
        Layer attention = residual(
                "attention", net, List.of(norm(net.in("norm1")), Attention.layer(net.in("attn"), width, heads)));
        Layer perceptron = residual(
                "perceptron",
                net,
                List.of(
                        norm(net.in("norm2")),
                        linear(net.in("mlp").in("fc1"), width, hidden),
                        Layers.gelu(),
                        linear(net.in("mlp").in("fc2"), hidden, width)));
        return Layer.chain(List.of(attention, perceptron));
    }

    private static Layer residual(String kind, NetworkBuilder net, List<Layer> path) {
        Layer.Chain chain = Layer.chain(path);
        return NonFiniteTrace.layer("residual " + kind, net.path(), (x, mode) -> x.add(chain.forward(x, mode)))
                .written((graph, x) -> graph.add(x, chain.write(graph, x)));
    }

    private Layer norm(NetworkBuilder net) {
        return Layers.layerNorm(net, width, NORM_EPSILON);
    }

    /// A linear layer with the initial values of timm's transformers.
    static Layer linear(NetworkBuilder net, int in, int out) {
        return Layers.linear(net, in, out, new Init.Normal(WEIGHT_STD), new Init.Constant(0));
    }
}
