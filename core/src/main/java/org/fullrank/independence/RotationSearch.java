package org.fullrank.independence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.Unmixing.Pair;
import org.jspecify.annotations.Nullable;

/// Searches the rotation of whitened mixtures that makes the components independent. Each start is quick: it
/// has few samples and few features, and its own features, so that starts do not share their local minima.
/// The best start is refined with more samples and all features.
///
/// The scope that is open at the construction owns the memory.
final class RotationSearch {
    /// Samples of a start, evenly spaced.
    private static final int FEW_SAMPLES = 1024;

    /// Samples of the refined result, from which the criterion is computed.
    private static final int SAMPLES = 8192;

    /// Most features of all samples, when the angles of long recordings are improved once more: 128 MiB.
    private static final int MOST_FEATURES = 1 << 24;

    private static final long KEY = Keyed.name("unmixing");

    private final Tensor whitened; // [N, D]
    private final Tensor rows; // [8192, D] or fewer
    private final Tensor few; // [1024, D] or fewer
    private final FeatureCovariance covariance;
    private final long seed;
    private final List<Double> criteria = new ArrayList<>();

    RotationSearch(Tensor whitened, long seed) {
        this.whitened = whitened;
        this.rows = sample(whitened, SAMPLES);
        this.few = sample(rows, FEW_SAMPLES);
        this.covariance = FeatureCovariance.fine(seed);
        this.seed = seed;
    }

    /// Where a start ended.
    ///
    /// @param rotation `[D, D]`
    /// @param level of independent components
    /// @param unresolved pairs for which every angle is at the level of independent components
    record Start(Tensor rotation, double criterion, ShiftNull level, List<Pair> unresolved) {
        /// Mixtures of many sources look Gaussian, and so they look independent. So a start with fewer such
        /// pairs is better than a start with a smaller criterion.
        private static final Comparator<Start> BEST_FIRST = Comparator.comparing((Start start) -> !start.independent())
                .thenComparing(start -> start.independent() ? start.unresolved.size() : 0)
                .thenComparing(Start::criterion);

        private static Start of(PairSweeps sweeps, PairSweeps.Search search, long seed) {
            sweeps.run(search);
            ShiftNull level = sweeps.shifted(seed);
            var unresolved = new ArrayList<Pair>();
            for (int i = 0; i < level.largestPairwise().length; i++) {
                for (int j = i + 1; j < level.largestPairwise().length; j++) {
                    double most = Arrays.stream(sweeps.scan(i, j)).max().orElseThrow();
                    if (most <= level.largestPairwise()[i][j]) {
                        unresolved.add(new Pair(i, j));
                    }
                }
            }
            return new Start(sweeps.rotation(), sweeps.criterion(), level, unresolved);
        }

        private Start better(@Nullable Start other) {
            return other == null || BEST_FIRST.compare(this, other) < 0 ? this : other;
        }

        private boolean independent() {
            return criterion <= level.largest();
        }

        private boolean separates() {
            return independent() && unresolved.isEmpty();
        }
    }

    /// The samples from which the criterion is computed.
    Tensor rows() {
        return rows;
    }

    /// The criterion of each start so far.
    List<Double> criteria() {
        return List.copyOf(criteria);
    }

    /// The best of at most so many starts. A start that separates all components is the last one.
    Start run(int starts) {
        Start best = null;
        while (best == null || criteria.size() < starts && !best.separates()) {
            best = refined(quick(starts)).better(best);
        }
        Tensor more = sample(whitened, Math.toIntExact(MOST_FEATURES / FeatureCovariance.FEATURES / rows.size(1)));
        return more.size(0) > rows.size(0) ? improved(best, more) : best;
    }

    private Start improved(Start best, Tensor more) {
        new PairSweeps(covariance, more, best.rotation).run(PairSweeps.Search.LOCAL);
        double criterion = covariance.criterion(rows.matmul(best.rotation.t()));
        return new Start(best.rotation, criterion, best.level, best.unresolved);
    }

    /// The best of some quick starts, up to the first one that separates all components.
    private Start quick(int starts) {
        Start best = null;
        while (best == null || criteria.size() < starts && !best.separates()) {
            int number = criteria.size();
            long draw = Keyed.of(seed, KEY, number).nextLong();
            var sweeps = new PairSweeps(FeatureCovariance.rough(draw), few, rotation(few.size(1), draw, number));
            Start next = Start.of(sweeps, PairSweeps.Search.GLOBAL, seed);
            criteria.add(next.criterion);
            best = next.better(best);
        }
        return best;
    }

    private Start refined(Start quick) {
        return Start.of(new PairSweeps(covariance, rows, quick.rotation), PairSweeps.Search.LOCAL, seed);
    }

    /// The identity for the first start, then random rotations.
    private static Tensor rotation(long width, long draw, int number) {
        if (number == 0) {
            return torch.eye(width).to(ScalarType.Double);
        }
        var random = Keyed.of(draw, KEY);
        double[] values = new double[Math.toIntExact(width * width)];
        Arrays.setAll(values, _ -> random.nextGaussian());
        return FastIca.orthogonal(Tensors.of(values, width, width));
    }

    /// At most so many rows, evenly spaced.
    private static Tensor sample(Tensor rows, int most) {
        int count = Math.toIntExact(rows.size(0));
        if (count <= most) {
            return rows;
        }
        int[] chosen = IntStream.range(0, most)
                .map(i -> Math.toIntExact((long) i * count / most))
                .toArray();
        return rows.index_select(0, Tensors.of(chosen));
    }
}
