package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;

/// An encoder as an ordered list of named blocks, so that one can look at what each gives, or run them one by one. Its
/// output is the pooled activity of the last block, the representation `[B, D]`.
///
/// What a block gives is pooled to one row for each item: the mean over the pixels of feature maps, activities of
/// fully connected layers as they are.
public final class Encoder implements Layer {
    /// A stretch of the encoder.
    ///
    /// @param name what users call it
    /// @param layer from the activity of the block before to its own, `[B, C, H, W]` or `[B, C]`
    /// @param width columns C of its pooled output
    public record Block(String name, Layer layer, int width) {}

    private final Layer entry;
    private final List<Block> blocks;

    /// @param entry what comes before the first block, such as the stem of a ResNet
    /// @param blocks in the order of the data, at least one
    public Encoder(Layer entry, List<Block> blocks) {
        this.entry = entry;
        this.blocks = List.copyOf(blocks);
    }

    /// The representation, `[B, channels, H, W]` or `[B, inputs]` to `[B, D]`.
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
                    pooled[i] = pool(activity);
                }
            }
        }
        var outputs = new ArrayList<Tensor>();
        outputs.add(pool(activity));
        outputs.addAll(List.of(pooled));
        return outputs;
    }

    /// What the first block gets for the input `x`.
    public Tensor enter(Tensor x, Mode mode) {
        return entry.forward(x, mode);
    }

    /// `[B, C, H, W]` or `[B, C]` to one row for each item, `[B, C]`.
    public static Tensor pool(Tensor activity) {
        return activity.dim() == 4 ? activity.mean(2, 3) : activity;
    }

    /// The blocks in the order of the data.
    public List<Block> blocks() {
        return blocks;
    }

    /// Their names.
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
