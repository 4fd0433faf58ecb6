package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;

/// An encoder as an ordered list of named blocks. A caller can run all blocks at once or one block at a time.
/// The output of each block can be read. The output of the encoder is the representation `[B, D]`. The
/// representation is computed from the pooled output of the last block.
///
/// The output of a block is pooled to one row per item. For feature maps, the pooled output is the mean over
/// the pixels or steps. For a transformer, the pooled output is the class token or the mean over the
/// tokens. The outputs of fully connected layers need no pooling.
public final class Encoder implements Layer {
    /// A part of the encoder.
    ///
    /// @param name the name that users see
    /// @param layer computes the output of this block from the output of the previous block, `[B, C, H, W]`,
    ///     `[B, C, L]`, `[B, C]` or tokens `[B, T, C]`
    /// @param width columns C of the pooled output
    public record Block(String name, Layer layer, int width) {}

    private final Layer entry;
    private final List<Block> blocks;
    private final Layer pool;
    private final Layer exit;

    /// Creates an encoder that pools feature maps by the mean over pixels or steps. The pooled output of
    /// the last block is the representation.
    ///
    /// @param entry what comes before the first block, such as the stem of a ResNet
    /// @param blocks in the order of the data, at least one
    public Encoder(Layer entry, List<Block> blocks) {
        this(entry, blocks, mean(), Layer.identity());
    }

    /// @param entry what comes before the first block
    /// @param blocks in the order of the data, at least one
    /// @param pool computes one row per item, `[B, C]`, from the output of any block
    /// @param exit computes the representation from the pooled output of the last block, for example a last
    ///     norm
    Encoder(Layer entry, List<Block> blocks, Layer pool, Layer exit) {
        this.entry = entry;
        this.blocks = List.copyOf(blocks);
        this.pool = pool;
        this.exit = exit;
    }

    private static Layer mean() {
        Layer layer = (x, mode) -> switch ((int) x.dim()) {
            case 4 -> meanOfPixels(x);
            case 3 -> x.mean(2);
            default -> x;
        };
        return layer.written((graph, x) -> graph.pooled(x));
    }

    /// The mean over the pixels, `[B, C, H, W]` to `[B, C]`. The gradient gets the layout of the input. Another
    /// layout would cost a copy in the layer before.
    private static Tensor meanOfPixels(Tensor x) {
        boolean isChannelsLast = x.stride(1) == 1;
        return isChannelsLast ? x.permute(0, 2, 3, 1).mean(1, 2) : x.mean(2, 3);
    }

    /// The representation, `[B, C, H, W]`, `[B, F]` or `[B, C, L]` to `[B, D]`.
    @Override
    public Tensor forward(Tensor x, Mode mode) {
        return forward(x, mode, List.of()).getFirst();
    }

    /// The representation, followed by the pooled outputs `[B, C]` of the named blocks, all from one pass.
    ///
    /// @throws InputException when there is no such block
    public List<Tensor> forward(Tensor x, Mode mode, List<String> names) {
        names.forEach(this::block);
        var pooled = new Tensor[names.size()];
        Tensor activity = enter(x, mode);
        for (Block block : blocks) {
            activity = block.layer().forward(activity, mode);
            for (int i = 0; i < pooled.length; i++) {
                if (names.get(i).equals(block.name())) {
                    pooled[i] = pool(activity, mode);
                }
            }
        }
        var outputs = new ArrayList<Tensor>();
        outputs.add(exit.forward(pool(activity, mode), mode));
        outputs.addAll(List.of(pooled));
        return outputs;
    }

    @Override
    public String write(GraphWriter graph, String x) {
        return exit.write(
                graph, pool.write(graph, blocks(graph, x, blocks.getLast().name())));
    }

    /// Writes the encoder up to a block, whose pooled output is the result.
    ///
    /// @throws InputException when there is no such block, or a graph cannot have a layer
    public String write(GraphWriter graph, String x, String name) {
        return pool.write(graph, blocks(graph, x, block(name).name()));
    }

    private String blocks(GraphWriter graph, String x, String last) {
        String y = entry.write(graph, x);
        for (Block block : blocks) {
            y = block.layer().write(graph, y);
            if (block.name().equals(last)) {
                break;
            }
        }
        return y;
    }

    /// The input of the first block for the encoder input `x`.
    public Tensor enter(Tensor x, Mode mode) {
        return entry.forward(x, mode);
    }

    /// The output of a block, pooled to one row per item, `[B, C]`.
    public Tensor pool(Tensor activity, Mode mode) {
        return pool.forward(activity, mode);
    }

    /// The blocks in the order of the data.
    public List<Block> blocks() {
        return blocks;
    }

    /// The names of the blocks.
    public List<String> names() {
        return blocks.stream().map(Block::name).toList();
    }

    /// The block of that name.
    ///
    /// @throws InputException when there is none
    public Block block(String name) {
        return blocks.stream()
                .filter(b -> b.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new InputException(
                        "encoder: found no layer %s, expected one of %s".formatted(name, String.join(", ", names()))));
    }
}
