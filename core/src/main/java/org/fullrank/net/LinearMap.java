package org.fullrank.net;

import java.util.List;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.settings.Named;
import org.fullrank.view.InputShape;

/// One linear layer: `z(x) = x W' + b`. The input is a vector, or an image or series that is read as a
/// vector. A closed form gives its numbers, or it is trained.
///
/// @param features width K of the representation
@Named("linear")
public record LinearMap(int features) implements EncoderSpec {
    /// Parameter with the weights W, `[K, F]`.
    public static final String WEIGHT = "weight";
    /// Parameter with the bias b, `[K]`.
    public static final String BIAS = "bias";
    /// The width of `mlp`.
    public static final int DEFAULT_FEATURES = Mlp.DEFAULT_WIDTHS.getLast();

    private static final String BLOCK = "map";

    public LinearMap {
        Sizes.requirePositive("features", features);
    }

    public static LinearMap defaults() {
        return new LinearMap(DEFAULT_FEATURES);
    }

    @Override
    public List<String> blocks() {
        return List.of(BLOCK);
    }

    @Override
    public boolean hasBatchNorm() {
        return false;
    }

    @Override
    public boolean hasSkips() {
        return false;
    }

    @Override
    public Encoder build(NetworkBuilder net, InputShape input) {
        var init = new Init.FanInUniform(input.values());
        Parameter weight = net.parameter(WEIGHT, init, features, input.values());
        Parameter bias = net.parameter(BIAS, init, features);
        Layer map = NonFiniteTrace.layer(
                "linear",
                net.path(),
                (x, mode) -> torch.linear(
                        x.to(weight.tensor().scalar_type()), weight.tensor(), new TensorOptional(bias.tensor())));
        return new Encoder(flattened(), List.of(new Encoder.Block(BLOCK, map, features)));
    }

    /// The input as a vector, `[B, C, H, W]` or `[B, F]` to `[B, F]`.
    static Layer flattened() {
        return (x, mode) -> x.dim() == 2 ? x : x.flatten(1, -1);
    }
}
