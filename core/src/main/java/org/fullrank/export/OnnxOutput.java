package org.fullrank.export;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.net.Layer;

/// An extra output of an ONNX model, which is computed from the embedding.
///
/// @param name name of the output, such as `logits`
/// @param width number of columns K
/// @param writing writes the map into a graph
/// @param values computes the same map, `[N, D] -> [N, K]`
public record OnnxOutput(String name, int width, Layer.Writing writing, UnaryOperator<Tensor> values) {}
