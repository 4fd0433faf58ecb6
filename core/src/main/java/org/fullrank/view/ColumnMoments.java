package org.fullrank.view;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;

/// The mean and the standard deviation (of the population) of each feature. For the levels of a category, the
/// mean is 0 and the standard deviation is 1.
public final class ColumnMoments {
    /// A deviation below this share of the mean's size is a rounding error, and the feature counts as
    /// constant.
    private static final double CONSTANT = 1e-6;

    private final float[] mean;
    private final float[] std;

    private ColumnMoments(float[] mean, float[] std) {
        this.mean = mean;
        this.std = std;
    }

    /// The moments of all rows, in two passes of float64.
    public static ColumnMoments of(Vectors vectors) {
        int features = vectors.features();
        double[] sum = new double[features];
        double[] squares = new double[features];
        accumulate(vectors, sum, new double[features], false);
        double[] mean = Arrays.stream(sum).map(s -> s / vectors.size()).toArray();
        accumulate(vectors, squares, mean, true);
        float[] means = new float[features];
        float[] stds = new float[features];
        for (int f = 0; f < features; f++) {
            double std = Math.sqrt(squares[f] / vectors.size());
            means[f] = (float) mean[f];
            stds[f] = std > CONSTANT * Math.abs(mean[f]) ? (float) std : 0;
        }
        TableSchema table = vectors.table();
        if (table != null) {
            keepLevels(table, means, stds);
        }
        return new ColumnMoments(means, stds);
    }

    /// Mean 0 and deviation 1 for levels of categories and for indicators of missing numbers. So these values
    /// stay 0 or 1.
    private static void keepLevels(TableSchema table, float[] means, float[] stds) {
        for (TableSchema.Span column : table.spans()) {
            int from = column.from() + (column.numeric() ? 1 : 0);
            Arrays.fill(means, from, column.from() + column.width(), 0);
            Arrays.fill(stds, from, column.from() + column.width(), 1);
        }
    }

    /// Moments that were saved: one mean and one deviation for each feature.
    public static ColumnMoments of(float[] mean, float[] std) {
        if (mean.length != std.length) {
            throw new IllegalArgumentException("%d means for %d deviations".formatted(mean.length, std.length));
        }
        return new ColumnMoments(mean.clone(), std.clone());
    }

    /// The mean of each feature, `[F]`.
    public float[] means() {
        return mean.clone();
    }

    /// The standard deviation of each feature, `[F]`.
    public float[] deviations() {
        return std.clone();
    }

    private static void accumulate(Vectors vectors, double[] sums, double[] center, boolean squared) {
        for (long i = 0, at = 0; i < vectors.size(); i++) {
            for (int f = 0; f < sums.length; f++, at++) {
                double x = vectors.values().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at) - center[f];
                sums[f] += squared ? x * x : x;
            }
        }
    }

    /// The mean of feature `f`.
    public float mean(int f) {
        return mean[f];
    }

    /// The standard deviation of feature `f`; 0 if it is constant.
    public float std(int f) {
        return std[f];
    }

    void requireFeatures(int features) {
        if (features != mean.length) {
            throw new InputException("vectors have %d features, expected the %d of the training rows; use matching data"
                    .formatted(features, mean.length));
        }
    }
}
