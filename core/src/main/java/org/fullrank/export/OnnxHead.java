package org.fullrank.export;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.net.Layer;

/// A further output of a model, which is computed from its embedding.
///
/// @param name of the output, such as `logits`
/// @param width its columns K
/// @param writing writes the map into a graph
/// @param values the same map, `[N, D]` to `[N, K]`
public record OnnxHead(String name, int width, Layer.Writing writing, UnaryOperator<Tensor> values) {}
