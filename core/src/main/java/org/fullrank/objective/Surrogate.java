package org.fullrank.objective;

import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/// A scalar with a given value and a given gradient. The engine does not support custom autograd functions
/// from Java. So objectives with a gradient in closed form use this class.
final class Surrogate {
    private Surrogate() {}

    /// A scalar equal to `value` whose gradient with respect to `z` is `gradient`.
    ///
    /// @param value scalar; if it has a graph, the graph is kept
    /// @param z the input of the value, `[N, D]`
    /// @param gradient of the value, `[N, D]`, without a graph
    static Tensor of(Tensor value, Tensor z, Tensor gradient) {
        Tensor linear = z.reshape(-1).dot(gradient.reshape(-1)); // one pass, no matrix between
        return value.add(linear.sub(linear.detach()));
    }

    /// A scalar equal to `value` with a gradient in each view that requires one.
    ///
    /// @param gradients of the value, V x `[N, D]`, without a graph
    static Tensor of(Tensor value, Views views, List<Tensor> gradients) {
        Tensor total = value;
        for (int v = 0; v < gradients.size(); v++) {
            Tensor z = views.embeddings().get(v);
            if (z.requires_grad()) {
                total = of(total, z, gradients.get(v));
            }
        }
        return total;
    }

    /// The same for a stack of gradients, `[V, N, D]`.
    static Tensor of(Tensor value, Views views, Tensor gradients) {
        return of(value, views, apart(gradients));
    }

    /// The matrices of a stack, `[V, N, D]` to V x `[N, D]`.
    static List<Tensor> apart(Tensor stack) {
        return LongStream.range(0, stack.size(0))
                .mapToObj(v -> stack.select(0, v))
                .toList();
    }

    /// Whether any view requires a gradient.
    static boolean wanted(Views views) {
        return views.embeddings().stream().anyMatch(Tensor::requires_grad);
    }
}
