package org.fullrank.independence;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Minimizes a [FeatureCovariance] over rotations of whitened components. A sweep turns each pair of
/// components to its best angle. A rotation in a plane is exactly orthogonal, so the product of all rotations
/// is orthogonal too.
///
/// The scope that is open during construction owns the memory.
final class PairSweeps {
    private static final int ANGLES = 24;
    private static final double QUARTER = Math.PI / 2;
    private static final double STEP = QUARTER / ANGLES;

    private static final int MOST_SWEEPS = 20;

    /// How angles are searched.
    enum Search {
        /// Tries all angles first.
        GLOBAL(1.5e-3, 1e-2),

        /// Tries only angles near the present angle. A smaller error changes an Amari distance by less than
        /// 0.001.
        LOCAL(1.5e-4, 1e-3);

        /// Largest error of an angle in radians.
        private final double precision;

        /// If no pair turns by more than this, the sweeps end.
        private final double settled;

        Search(double precision, double settled) {
            this.precision = precision;
            this.settled = settled;
        }
    }

    private final FeatureCovariance covariance;
    private final Tensor components; // [N, D]
    private final Tensor phi; // [N, D, m]
    private final Tensor rotation; // [D, D]

    /// @param whitened rows `[N, D]`
    /// @param rotation the initial rotation, orthogonal `[D, D]`; it is changed in place
    PairSweeps(FeatureCovariance covariance, Tensor whitened, Tensor rotation) {
        this.covariance = covariance;
        this.rotation = rotation;
        this.components = whitened.matmul(rotation.t());
        this.phi = covariance.of(components);
    }

    /// The present rotation, `[D, D]`.
    Tensor rotation() {
        return rotation;
    }

    /// Mean over the pairs of components.
    double criterion() {
        return FeatureCovariance.criterion(covariance.pairwise(phi));
    }

    /// The value of the criterion for independent components.
    ShiftNull shifted(long seed) {
        return ShiftNull.of(covariance, components, seed);
    }

    /// Sweeps until nothing turns.
    void run(Search search) {
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            if (sweep(search) < search.settled) {
                break;
            }
        }
    }

    private double sweep(Search search) {
        int width = Math.toIntExact(components.size(1));
        double largest = 0;
        for (int i = 0; i < width; i++) {
            for (int j = i + 1; j < width; j++) {
                largest = Math.max(largest, turn(search, i, j));
            }
        }
        return largest;
    }

    /// Turns a pair to its best angle.
    ///
    /// @return the turn in radians; a quarter turn only swaps the two components, so it counts as 0
    private double turn(Search search, int i, int j) {
        try (var scope = Scope.withoutGradients()) {
            int[] others = IntStream.range(0, Math.toIntExact(components.size(1)))
                    .filter(k -> k != i && k != j)
                    .toArray();
            Tensor rest = phi.index_select(1, Tensors.of(others)); // [N, D - 2, m]
            Tensor pair = components.index_select(1, Tensors.of(new int[] {i, j})); // [N, 2]
            DoubleUnaryOperator value = angle -> value(pair, rest, angle);
            double near = search == Search.GLOBAL ? STEP * indexOfSmallest(scan(value)) : 0;
            double angle = Brent.minimum(value, near - STEP, near, near + STEP, search.precision);
            if (value.applyAsDouble(angle) >= value.applyAsDouble(0)) {
                return 0;
            }
            Tensor turned = pair.matmul(turn(angle).t());
            put(components, 1, turned, i, j);
            put(phi, 1, covariance.of(turned), i, j);
            put(rotation, 0, turn(angle).matmul(rotation.index_select(0, Tensors.of(new int[] {i, j}))), i, j);
            double within = angle - QUARTER * Math.floor(angle / QUARTER);
            return Math.min(within, QUARTER - within);
        }
    }

    private static void put(Tensor into, long dim, Tensor pair, int i, int j) {
        into.select(dim, i).copy_(pair.select(dim, 0));
        into.select(dim, j).copy_(pair.select(dim, 1));
    }

    /// The terms that depend on the angle of a pair: one between the two components, and one between the two
    /// components and all others.
    private double value(Tensor pair, Tensor rest, double angle) {
        try (var scope = Scope.withoutGradients()) {
            Tensor turned = covariance.of(pair.matmul(turn(angle).t())); // [N, 2, m]
            double within = covariance.between(turned.narrow(1, 0, 1), turned.narrow(1, 1, 1));
            return within + (rest.size(1) == 0 ? 0 : covariance.between(turned, rest));
        }
    }

    /// The values of one pair alone, for all angles of the scan.
    double[] scan(int i, int j) {
        Tensor none = components.narrow(1, 0, 0);
        Tensor pair = components.index_select(1, Tensors.of(new int[] {i, j}));
        return scan(angle -> value(pair, none, angle));
    }

    private static double[] scan(DoubleUnaryOperator value) {
        return IntStream.range(0, ANGLES)
                .mapToDouble(k -> value.applyAsDouble(k * STEP))
                .toArray();
    }

    private static Tensor turn(double angle) {
        double c = Math.cos(angle);
        double s = Math.sin(angle);
        return Tensors.of(new double[] {c, s, -s, c}, 2, 2);
    }

    private static int indexOfSmallest(double[] values) {
        double smallest = Arrays.stream(values).min().orElseThrow();
        return IntStream.range(0, values.length)
                .filter(k -> values[k] == smallest)
                .findFirst()
                .orElse(0);
    }
}
