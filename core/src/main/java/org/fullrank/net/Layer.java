package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A differentiable function with parameters.
@FunctionalInterface
public interface Layer {
    /// The output for `x`; shapes are those of the layer. The caller's scope owns the result.
    Tensor forward(Tensor x, Mode mode);

    /// The layers one after another; none gives the identity.
    static Chain chain(List<Layer> layers) {
        return new Chain(layers);
    }

    /// Layers one after another.
    ///
    /// @param layers in the order of the data; none gives the identity
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

        /// What each layer gives for `x`, from one pass.
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
