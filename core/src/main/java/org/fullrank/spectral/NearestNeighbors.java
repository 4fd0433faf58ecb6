package org.fullrank.spectral;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.spectral.Graph.Edge;

/// The graph of nearest neighbors by Euclidean distance. The search is exact. Two samples are related with
/// weight 1 if one of them is among the k nearest neighbors of the other.
public final class NearestNeighbors {
    private static final int BLOCK_VALUES = 1 << 23;

    private NearestNeighbors() {}

    /// Relates each sample to its `k` nearest samples. Among samples with equal distances, libtorch chooses.
    ///
    /// @throws InputException when k is not between 1 and N - 1, or when a value is not finite
    public static Graph graph(SampleRows samples, int k) {
        int size = samples.size();
        InputException.unless(
                k >= 1 && k < size,
                "neighbors: found %d, expected 1 to %d for %d samples; lower it or use more samples",
                k,
                size - 1,
                size);
        try (var scope = Scope.withoutGradients()) {
            Tensor all = samples.checked(new Kernel.Linear())
                    .at(IntStream.range(0, size).toArray()); // [N, D]
            Tensor centered = all.sub(Reductions.means(all)); // smaller norms, so that less cancels
            return Graph.of(size, edges(centered, k));
        }
    }

    private static List<Edge> edges(Tensor rows, int k) {
        int size = Math.toIntExact(rows.size(0));
        Tensor columns = rows.t(); // [D, N]
        Tensor halves = Reductions.squaredNorms(rows).t().mul(Tensors.scalar(0.5)); // [1, N]
        List<Edge> edges = new ArrayList<>(size * k);
        int block = Math.max(1, BLOCK_VALUES / size);
        for (int begin = 0; begin < size; begin += block) {
            try (var scope = Scope.open()) {
                int count = Math.min(block, size - begin);
                // |y|^2 / 2 - x.y orders the rows y as the distance to x does.
                Tensor nearness = rows.narrow(0, begin, count).matmul(columns).sub_(halves); // [n, N]
                long[] found = Tensors.longs(torch.topk(nearness, k + 1).get1()); // [n, k + 1]
                for (int i = 0; i < count; i++) {
                    addEdges(begin + i, found, i * (k + 1), k, edges);
                }
            }
        }
        return edges;
    }

    /// Removes the sample itself from its neighbors. If equal rows hide it, the last neighbor is removed
    /// instead.
    private static void addEdges(int sample, long[] found, int from, int k, List<Edge> edges) {
        int added = 0;
        for (int j = from; j <= from + k && added < k; j++) {
            if (found[j] != sample) {
                edges.add(new Edge(sample, Math.toIntExact(found[j]), 1));
                added++;
            }
        }
    }
}
