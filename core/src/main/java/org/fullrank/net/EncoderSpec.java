package org.fullrank.net;

import java.util.List;
import org.fullrank.view.InputShape;

/// The settings of an encoder. The output of the encoder is the representation, which evaluation and search
/// use.
public sealed interface EncoderSpec permits ResNet, ConvNet, Vgg, Vit, ResNet1d, Recurrent, Mlp, VectorMap {
    /// Width D of the representation `[N, D]`.
    int features();

    /// The names of the blocks in the order of the data: the inner layers that users can name.
    List<String> blocks();

    /// Whether any layer normalizes over the batch.
    boolean hasBatchNorm();

    /// Whether blocks have skip connections. A block with skip connections cannot be trained alone.
    boolean hasSkips();

    /// Whether a method can train it. If not, only a closed form gives its numbers.
    default boolean isTrainable() {
        return true;
    }

    /// Whether one network reads images of several sizes.
    default boolean readsAnySize() {
        return false;
    }

    /// Declares the parameters in `net` and builds the layers: `[B, C, H, W]`, `[B, F]` or `[B, C,
    /// L]` to `[B, D]`.
    ///
    /// @throws org.fullrank.engine.InputException when the encoder does not accept inputs of this shape
    Encoder build(NetworkBuilder net, InputShape input);
}
