package org.fullrank.spectral;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// How the landmarks of Nystrom's approximation are chosen among the samples.
public enum LandmarkChoice {
    /// All samples are equally likely.
    UNIFORM,
    /// The start of k-means (Arthur and Vassilvitskii 2007): each next one with a probability proportional to
    /// the squared distance to the nearest one so far. They cover rare samples too.
    KMEANS_PLUS_PLUS,
    /// Each next one with a probability proportional to the part of `k(x, x)` that the earlier ones miss, by
    /// randomly pivoted Cholesky. Of the three it needs the fewest landmarks.
    LEVERAGE;

    /// The choice with the smallest error.
    public static final LandmarkChoice DEFAULT = LEVERAGE;
    /// Few enough for minutes on tens of thousands of samples.
    public static final int STANDARD_COUNT = 1024;
    /// Candidates for each landmark, drawn uniformly. More of them change the choice little, and cost time.
    public static final int CANDIDATES = 8;

    private static final long STREAM = Keyed.name("spectral.landmarks");

    /// Chooses `count` samples; all of them if there are no more.
    ///
    /// @throws InputException when `count` is below 1
    public FeatureMap.Landmarks choose(Kernel kernel, SampleRows samples, int count, long seed) {
        InputException.unless(count >= 1, "landmarks: found %d, expected at least 1; raise it", count);
        try (var scope = Scope.withoutGradients()) {
            int wanted = Math.min(count, samples.size());
            Keyed random = Keyed.of(seed, STREAM);
            boolean all = wanted == samples.size();
            long drawn = this == UNIFORM || all ? wanted : Math.min(samples.size(), (long) CANDIDATES * wanted);
            Tensor rows = samples.at(some(samples.size(), (int) drawn, random)); // [candidates, D]
            SampleCheck.requireFinite(rows);
            if (drawn > wanted) {
                int[] places = this == LEVERAGE
                        ? PivotedCholesky.choose(kernel, rows, wanted, random)
                        : apart(rows, wanted, random);
                rows = rows.index_select(0, Tensors.of(places));
            }
            return FeatureMap.Landmarks.of(kernel, rows);
        }
    }

    /// `count` different numbers below `size`, ascending.
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

    /// The place at which the running sum of the weights passes `share`.
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
