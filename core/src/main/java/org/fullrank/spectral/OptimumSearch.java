package org.fullrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.ColumnSpace;
import org.fullrank.linalg.Eigenpairs;
import org.fullrank.linalg.Reductions;
import org.fullrank.spectral.OptimumDistance.Mode;
import org.fullrank.spectral.OptimumDistance.Optimum;
import org.fullrank.spectral.QuadraticForm.Mean;
import org.jspecify.annotations.Nullable;

/// Compares embeddings with the optimum of a closed form for the same samples. All eigenvectors are computed,
/// so also those that the optimum drops are known.
///
/// Embeddings and optimum are compared as column spaces, because the objectives do not change if an embedding
/// is rotated. If an eigenvalue belongs to several eigenvectors, any rotation of them is as good. Then those
/// nearest to the embeddings are taken, ordered by their angle.
public final class OptimumSearch {
    /// The largest number of samples for usual widths, so that all eigenvectors take seconds.
    public static final int MOST_ROWS = ClosedForm.DENSE_ROWS;

    /// The largest number of samples for wide embeddings, which need more samples than dimensions. The
    /// published projectors have 2048 dimensions. All eigenvectors take about eight times as long.
    public static final int MOST_ROWS_OF_WIDE = 2 * MOST_ROWS;

    /// Directions of embeddings whose singular value is below this share of the largest one are left out.
    /// Such a direction has less than a millionth of the largest variance, near the rounding of float32.
    public static final double RANK_CUT = 1e-3;

    /// If the squares of embeddings or features minus their mean are below this share of all squares, they
    /// are rounding errors of float32: all rows are equal.
    private static final double SAME = 1e-13;

    private final SpectralObjective objective;
    private final Relation relation;
    private final FreeForm matrix;
    private final Tensor coordinates; // [N, K]
    private final ColumnSpace span;

    private OptimumSearch(SpectralObjective objective, Relation relation, Tensor embeddings) {
        QuadraticForm form = objective.form(relation);
        this.objective = objective;
        this.relation = relation;
        matrix = FreeForm.of(relation, form, form.mean() != Mean.KEPT);
        Tensor z = embeddings.div(Tensors.scalar(objective.scale(relation.size())));
        coordinates = seen(matrix, z);
        span = ColumnSpace.of(coordinates, RANK_CUT);
    }

    /// The largest number of samples for embeddings of this width.
    public static int mostRows(int width) {
        return width < MOST_ROWS ? MOST_ROWS : MOST_ROWS_OF_WIDE;
    }

    /// Checks the shape of embeddings `[N, K]` before they are computed.
    ///
    /// @throws InputException when N is above [#mostRows], or K is not below N
    public static void requireShape(int rows, int width) {
        InputException.unless(
                width < MOST_ROWS_OF_WIDE,
                "embedding: found %d dimensions, expected fewer than %d, the largest number of rows, because more"
                        + " rows than dimensions make the optimum unique; use a run with a narrower embedding",
                width,
                MOST_ROWS_OF_WIDE);
        InputException.when(
                rows > mostRows(width),
                "embedding: found %d rows, expected at most %d; use fewer",
                rows,
                mostRows(width));
        InputException.unless(
                width < rows,
                "embedding: found %d dimensions for %d rows, expected fewer dimensions than rows, because more rows"
                        + " make the optimum unique; use more items or a narrower embedding",
                width,
                rows);
    }

    /// Whether the rows `[N, D]` are equal up to rounding errors of float32.
    public static boolean areAlike(Tensor rows) {
        return isRounding(rows.sub(Reductions.means(rows)), Reductions.squares(rows));
    }

    private static boolean isRounding(Tensor differences, double squares) {
        return Reductions.squares(differences) <= SAME * squares;
    }

    /// What the objective sees of embeddings or features, `[N, D]`: zeros if all rows are equal and the
    /// objective ignores the mean.
    private static Tensor seen(FreeForm matrix, Tensor columns) {
        Tensor seen = matrix.coordinates(columns);
        return isRounding(seen, matrix.squares(columns)) ? torch.zeros_like(seen) : seen;
    }

    /// A set of embeddings.
    ///
    /// @param name in words
    /// @param features `[N, p]` of which the embeddings are linear functions; null for all embeddings
    /// @param rankCut directions of the features whose eigenvalue is below this share of the largest
    ///     eigenvalue are left out
    public record Reach(String name, @Nullable Tensor features, double rankCut) {
        /// All embeddings of the samples.
        public static Reach all() {
            return new Reach("any embeddings", null, ClosedForm.DEFAULT_RANK_CUT);
        }

        /// The embeddings that are linear in features `[N, p]`.
        public static Reach linear(String name, Tensor features) {
            return new Reach(name, features, ClosedForm.DEFAULT_RANK_CUT);
        }

        /// The embeddings that are linear in the features of a kernel of rows. The caller's scope owns them.
        ///
        /// @param rankCut with [ClosedForm#DEFAULT_RANK_CUT], a flexible kernel reaches all embeddings
        /// @throws InputException when the kernel has no value for a row
        public static Reach kernel(String name, Kernel kernel, Tensor rows, double rankCut) {
            int[] all = IntStream.range(0, Math.toIntExact(rows.size(0))).toArray();
            Tensor checked = SampleRows.of(rows).checked(kernel).at(all);
            Eigenpairs pairs = Eigenpairs.of(kernel.gram(checked, checked));
            int rank = pairs.above(ClosedForm.DEFAULT_RANK_CUT);
            double[] roots =
                    Arrays.stream(pairs.values()).limit(rank).map(Math::sqrt).toArray();
            Tensor features = pairs.vectors().narrow(1, 0, rank).mul(Tensors.of(roots, 1, rank));
            return new Reach(name, features, rankCut);
        }
    }

    /// Compares embeddings with the optima within some sets.
    ///
    /// @param embeddings `[N, K]`, which still belong to the caller
    /// @param scaleIsFree whether the embeddings are scaled by the factor that is best for them
    /// @throws InputException when K is not below N, when N is above [#mostRows], when a value is not
    ///     finite, or when the objective has no optimum over all embeddings
    public static OptimumDistance of(
            SpectralObjective objective,
            Relation relation,
            Tensor embeddings,
            boolean scaleIsFree,
            List<Reach> reaches) {
        int rows = relation.size();
        int width = Math.toIntExact(embeddings.size(1));
        InputException.unless(
                embeddings.size(0) == rows,
                "embedding: found %d rows, expected %d as in the relation; give one row for each sample",
                embeddings.size(0),
                rows);
        requireShape(rows, width);
        return NativeErrors.guard("optimum", "use fewer items", () -> {
            try (var scope = Scope.withoutGradients()) {
                Tensor z = embeddings.to(ScalarType.Double);
                InputException.when(
                        Tensors.value(z.isfinite().all()) == 0,
                        "embedding: found a value that is not finite, expected numbers; use an earlier checkpoint");
                var search = new OptimumSearch(objective, relation, z);
                double scale = search.scale(scaleIsFree);
                return new OptimumDistance(
                        objective,
                        rows,
                        width,
                        search.span.rank(),
                        scale,
                        search.loss(scale),
                        reaches.stream().map(search::optimum).toList());
            }
        });
    }

    /// Whether the objective fixes the covariance. Then it depends only on the column space.
    private boolean isWhitened() {
        return objective instanceof SpectralObjective.BarlowTwins;
    }

    /// The factor of the embeddings. Of a factor c, the loss is a constant plus `c^4 |Y'Y|^2 - 2 c^2 tr(Y' A
    /// Y)`.
    private double scale(boolean free) {
        if (isWhitened()) {
            return Double.NaN;
        }
        double squares = squares();
        return free && squares > 0 ? Math.sqrt(Math.max(0, coupling() / squares)) : 1;
    }

    private double loss(double scale) {
        int width = Math.toIntExact(coordinates.size(1));
        if (isWhitened()) {
            Tensor inner = span.basis().t().matmul(matrix.times(span.basis()));
            double[] correlations =
                    span.rank() == 0 ? new double[0] : Eigenpairs.of(inner).values();
            return objective.minimum(correlations, width, relation);
        }
        double square = scale * scale;
        double constant = objective.minimum(new double[0], width, relation);
        return constant + square * (square * squares() - 2 * coupling());
    }

    private double squares() {
        return Reductions.squares(coordinates.t().matmul(coordinates));
    }

    private double coupling() {
        return Tensors.value(coordinates.mul(matrix.times(coordinates)).sum());
    }

    private Optimum optimum(Reach reach) {
        try (var scope = Scope.open()) {
            Eigenpairs pairs = eigenpairs(reach);
            double[] values = pairs.values();
            int width = Math.toIntExact(coordinates.size(1));
            if (values.length == 0) {
                double minimum = objective.minimum(values, width, relation);
                return new Optimum(reach.name(), 0, minimum, 0, new double[0], List.of());
            }
            Tensor vectors = pairs.vectors().clone(); // [N, m]
            double[] spanned = nearest(values, vectors);
            int kept = kept(values);
            int[] listed = IntStream.range(0, values.length)
                    .filter(i -> i < kept || spanned[i] >= OptimumDistance.HALF)
                    .toArray();
            double[] graph = graph(vectors.index_select(1, Tensors.of(listed)));
            var modes = new ArrayList<Mode>();
            for (int i = 0; i < listed.length; i++) {
                double length = listed[i] < kept ? objective.squaredLength(values[listed[i]]) : 0;
                modes.add(new Mode(listed[i] + 1, graph[i], length, spanned[listed[i]]));
            }
            return new Optimum(
                    reach.name(),
                    values.length,
                    objective.minimum(Arrays.copyOf(values, kept), width, relation),
                    span.rank() == 0 ? 0 : Arrays.stream(spanned).sum() / span.rank(),
                    span.angles(new ColumnSpace(vectors.narrow(1, 0, kept))),
                    modes);
        }
    }

    /// All modes of a set with their eigenvalues; none if its features are equal for all samples.
    private Eigenpairs eigenpairs(Reach reach) {
        if (reach.features() == null) {
            return matrix.eigenpairs();
        }
        Tensor features = seen(matrix, reach.features().to(ScalarType.Double));
        Tensor basis = ColumnSpace.of(features, Math.sqrt(reach.rankCut())).basis(); // [N, m]
        if (basis.size(1) == 0) {
            return new Eigenpairs(new double[0], basis, 0);
        }
        Eigenpairs inner = Eigenpairs.of(basis.t().matmul(matrix.times(basis)));
        return new Eigenpairs(inner.values(), basis.matmul(inner.vectors()), inner.residual());
    }

    /// Number of modes that the optimum uses.
    private int kept(double[] values) {
        int most = Math.min(values.length, Math.toIntExact(coordinates.size(1)));
        double floor = Modes.ROUNDING * size(values);
        int kept = 0;
        while (kept < most && values[kept] > floor && objective.squaredLength(values[kept]) > 0) {
            kept++;
        }
        return kept;
    }

    private static double size(double[] values) {
        return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
    }

    /// Turns modes of equal eigenvalues to the embeddings. The result is the spanned share of each mode.
    ///
    /// @param vectors `[N, m]`, changed in place
    private double[] nearest(double[] values, Tensor vectors) {
        double tie = Modes.TIE * size(values);
        Tensor products = vectors.t().matmul(span.basis()); // [m, r]
        double[] spanned = Tensors.doubles(Reductions.squaredNorms(products));
        int end;
        for (int begin = 0; begin < values.length && span.rank() > 0; begin = end) {
            end = begin + 1;
            while (end < values.length && values[end - 1] - values[end] <= tie) {
                end++;
            }
            int count = end - begin;
            if (count > 1) {
                var parts = torch.linalg_svd(products.narrow(0, begin, count), true, new StringViewOptional());
                Tensor level = vectors.narrow(1, begin, count);
                level.copy_(level.matmul(parts.get0()));
                double[] cosines = Tensors.doubles(parts.get1()); // descending
                Arrays.fill(spanned, begin, end, 0);
                for (int i = 0; i < cosines.length; i++) {
                    spanned[begin + i] = cosines[i] * cosines[i];
                }
            }
        }
        return spanned;
    }

    /// The Laplacian's eigenvalue of each mode: its Rayleigh quotient, `[N, k]` to `[k]`.
    private double[] graph(Tensor vectors) {
        Tensor z = matrix.embeddings(vectors);
        Tensor degrees = Tensors.of(relation.degrees(), relation.size(), 1);
        Tensor energy = z.mul(z.mul(degrees).sub_(relation.times(z))).sum(0);
        return Tensors.doubles(energy.div_(z.mul(z).sum(0)));
    }
}
