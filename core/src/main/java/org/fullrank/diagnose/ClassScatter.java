package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Quantiles;

/// The rows split by class, as centroids and residuals. The class [ClassGeometry] computes its measures from
/// centroids and residuals.
///
/// @param residuals of the rows, class by class, `[N, D]`
/// @param centroids `[C, D]`, relative to the mean of all rows
/// @param groups the rows of each class
record ClassScatter(Tensor residuals, Tensor centroids, List<Group> groups) {
    /// Singular values of centroids below this share of the largest are rounding errors.
    private static final double RANK = 1e-7;

    /// A class. Its rows are `from` to `from + rows - 1`.
    record Group(int label, long from, long rows) {}

    /// @param z centered rows, class by class; they become the residuals
    /// @param labels ascending
    static ClassScatter of(Tensor z, int[] labels) {
        List<Group> groups = groups(labels);
        Tensor centroids = Tensors.empty(z.scalar_type(), groups.size(), z.size(1)); // [C, D]
        try (var scope = Scope.open()) {
            for (int c = 0; c < groups.size(); c++) {
                Tensor members = z.narrow(0, groups.get(c).from(), groups.get(c).rows()); // [n, D]
                Tensor mean = Reductions.means(members); // [1, D]
                centroids.narrow(0, c, 1).copy_(mean);
                members.sub_(mean);
            }
        }
        return new ClassScatter(z, centroids, groups);
    }

    private static List<Group> groups(int[] labels) {
        var groups = new ArrayList<Group>();
        for (int from = 0, to = 0; from < labels.length; from = to) {
            while (to < labels.length && labels[to] == labels[from]) {
                to++;
            }
            groups.add(new Group(labels[from], from, to - from));
        }
        return groups;
    }

    ClassGeometry geometry() {
        double rows = residuals.size(0);
        double within = Reductions.squares(residuals) / rows;
        Tensor counts = Tensors.of(groups.stream().mapToDouble(Group::rows).toArray(), groups.size(), 1);
        double between =
                Tensors.value(Reductions.squaredNorms(centroids).mul_(counts).sum()) / rows;
        var frame = Frame.of(largest(), residuals);
        return new ClassGeometry(
                residuals.size(0),
                Math.toIntExact(residuals.size(1)),
                shapes((within + between) * rows / (rows - 1)),
                between / (within + between),
                within / between,
                frame.cosine(),
                frame.simplex(),
                frame.simplexDeviation(),
                frame.nc1(),
                frame.equinorm(),
                frame.equiangularity(),
                groups.size() < 2 ? Double.NaN : nearestCentroid());
    }

    /// Centroids of the classes with the most rows.
    private Tensor largest() {
        if (groups.size() <= ClassGeometry.CENTROIDS) {
            return centroids;
        }
        int[] chosen = IntStream.range(0, groups.size())
                .boxed()
                .sorted(Comparator.comparingLong((Integer c) -> -groups.get(c).rows()))
                .limit(ClassGeometry.CENTROIDS)
                .mapToInt(Integer::intValue)
                .toArray();
        return centroids.index_select(0, Tensors.of(chosen));
    }

    private List<ClassGeometry.Shape> shapes(double total) {
        double[] spreads = groups.stream().mapToDouble(this::spread).toArray();
        double[] ranks = groups.stream().mapToDouble(this::participation).toArray();
        double[] shares = new double[ranks.length];
        for (int c = 0; c < ranks.length; c++) {
            shares[c] = ranks[c] / isotropic(groups.get(c).rows() - 1.0, residuals.size(1));
        }
        double usualSpread = upperQuartile(spreads);
        double usualShare = upperQuartile(shares);
        var shapes = new ArrayList<ClassGeometry.Shape>();
        for (int c = 0; c < spreads.length; c++) {
            double relative = spreads[c] / usualSpread;
            boolean narrow = relative < ClassGeometry.SMALL_SPREAD || shares[c] / usualShare < ClassGeometry.SMALL_RANK;
            Group group = groups.get(c);
            shapes.add(new ClassGeometry.Shape(
                    group.label(),
                    group.rows(),
                    spreads[c],
                    relative,
                    spreads[c] / total,
                    ranks[c],
                    shares[c],
                    narrow && group.rows() >= ClassGeometry.SMALLEST_CLASS));
        }
        return shapes;
    }

    private double spread(Group group) {
        return group.rows() < 2 ? Double.NaN : Reductions.squares(members(group)) / (group.rows() - 1);
    }

    private double participation(Group group) {
        if (group.rows() < 2) {
            return Double.NaN;
        }
        try (var scope = Scope.open()) {
            Tensor members = members(group);
            double trace = Reductions.squares(members);
            boolean flat = members.size(0) < members.size(1);
            Tensor gram = flat ? members.matmul(members.t()) : members.t().matmul(members);
            return trace == 0 ? 0 : trace * trace / Reductions.squares(gram);
        }
    }

    private Tensor members(Group group) {
        return residuals.narrow(0, group.from(), group.rows());
    }

    /// `E(tr S)^2 / E tr(S^2)` of a Wishart matrix of `freedom` degrees.
    static double isotropic(double freedom, double width) {
        return (freedom * width + 2) / (freedom + width + 1);
    }

    private static double upperQuartile(double[] values) {
        return Quantiles.of(
                java.util.Arrays.stream(values).filter(Double::isFinite).toArray(), 0.75);
    }

    /// Let `x = c + r` be a row of a class with n rows and centroid c. Then its distance from the centroid of
    /// the other rows is `n / (n - 1) |r|`.
    private double nearestCentroid() {
        double hits = 0;
        long judged = 0;
        Tensor lengths = Reductions.squaredNorms(centroids).t(); // [1, C]
        for (int c = 0; c < groups.size(); c++) {
            Group group = groups.get(c);
            if (group.rows() > 1) {
                try (var scope = Scope.open()) {
                    hits += hits(c, lengths);
                    judged += group.rows();
                }
            }
        }
        return judged == 0 ? Double.NaN : hits / judged;
    }

    private double hits(int c, Tensor lengths) {
        Group group = groups.get(c);
        Tensor rows = members(group).add(centroids.narrow(0, c, 1)); // [n, D]
        Tensor squares = Reductions.squaredNorms(rows); // [n, 1]
        Tensor distances = rows.matmul(centroids.t())
                .mul_(Tensors.scalar(-2))
                .add_(lengths)
                .add_(squares); // [n, C]
        double stretch = group.rows() / (group.rows() - 1.0);
        Tensor own = Reductions.squaredNorms(members(group)).mul_(Tensors.scalar(stretch * stretch)); // [n, 1]
        distances.narrow(1, c, 1).copy_(own);
        double largest = Tensors.value(squares.max()) + Tensors.value(lengths.max());
        Tensor bound = distances.amin(new long[] {1}, true).add_(Tensors.scalar(TIE * largest)); // [n, 1]
        Tensor ties = distances.le(bound).sum(1); // [n]
        return Tensors.value(own.le(bound).squeeze(1).div(ties).sum());
    }

    /// Two squared distances count as equal if they differ by less than this share of the squared lengths,
    /// because of rounding in float64.
    private static final double TIE = 1e-13;

    /// The positions of centroids `[C, D]` relative to their mean; NaN for fewer than two.
    private record Frame(
            double cosine,
            double simplex,
            double simplexDeviation,
            double nc1,
            double equinorm,
            double equiangularity) {
        static Frame of(Tensor centroids, Tensor residuals) {
            int count = Math.toIntExact(centroids.size(0));
            if (count < 2) {
                return new Frame(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            }
            Tensor frame = centroids.sub(Reductions.means(centroids)); // [C, D]
            double simplex = -1.0 / (count - 1);
            double[] norms = Tensors.doubles(Reductions.squaredNorms(frame).sqrt());
            double[] cosines = cosines(frame, norms);
            double mean = mean(cosines);
            double[] gaps = java.util.Arrays.stream(cosines)
                    .map(r -> Math.abs(r - simplex))
                    .toArray();
            return new Frame(
                    mean,
                    simplex,
                    mean(gaps),
                    nc1(frame, residuals),
                    deviation(norms) / mean(norms),
                    deviation(cosines));
        }

        /// The cosines of all pairs of centroids that differ from the mean.
        private static double[] cosines(Tensor frame, double[] norms) {
            Tensor unit = Reductions.unit(frame); // [C, D]
            double[] all = Tensors.doubles(unit.matmul(unit.t())); // [C, C]
            int count = norms.length;
            return IntStream.range(0, count * count)
                    .filter(at -> at / count < at % count && norms[at / count] > 0 && norms[at % count] > 0)
                    .mapToDouble(at -> all[at])
                    .toArray();
        }

        /// With `frame / sqrt(C) = U S V'`, `pinv(Sb) = V S^-2 V'`.
        private static double nc1(Tensor frame, Tensor residuals) {
            var parts = torch.linalg_svd(frame, false, new StringViewOptional());
            double[] values = Tensors.doubles(parts.get1());
            int used = (int) java.util.Arrays.stream(values)
                    .filter(s -> s > RANK * values[0])
                    .count();
            if (used == 0) {
                return Double.NaN;
            }
            Tensor directions = parts.get2().narrow(0, 0, used); // [k, D]
            Tensor projected = residuals.matmul(directions.t()); // [N, k]
            double[] within =
                    Tensors.doubles(projected.mul_(projected).mean(new long[] {0}, false, new ScalarTypeOptional()));
            // pinv(Sb) contains the factor C, which the division by C removes.
            return IntStream.range(0, used)
                    .mapToDouble(k -> within[k] / (values[k] * values[k]))
                    .sum();
        }

        private static double mean(double[] values) {
            return java.util.Arrays.stream(values).average().orElse(Double.NaN);
        }

        /// Standard deviation with divisor n.
        private static double deviation(double[] values) {
            double mean = mean(values);
            return Math.sqrt(mean(java.util.Arrays.stream(values)
                    .map(v -> (v - mean) * (v - mean))
                    .toArray()));
        }
    }
}
