package org.fullrank.net;

import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.settings.Named;
import org.fullrank.view.InputShape;

/// One linear layer: `z(x) = x W' + b`. The input is a vector, or an image or series that is read as a
/// vector. A closed form gives its numbers, or it is trained.
///
/// @param features width K of the representation
@Named("linear")
public record LinearMap(int features) implements VectorMap {
    /// Parameter with the weights W, `[K, F]`.
    public static final String WEIGHT = "weight";
    /// Parameter with the bias b, `[K]`.
    public static final String BIAS = "bias";
    /// The width of `mlp`.
    public static final int DEFAULT_FEATURES = Mlp.DEFAULT_WIDTHS.getLast();

    public LinearMap {
        Sizes.requirePositive("features", features);
    }

    public static LinearMap defaults() {
        return new LinearMap(DEFAULT_FEATURES);
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
                                x.to(weight.tensor().scalar_type()),
                                weight.tensor(),
                                new TensorOptional(bias.tensor())))
                .written((graph, x) -> graph.linear(x, weight.tensor(), bias.tensor()));
        return encoder(map);
    }
}
