package org.fullrank.net;

import java.util.List;

/// An encoder of one layer that reads its input as a vector. A closed form can give its numbers.
public sealed interface VectorMap extends EncoderSpec permits LinearMap, KernelMap {
    /// The name of its only block.
    String BLOCK = "map";

    @Override
    default List<String> blocks() {
        return List.of(BLOCK);
    }

    @Override
    default boolean hasBatchNorm() {
        return false;
    }

    @Override
    default boolean hasSkips() {
        return false;
    }

    /// The encoder with this layer, `[B, F]` to `[B, features]`. An image or series `[B, C, H, W]` is read as a
    /// vector `[B, F]` first.
    default Encoder encoder(Layer map) {
        return new Encoder(Layers.flattened(), List.of(new Encoder.Block(BLOCK, map, features())));
    }
}
