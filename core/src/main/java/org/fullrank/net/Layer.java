package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A differentiable function with parameters.
@FunctionalInterface
public interface Layer {
    /// The output for `x`; the shapes depend on the layer. The caller's scope owns the result.
    Tensor forward(Tensor x, Mode mode);

    /// A chain of the layers. Without layers it is the identity.
    static Chain chain(List<Layer> layers) {
        return new Chain(layers);
    }

    /// A chain of layers.
    ///
    /// @param layers layers in the order of the data; an empty list gives the identity
    record Chain(List<Layer> layers) implements Layer {
        public Chain {
            layers = List.copyOf(layers);
        }

        @Override
        public Tensor forward(Tensor x, Mode mode) {
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(y, mode);
            }
            return y;
        }

        /// The output of each layer for `x`, from one pass.
        public List<Tensor> outputs(Tensor x, Mode mode) {
            var outputs = new ArrayList<Tensor>();
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(y, mode);
                outputs.add(y);
            }
            return outputs;
        }
    }
}
