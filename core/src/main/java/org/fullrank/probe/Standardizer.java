package org.fullrank.probe;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Standardizes each feature: subtracts its mean and divides by its standard deviation (divisor N). The mean
/// and the standard deviation come from the train split. A feature that is constant in the train split
/// becomes 0 everywhere, because it contains no information.
///
/// @param means one for each feature
/// @param scales factor of each centered feature, which is 1 / standard deviation, or 0 for a constant
///     feature
record Standardizer(float[] means, float[] scales) {
    /// If the standard deviation of a feature is below this share of its mean size, the feature counts as
    /// constant, because of the precision of float32.
    private static final double CONSTANT = 1e-6;

    static Standardizer of(Features train) {
        int width = train.width();
        double[] means = means(train);
        double[] squares = new double[width];
        float[] values = train.values();
        for (int at = 0; at < values.length; at += width) {
            for (int j = 0; j < width; j++) {
                double centered = values[at + j] - means[j];
                squares[j] += centered * centered;
            }
        }
        float[] scales = new float[width];
        float[] centers = new float[width];
        for (int j = 0; j < width; j++) {
            double std = Math.sqrt(squares[j] / train.rows());
            centers[j] = (float) means[j];
            scales[j] = std <= CONSTANT * Math.abs(means[j]) ? 0 : (float) (1 / std);
        }
        return new Standardizer(centers, scales);
    }

    /// The mean of each feature, accumulated in float64.
    static double[] means(Features train) {
        int width = train.width();
        double[] means = new double[width];
        float[] values = train.values();
        for (int at = 0; at < values.length; at += width) {
            for (int j = 0; j < width; j++) {
                means[j] += values[at + j];
            }
        }
        for (int j = 0; j < width; j++) {
            means[j] /= train.rows();
        }
        return means;
    }

    /// The standardized features of both splits.
    Splits apply(Splits splits) {
        return new Splits(standardized(splits.train()), standardized(splits.test()));
    }

    private Features standardized(Features features) {
        float[] values = features.values().clone();
        for (int i = 0; i < values.length; i++) {
            int column = i % means.length;
            values[i] = (values[i] - means[column]) * scales[column];
        }
        return features.with(values, features.width());
    }

    /// The standardized features as a new tensor `[N, D]`. The caller's scope owns it.
    Tensor apply(Features features) {
        Tensor t = features.tensor(); // [N, D]
        try (var scope = Scope.open()) {
            t.sub_(Tensors.of(means, 1, means.length)).mul_(Tensors.of(scales, 1, scales.length));
        }
        return t;
    }
}
