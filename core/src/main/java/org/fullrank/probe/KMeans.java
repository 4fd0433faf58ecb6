package org.fullrank.probe;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// k-means by Lloyd's iterations from a k-means++ start (Arthur and Vassilvitskii 2007). The class computes
/// in float64, block by block.
///
/// A cluster that loses all its items keeps its center. If several centers are equally near, the first one
/// wins.
public final class KMeans {
    private static final long STREAM = Keyed.name("probe.kmeans");
    // 2 MB of float64 rows at a time: larger ones leave the cache.
    private static final int BLOCK_VALUES = 1 << 18;

    private final Tensor rows; // [N, D] float32
    private final Tensor squares; // [N, 1] float64, of the lengths of the rows
    private final int clusters;
    private final int width;
    private final int[] assigned;
    private final double[] distances; // squared, to the own center

    /// The result of clustering.
    ///
    /// @param assigned the cluster of each row
    /// @param inertia sum of the squared distances of the rows to their centers
    /// @param iterations number of iterations of this run
    record Clustering(int[] assigned, double inertia, int iterations) {}

    private KMeans(Tensor rows, int clusters) {
        this.rows = rows;
        this.clusters = clusters;
        width = Math.toIntExact(rows.size(1));
        assigned = new int[Math.toIntExact(rows.size(0))];
        distances = new double[assigned.length];
        squares = squares(rows);
    }

    private static Tensor squares(Tensor rows) {
        int count = Math.toIntExact(rows.size(0));
        int block = Math.max(1, BLOCK_VALUES / Math.toIntExact(rows.size(1)));
        Tensor squares = Tensors.empty(ScalarType.Double, count, 1);
        for (int begin = 0; begin < count; begin += block) {
            try (var scope = Scope.open()) {
                int size = Math.min(block, count - begin);
                Tensor x = rows.narrow(0, begin, size).to(ScalarType.Double); // [n, D]
                squares.narrow(0, begin, size).copy_(x.mul(x).sum(1).unsqueeze(1));
            }
        }
        return squares;
    }

    /// Groups for a picture: the cluster of each row, in `[0, clusters)`. The settings are those of the
    /// retrieval protocol.
    ///
    /// @param clusters number of clusters, at most the number of rows
    public static int[] groups(Features features, int clusters) {
        try (var scope = Scope.open()) {
            return best(features.tensor(), clusters, RetrievalProtocol.defaults()).assigned;
        }
    }

    /// The best of several runs.
    ///
    /// @param rows `[N, D]` float32 on the host; it still belongs to the caller
    static Clustering best(Tensor rows, int clusters, RetrievalProtocol protocol) {
        Clustering best = run(rows, clusters, protocol, 0);
        for (int i = 1; i < protocol.restarts(); i++) {
            Clustering next = run(rows, clusters, protocol, i);
            if (next.inertia < best.inertia) {
                best = next;
            }
        }
        return best;
    }

    private static Clustering run(Tensor rows, int clusters, RetrievalProtocol protocol, int restart) {
        try (var scope = Scope.withoutGradients()) {
            var run = new KMeans(rows, clusters);
            Tensor centers = run.start(Keyed.of(protocol.seed(), STREAM, restart)); // [C, D]
            return run.iterate(centers, protocol.maxIterations());
        }
    }

    /// The first centers. One row is drawn uniformly. Each further row is drawn with a probability
    /// proportional to its squared distance to the nearest center so far.
    private Tensor start(Keyed random) {
        double[] centers = new double[clusters * width];
        double[] nearest = new double[assigned.length];
        Arrays.fill(nearest, 1); // all alike for the first draw
        for (int c = 0; c < clusters; c++) {
            int chosen = draw(nearest, random.nextDouble());
            try (var scope = Scope.open()) {
                double[] center = Tensors.doubles(rows.narrow(0, chosen, 1));
                System.arraycopy(center, 0, centers, c * width, width);
                distancesTo(Tensors.of(center, 1, width));
            }
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = c == 0 ? distances[i] : Math.min(nearest[i], distances[i]);
            }
        }
        return Tensors.of(centers, clusters, width);
    }

    private static int draw(double[] weights, double share) {
        double left = share * Arrays.stream(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
        return weights.length - 1; // all weights are 0, or rounding
    }

    private Clustering iterate(Tensor centers, int most) {
        distancesTo(centers);
        int iterations = 0;
        for (boolean moved = true; moved && iterations < most; iterations++) {
            int[] before = assigned.clone();
            move(centers);
            distancesTo(centers);
            moved = !Arrays.equals(before, assigned);
        }
        return new Clustering(assigned, Arrays.stream(distances).sum(), iterations);
    }

    /// Fills `assigned` and `distances` for centers `[C, D]`.
    private void distancesTo(Tensor centers) {
        int block = Math.max(1, BLOCK_VALUES / Math.max(width, clusters));
        for (int begin = 0; begin < assigned.length; begin += block) {
            int count = Math.min(block, assigned.length - begin);
            try (var scope = Scope.open()) {
                Tensor x = rows.narrow(0, begin, count).to(ScalarType.Double); // [n, D]
                Tensor lengths = centers.mul(centers).sum(1).unsqueeze(0); // [1, C]
                Tensor d = x.matmul(centers.t())
                        .mul_(Tensors.scalar(-2))
                        .add_(squares.narrow(0, begin, count))
                        .add_(lengths)
                        .clamp_min_(Tensors.scalar(0)); // [n, C]
                Tensor nearest = d.argmin(new LongOptional(1), true); // [n, 1]
                long[] chosen = Tensors.longs(nearest);
                System.arraycopy(Tensors.doubles(d.gather(1, nearest)), 0, distances, begin, count);
                for (int i = 0; i < count; i++) {
                    assigned[begin + i] = Math.toIntExact(chosen[i]);
                }
            }
        }
    }

    /// Moves each center of `[C, D]` to the mean of its items.
    private void move(Tensor centers) {
        int[] counts = new int[clusters];
        for (int c : assigned) {
            counts[c]++;
        }
        int block = Math.max(1, BLOCK_VALUES / width);
        try (var scope = Scope.open()) {
            Tensor sums = Tensors.zeros(Device.CPU, ScalarType.Double, clusters, width); // [C, D]
            for (int begin = 0; begin < assigned.length; begin += block) {
                int end = Math.min(assigned.length, begin + block);
                try (var inner = Scope.open()) {
                    Tensor index = Tensors.of(Arrays.copyOfRange(assigned, begin, end)); // [n]
                    sums.index_add_(0, index, rows.narrow(0, begin, end - begin).to(ScalarType.Double));
                }
            }
            for (int c = 0; c < clusters; c++) {
                if (counts[c] > 0) {
                    centers.narrow(0, c, 1).copy_(sums.narrow(0, c, 1).div(Tensors.scalar(counts[c])));
                }
            }
        }
    }
}
