package org.fullrank.independence;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Values of a [FeatureCovariance] for independent components. The values are measured after random shifts in
/// time. If the rows are independent, a shift is as good as a random order. For time series a shift is
/// better, because it keeps the dependence between neighboring samples.
///
/// @param mean of the criterion over the shifts
/// @param largest value of the criterion over the shifts
/// @param largestPairwise largest value of each pair, `[D][D]`
record ShiftNull(double mean, double largest, double[][] largestPairwise) {
    /// Number of shifts. The largest value is about the 99th percentile.
    static final int SHIFTS = 100;

    private static final long KEY = Keyed.name("shifted components");

    /// @param components whitened, `[N, D]`
    static ShiftNull of(FeatureCovariance covariance, Tensor components, long seed) {
        int width = Math.toIntExact(components.size(1));
        double[][] most = new double[width][width];
        double sum = 0;
        double largest = 0;
        for (int round = 0; round < SHIFTS; round++) {
            try (var scope = Scope.withoutGradients()) {
                double[][] pairwise = covariance.pairwise(covariance.of(shifted(components, seed, round)));
                double criterion = FeatureCovariance.criterion(pairwise);
                sum += criterion;
                largest = Math.max(largest, criterion);
                for (int i = 0; i < width; i++) {
                    for (int j = 0; j < width; j++) {
                        most[i][j] = Math.max(most[i][j], pairwise[i][j]);
                    }
                }
            }
        }
        return new ShiftNull(sum / SHIFTS, largest, most);
    }

    /// Whitened components `[N, D]` after each was shifted in time by its own random amount, cyclically. The
    /// shifted components are independent. Each component keeps its distribution and its dependence over
    /// time. They are whitened again, because by chance they are correlated and the components were not.
    private static Tensor shifted(Tensor components, long seed, long round) {
        long rows = components.size(0);
        long[] shifts = shifts(rows, Math.toIntExact(components.size(1)), Keyed.of(seed, KEY, round));
        Tensor shifted = torch.stack(new TensorVector(IntStream.range(0, shifts.length)
                .mapToObj(j -> components.select(1, j).roll(new long[] {shifts[j]}, new long[] {0}))
                .toArray(Tensor[]::new))); // [D, N]
        return FastIca.orthogonal(shifted).mul_(Tensors.scalar(Math.sqrt(rows))).t();
    }

    /// The shift of each component. Components with nearly equal shifts would keep their dependence, so every
    /// component has a slot of its own: two shifts differ by at least `rows / (2 count)`, up to rounding, also
    /// around the end.
    static long[] shifts(long rows, int count, Keyed random) {
        long[] shifts = new long[count];
        long jitter = Math.max(1, rows / (2L * count));
        for (int j = 0; j < count; j++) {
            shifts[j] = j * rows / count + random.nextLong(jitter);
        }
        for (int j = count - 1; j > 0; j--) {
            int other = random.nextInt(j + 1);
            long shift = shifts[j];
            shifts[j] = shifts[other];
            shifts[other] = shift;
        }
        return shifts;
    }
}
