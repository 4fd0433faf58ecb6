package org.fullrank.view;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;

/// The mean and the standard deviation (of the population) of each feature, or of each channel of time series.
/// For the levels of a category, the mean is 0 and the standard deviation is 1.
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
        ColumnMoments moments = of(vectors, 1);
        TableSchema table = vectors.table();
        if (table != null) {
            keepLevels(table, moments.mean, moments.std);
        }
        return moments;
    }

    /// The moments of each channel of time series, over all series and steps.
    public static ColumnMoments ofChannels(Vectors vectors) {
        return of(vectors, Objects.requireNonNull(vectors.series()).length());
    }

    /// @param length number of consecutive values of a row that are treated as one column
    private static ColumnMoments of(Vectors vectors, int length) {
        int columns = vectors.features() / length;
        double count = (double) vectors.size() * length;
        double[] sum = new double[columns];
        double[] squares = new double[columns];
        accumulate(vectors, length, sum, new double[columns], false);
        double[] mean = Arrays.stream(sum).map(s -> s / count).toArray();
        accumulate(vectors, length, squares, mean, true);
        float[] means = new float[columns];
        float[] stds = new float[columns];
        for (int c = 0; c < columns; c++) {
            double std = Math.sqrt(squares[c] / count);
            means[c] = (float) mean[c];
            stds[c] = std > CONSTANT * Math.abs(mean[c]) ? (float) std : 0;
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

    private static void accumulate(Vectors vectors, int length, double[] sums, double[] center, boolean squared) {
        for (long i = 0, at = 0; i < vectors.size(); i++) {
            for (int f = 0; f < vectors.features(); f++, at++) {
                int c = f / length;
                double x = vectors.values().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * at) - center[c];
                sums[c] += squared ? x * x : x;
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

    void requireChannels(int channels) {
        if (channels != mean.length) {
            throw new InputException(
                    "series have %d channels, expected the %d of the training series; use matching data"
                            .formatted(channels, mean.length));
        }
    }

    void requireFeatures(int features) {
        if (features != mean.length) {
            throw new InputException("vectors have %d features, expected the %d of the training rows; use matching data"
                    .formatted(features, mean.length));
        }
    }
}
