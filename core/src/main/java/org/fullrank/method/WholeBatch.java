package org.fullrank.method;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.net.Mode;
import org.fullrank.net.NonFiniteTrace;

/// Computes a loss over the whole batch from chunks. The class gathers the outputs of all chunks into one
/// leaf tensor for each view. The caller computes the loss. The backward pass of this loss writes the
/// gradients to the leaf tensors. Then backpropagation continues in each chunk from its own rows.
///
/// With one chunk, the graph of the forward pass is kept. With more chunks, each chunk is computed a second
/// time for the backward pass (gradient caching). So memory holds the activations of only one chunk at a
/// time.
///
/// With more workers, each worker has the rows of its [RowShare]. The outputs of all workers are gathered into
/// the same leaves on each worker. Each worker computes the loss of the whole batch and continues from its own
/// rows. So the gradient of a parameter of the network is the sum over the workers, see [SharedGradients].
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
    private final RowShare share;
    private final WorkerGroup workers;
    private final int chunks;

    /// @param views V tensors of N rows each; with more workers, of the rows of this worker
    /// @throws InputException unless there are 1 to N chunks, each with a row for each worker
    WholeBatch(List<Tensor> views, int chunks, WorkerGroup workers) {
        share = RowShare.of(workers.sum(views.getFirst().size(0)), chunks, workers);
        this.views = views;
        this.workers = workers;
        this.chunks = chunks;
    }

    /// Runs forward through `network` and `loss`, and backward through both.
    <T> T learn(Network network, Loss<T> loss) {
        return learn(network, Integer.MAX_VALUE, loss);
    }

    /// The same for a loss that reads only the first `read` outputs. With more workers, the leaves of the other
    /// outputs have only the rows of this worker.
    <T> T learn(Network network, int read, Loss<T> loss) {
        return chunks == 1 ? kept(network, read, loss) : cached(network, read, loss);
    }

    private <T> T kept(Network network, int read, Loss<T> loss) {
        var outputs = new ArrayList<List<Tensor>>();
        var leaves = new ArrayList<List<Tensor>>();
        for (Tensor view : views) {
            List<Tensor> z = network.forward(view, Mode.TRAIN);
            outputs.add(z);
            leaves.add(leaves(z, read));
        }
        T result = loss.backward(leaves);
        for (int v = 0; v < outputs.size(); v++) {
            backward(outputs.get(v), leaves.get(v), 0);
        }
        return result;
    }

    private <T> T cached(Network network, int read, Loss<T> loss) {
        var leaves = new ArrayList<List<Tensor>>();
        for (Tensor view : views) {
            List<Tensor> own = own(network, view, Mode.TRAIN);
            leaves.add(leaves(own, read));
            own.forEach(Tensor::close);
        }
        T result = loss.backward(leaves);
        for (int v = 0; v < views.size(); v++) {
            for (int c = 0; c < chunks; c++) {
                try (var scope = Scope.open()) {
                    backward(network.forward(chunk(views.get(v), c), Mode.REPLAY), leaves.get(v), c);
                }
            }
        }
        return result;
    }

    /// The outputs for one view, `[N, ...]` each, computed chunk by chunk without a graph. The caller closes
    /// them.
    List<Tensor> gather(Network network, Tensor view, Mode mode) {
        List<Tensor> own = own(network, view, mode);
        if (workers.isSingle()) {
            return own;
        }
        try (var scope = Scope.withoutGradients()) {
            List<Tensor> whole = own.stream().map(z -> scope.keep(whole(z))).toList();
            own.forEach(Tensor::close);
            return whole;
        }
    }

    /// The outputs for the rows of this worker.
    private List<Tensor> own(Network network, Tensor view, Mode mode) {
        try (var scope = Scope.withoutGradients()) {
            var parts = new ArrayList<List<Tensor>>();
            for (int c = 0; c < chunks; c++) {
                try (var inner = Scope.open()) {
                    List<Tensor> outputs = network.forward(chunk(view, c), mode);
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

    private List<Tensor> leaves(List<Tensor> own, int read) {
        var leaves = new ArrayList<Tensor>();
        for (Tensor z : own) {
            Tensor rows = workers.isSingle() || leaves.size() >= read ? z.detach() : whole(z);
            leaves.add(rows.set_requires_grad(true));
        }
        return leaves;
    }

    /// The rows of all workers in the order of the batch, `[N, ...]`, from those of this worker. Slices of
    /// workers may differ in size, so they are padded to the largest for the exchange.
    private Tensor whole(Tensor own) {
        try (var off = Gradients.off()) {
            long most = share.most();
            Tensor padded = own.detach();
            if (own.size(0) < most) {
                padded = Tensors.cat(List.of(padded, padded.narrow(0, 0, 1).expand(padding(own, most))));
            }
            Tensor all = workers.gather(padded); // [k most, ...]
            var slices = new ArrayList<Tensor>();
            for (int c = 0; c < chunks; c++) {
                for (int w = 0; w < workers.size(); w++) {
                    slices.add(all.narrow(0, w * most + share.offset(c, w), share.count(c, w)));
                }
            }
            return Tensors.cat(slices);
        }
    }

    private static long[] padding(Tensor own, long most) {
        long[] shape = Tensors.shape(own);
        shape[0] = most - shape[0];
        return shape;
    }

    /// Continues backward from the leaves into the graph of one chunk, in one pass for all outputs. A leaf
    /// without a gradient is skipped.
    private void backward(List<Tensor> outputs, List<Tensor> leaves, int c) {
        Tensor linear = null;
        for (int o = 0; o < outputs.size(); o++) {
            Tensor gradient = leaves.get(o).grad();
            NonFiniteTrace.seen("gradient of the loss by the embedding", leaves.get(o), gradient);
            if (gradient.defined()) {
                Tensor term = outputs.get(o).mul(ofChunk(gradient, c)).sum();
                linear = linear == null ? term : linear.add(term);
            }
        }
        if (linear != null) {
            linear.backward();
        }
    }

    /// The rows of chunk `c` among the rows of this worker.
    private Tensor chunk(Tensor own, int c) {
        return own.narrow(0, share.offset(c, workers.rank()), share.count(c, workers.rank()));
    }

    /// The rows of chunk `c` and of this worker in a tensor of the whole batch.
    private Tensor ofChunk(Tensor whole, int c) {
        return whole.narrow(0, share.begin(c, workers.rank()), share.count(c, workers.rank()));
    }
}
