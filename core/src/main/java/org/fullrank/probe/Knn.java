package org.fullrank.probe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Exact nearest-neighbor classification by cosine similarity with weighted votes.
///
/// If the inputs and the number of threads are equal, the results are equal. If two neighbors are equally
/// similar, the one earlier in the bank comes first. If two classes have equal votes, the class with the
/// lower number wins.
public final class Knn {
    private static final double SMALLEST_NORM = 1e-12;
    // 64 MB of similarities at a time.
    private static final int BLOCK_VALUES = 16 << 20;

    private final Features bank;
    private final int[] classes;
    private final KnnProtocol protocol;

    private Knn(Features bank, KnnProtocol protocol) {
        this.bank = bank;
        this.classes = bank.labels();
        this.protocol = protocol;
    }

    /// The share of `queries` whose class is predicted correctly by their neighbors in `bank`.
    ///
    /// @throws InputException when either is unlabeled, when their widths or classes differ, or when the bank
    ///     has fewer rows than the protocol has neighbors
    public static Accuracy evaluate(Features bank, Features queries, KnnProtocol protocol) {
        int[] expected = queries.labels();
        bank.requireLike(queries, "kNN");
        return Accuracy.of(predict(bank, queries, protocol), expected);
    }

    /// The predicted class of each of `queries`, which need no labels.
    ///
    /// @throws InputException as [#evaluate]
    public static int[] predict(Features bank, Features queries, KnnProtocol protocol) {
        if (protocol.neighbors() > bank.rows()) {
            throw new InputException(
                    "kNN: found %d neighbors for a bank of %d rows, expected no more than rows; lower the"
                                    .formatted(protocol.neighbors(), bank.rows())
                            + " number of neighbors or use more data");
        }
        if (queries.width() != bank.width()) {
            throw new InputException("kNN: found queries %d wide, expected %d as in the bank; use one encoder for both"
                    .formatted(queries.width(), bank.width()));
        }
        return NativeErrors.guard("kNN", () -> new Knn(bank, protocol).predict(queries));
    }

    private int[] predict(Features queries) {
        int[] predicted = new int[queries.rows()];
        try (var scope = Scope.withoutGradients()) {
            Tensor columns = normalized(bank).t(); // [D, N]
            Tensor rows = normalized(queries); // [Q, D]
            int block = Math.max(1, BLOCK_VALUES / bank.rows());
            for (int start = 0; start < predicted.length; start += block) {
                int count = Math.min(block, predicted.length - start);
                try (var inner = Scope.open()) {
                    Tensor similarities = rows.narrow(0, start, count).matmul(columns); // [count, N]
                    vote(similarities, predicted, start);
                }
            }
        }
        return predicted;
    }

    /// Rows scaled to length 1, `[N, D]`; the caller's scope owns it.
    static Tensor normalized(Features features) {
        Tensor t = features.tensor(); // [N, D]
        try (var scope = Scope.open()) {
            t.div_(torch.linalg_vector_norm(t, Tensors.scalar(2), new long[] {1}, true, new ScalarTypeOptional())
                    .clamp_min(Tensors.scalar(SMALLEST_NORM)));
        }
        return t;
    }

    /// Writes the winners for `similarities`, shape `[count, N]`, to `predicted`, starting at `start`.
    private void vote(Tensor similarities, int[] predicted, int start) {
        int k = protocol.neighbors();
        // One more neighbor than needed, to detect whether the last neighbor has ties.
        int asked = Math.min(k + 1, bank.rows());
        var top = torch.topk(similarities, asked, 1, true, true);
        float[] values = Tensors.floats(top.get0()); // [count, asked]
        long[] indices = Tensors.longs(top.get1()); // [count, asked]
        MemorySegment all = Tensors.segment(similarities);
        double[] votes = new double[bank.names().size()];
        for (int row = 0; row * asked < values.length; row++) {
            int at = row * asked;
            if (asked > k && values[at + k] == values[at + k - 1]) {
                takeEarliest(all, row, values[at + k], indices, at);
            }
            Arrays.fill(votes, 0);
            for (int i = at; i < at + k; i++) {
                votes[classes[(int) indices[i]]] += Math.exp((values[i] - values[at]) / protocol.temperature());
            }
            predicted[start + row] = largest(votes);
        }
    }

    /// Some rows have a similarity of exactly `last`. From these rows, selects the ones that come first in
    /// the bank.
    private void takeEarliest(MemorySegment all, int row, float last, long[] indices, int at) {
        long offset = (long) row * bank.rows();
        int place = at;
        for (int i = 0; i < bank.rows(); i++) {
            if (all.getAtIndex(ValueLayout.JAVA_FLOAT, offset + i) > last) {
                place++;
            }
        }
        for (int i = 0; place < at + protocol.neighbors(); i++) {
            if (all.getAtIndex(ValueLayout.JAVA_FLOAT, offset + i) == last) {
                indices[place++] = i;
            }
        }
    }

    private static int largest(double[] votes) {
        int best = 0;
        for (int i = 1; i < votes.length; i++) {
            if (votes[i] > votes[best]) {
                best = i;
            }
        }
        return best;
    }
}
