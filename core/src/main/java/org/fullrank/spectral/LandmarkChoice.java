package org.fullrank.spectral;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Chooses the landmarks of Nystrom's approximation among the samples.
public enum LandmarkChoice {
    /// All samples are equally likely.
    UNIFORM,
    /// The initialization of k-means (Arthur and Vassilvitskii 2007). The probability of each new landmark is
    /// proportional to its squared distance to the nearest landmark so far. The landmarks cover rare samples
    /// too.
    KMEANS_PLUS_PLUS,
    /// Randomly pivoted Cholesky. The probability of each new landmark is proportional to the part of its
    /// `k(x, x)` that the landmarks so far do not explain. This choice needs the fewest landmarks of the
    /// three.
    LEVERAGE;

    /// The choice with the smallest approximation error.
    public static final LandmarkChoice DEFAULT = LEVERAGE;
    /// This number of landmarks takes at most minutes on tens of thousands of samples.
    public static final int STANDARD_COUNT = 1024;
    /// The number of candidates for each landmark, drawn uniformly. More candidates change the choice little,
    /// but take more time.
    public static final int CANDIDATES = 8;

    private static final long STREAM = Keyed.name("spectral.landmarks");

    /// Chooses `count` samples, or all samples if there are fewer.
    ///
    /// @throws InputException when `count` is below 1
    public FeatureMap.Landmarks choose(Kernel kernel, SampleRows samples, int count, long seed) {
        InputException.unless(count >= 1, "landmarks: found %d, expected at least 1; raise it", count);
        try (var scope = Scope.withoutGradients()) {
            int wanted = Math.min(count, samples.size());
            Keyed random = Keyed.of(seed, STREAM);
            boolean all = wanted == samples.size();
            long drawn = this == UNIFORM || all ? wanted : Math.min(samples.size(), (long) CANDIDATES * wanted);
            Tensor rows = samples.checked(kernel).at(some(samples.size(), (int) drawn, random)); // [candidates, D]
            if (drawn > wanted) {
                int[] places = this == LEVERAGE
                        ? PivotedCholesky.choose(kernel, rows, wanted, random)
                        : apart(rows, wanted, random);
                rows = rows.index_select(0, Tensors.of(places));
            }
            return FeatureMap.Landmarks.of(kernel, rows);
        }
    }

    /// `count` different numbers below `size`, in ascending order.
    private static int[] some(int size, int count, Keyed random) {
        int[] all = IntStream.range(0, size).toArray();
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(size - i);
            int swap = all[i];
            all[i] = all[other];
            all[other] = swap;
        }
        int[] chosen = Arrays.copyOf(all, count);
        Arrays.sort(chosen);
        return chosen;
    }

    private static int[] apart(Tensor rows, int wanted, Keyed random) {
        Tensor norms = Reductions.squaredNorms(rows); // [c, 1]
        double[] nearest = new double[Math.toIntExact(rows.size(0))]; // squared distances
        Arrays.fill(nearest, Double.MAX_VALUE / nearest.length); // all alike for the first draw
        int[] places = new int[wanted];
        for (int i = 0; i < wanted; i++) {
            double sum = Arrays.stream(nearest).sum();
            if (sum == 0) {
                return Arrays.copyOf(places, i); // all rows are among the chosen
            }
            int place = draw(nearest, random.nextDouble() * sum);
            places[i] = place;
            try (var scope = Scope.open()) {
                Tensor products = rows.matmul(rows.narrow(0, place, 1).t()); // [c, 1]
                double[] distances = Tensors.doubles(products.mul_(Tensors.scalar(-2))
                        .add_(norms)
                        .add_(norms.narrow(0, place, 1))
                        .clamp_min_(Tensors.scalar(0)));
                Arrays.setAll(nearest, j -> j == place ? 0 : Math.min(nearest[j], distances[j]));
            }
        }
        return places;
    }

    /// The first index at which the running sum of the weights exceeds `share`.
    static int draw(double[] weights, double share) {
        double left = share;
        int last = 0;
        for (int i = 0; i < weights.length; i++) {
            last = weights[i] > 0 ? i : last;
            left -= weights[i];
            if (left < 0) {
                return i;
            }
        }
        return last; // rounding
    }
}
