package org.fullrank.net;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A differentiable function with parameters.
@FunctionalInterface
public interface Layer {
    /// The output for `x`; shapes are those of the layer. The caller's scope owns the result.
    Tensor forward(Tensor x, Mode mode);

    /// The layers one after another; none gives the identity.
    static Layer chain(List<Layer> layers) {
        List<Layer> copy = List.copyOf(layers);
        return (x, mode) -> {
            Tensor y = x;
            for (Layer layer : copy) {
                y = layer.forward(y, mode);
            }
            return y;
        };
    }
}
