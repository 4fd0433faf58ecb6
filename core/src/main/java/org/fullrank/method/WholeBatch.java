package org.fullrank.method;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Mode;
import org.fullrank.net.NonFiniteTrace;

/// Computes a loss over the whole batch from chunks. The class gathers the outputs of all chunks into one
/// leaf tensor for each view. The caller computes the loss. The backward pass of this loss writes the
/// gradients to the leaf tensors. Then backpropagation continues in each chunk from its own rows.
///
/// With one chunk, the graph of the forward pass is kept. With more chunks, each chunk is computed a second
/// time for the backward pass (gradient caching). So memory holds the activations of only one chunk at a
/// time.
final class WholeBatch {
    /// Computes the outputs of a chunk from its inputs; each output is `[n, ...]` with n rows.
    @FunctionalInterface
    interface Network {
        List<Tensor> forward(Tensor x, Mode mode);
    }

    /// Computes a loss from the leaves, V x outputs, and its gradients with respect to the leaves.
    @FunctionalInterface
    interface Loss<T> {
        T backward(List<List<Tensor>> leaves);
    }

    private final List<Tensor> views;
    private final int chunks;

    /// @param views V tensors of N rows each
    /// @throws InputException unless there are 1 to N chunks
    WholeBatch(List<Tensor> views, int chunks) {
        long rows = views.getFirst().size(0);
        InputException.when(
                chunks < 1 || chunks > rows, "train.chunks: found %d, expected 1 to %d, the batch", chunks, rows);
        this.views = views;
        this.chunks = chunks;
    }

    /// Runs forward through `network` and `loss`, and backward through both.
    <T> T learn(Network network, Loss<T> loss) {
        return chunks == 1 ? kept(network, loss) : cached(network, loss);
    }

    private <T> T kept(Network network, Loss<T> loss) {
        var outputs = new ArrayList<List<Tensor>>();
        var leaves = new ArrayList<List<Tensor>>();
        for (Tensor view : views) {
            List<Tensor> z = network.forward(view, Mode.TRAIN);
            outputs.add(z);
            leaves.add(z.stream().map(WholeBatch::leaf).toList());
        }
        T result = loss.backward(leaves);
        for (int v = 0; v < outputs.size(); v++) {
            backward(outputs.get(v), leaves.get(v), 0, 1);
        }
        return result;
    }

    private <T> T cached(Network network, Loss<T> loss) {
        var leaves = new ArrayList<List<Tensor>>();
        for (Tensor view : views) {
            List<Tensor> whole = gather(network, view, Mode.TRAIN);
            leaves.add(whole.stream().map(WholeBatch::leaf).toList());
            whole.forEach(Tensor::close);
        }
        T result = loss.backward(leaves);
        for (int v = 0; v < views.size(); v++) {
            for (int c = 0; c < chunks; c++) {
                try (var scope = Scope.open()) {
                    backward(network.forward(chunk(views.get(v), c, chunks), Mode.REPLAY), leaves.get(v), c, chunks);
                }
            }
        }
        return result;
    }

    /// The outputs for one view, `[N, ...]` each, computed chunk by chunk without a graph. The caller closes
    /// them.
    List<Tensor> gather(Network network, Tensor view, Mode mode) {
        try (var scope = Scope.withoutGradients()) {
            var parts = new ArrayList<List<Tensor>>();
            for (int c = 0; c < chunks; c++) {
                try (var inner = Scope.open()) {
                    List<Tensor> outputs = network.forward(chunk(view, c, chunks), mode);
                    outputs.forEach(inner::keep);
                    parts.add(outputs);
                }
            }
            var whole = new ArrayList<Tensor>();
            for (int o = 0; o < parts.getFirst().size(); o++) {
                int output = o;
                whole.add(scope.keep(
                        Tensors.cat(parts.stream().map(p -> p.get(output)).toList())));
            }
            parts.forEach(p -> p.forEach(Tensor::close));
            return whole;
        }
    }

    /// Continues backward from the leaves into the graph of one chunk, in one pass for all outputs. A leaf
    /// without a gradient is skipped.
    private static void backward(List<Tensor> outputs, List<Tensor> leaves, int c, int chunks) {
        Tensor linear = null;
        for (int o = 0; o < outputs.size(); o++) {
            Tensor gradient = leaves.get(o).grad();
            NonFiniteTrace.seen("gradient of the loss by the embedding", leaves.get(o), gradient);
            if (gradient.defined()) {
                Tensor term = outputs.get(o).mul(chunk(gradient, c, chunks)).sum();
                linear = linear == null ? term : linear.add(term);
            }
        }
        if (linear != null) {
            linear.backward();
        }
    }

    /// Rows of chunk `c`; sizes differ by at most one.
    private static Tensor chunk(Tensor t, int c, int chunks) {
        long rows = t.size(0);
        long begin = rows * c / chunks;
        return t.narrow(0, begin, rows * (c + 1) / chunks - begin);
    }

    private static Tensor leaf(Tensor z) {
        return z.detach().set_requires_grad(true);
    }
}
