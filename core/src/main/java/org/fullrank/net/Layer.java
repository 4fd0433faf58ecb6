package org.fullrank.net;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;

/// A differentiable function with parameters.
@FunctionalInterface
public interface Layer {
    /// The output for `x`; the shapes depend on the layer. The caller's scope owns the result.
    Tensor forward(Tensor x, Mode mode);

    /// Writes this layer into a graph.
    ///
    /// @param x name of the input
    /// @return name of the output
    /// @throws InputException when a graph cannot have this layer
    default String write(GraphWriter graph, String x) {
        throw new InputException("export: found a layer that cannot be written into a graph, expected the layers of a"
                + " resnet, convnet, vgg, vit, recurrent, mlp or linear encoder; export another encoder");
    }

    /// This layer, written into a graph like this.
    default Layer written(Writing writing) {
        Layer layer = this;
        return new Layer() {
            @Override
            public Tensor forward(Tensor x, Mode mode) {
                return layer.forward(x, mode);
            }

            @Override
            public String write(GraphWriter graph, String x) {
                return writing.write(graph, x);
            }
        };
    }

    /// Writes a layer into a graph.
    @FunctionalInterface
    interface Writing {
        /// Writes the layer, as [Layer#write] does.
        ///
        /// @param x name of the input
        /// @return name of the output
        /// @throws InputException when a graph cannot have this layer
        String write(GraphWriter graph, String x);
    }

    /// The layer that does nothing.
    static Layer identity() {
        return new Chain(List.of());
    }

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

        @Override
        public String write(GraphWriter graph, String x) {
            String y = x;
            for (Layer layer : layers) {
                y = layer.write(graph, y);
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
