package org.fullrank.lab;

import org.ejml.simple.SimpleMatrix;

/// A linear classifier of ten classes: ridge regression of the classes, one-hot, on standardized features.
final class ComponentClassifier {
    /// Weight of the ridge, as a share of the number of samples.
    private static final double RIDGE = 1e-2;

    private final SimpleMatrix mean; // [1, K]
    private final SimpleMatrix scale; // [1, K]
    private final SimpleMatrix weights; // [K + 1, classes]

    /// @param features `[N, K]`
    /// @param classes from 0 to 9, `[N]`
    ComponentClassifier(SimpleMatrix features, int[] classes) {
        int count = features.getNumRows();
        int size = features.getNumCols();
        mean = new SimpleMatrix(1, size);
        scale = new SimpleMatrix(1, size);
        for (int k = 0; k < size; k++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < count; i++) {
                sum += features.get(i, k) / count;
                squares += features.get(i, k) * features.get(i, k) / count;
            }
            mean.set(0, k, sum);
            scale.set(0, k, Math.sqrt(Math.max(squares - sum * sum, 1e-12)));
        }
        SimpleMatrix x = standardized(features);
        SimpleMatrix targets = new SimpleMatrix(count, GrayImages.CLASSES);
        for (int i = 0; i < count; i++) {
            targets.set(i, classes[i], 1);
        }
        SimpleMatrix gram = x.transpose().mult(x).plus(RIDGE * count, SimpleMatrix.identity(size + 1));
        weights = gram.solve(x.transpose().mult(targets));
    }

    /// With a last column of ones.
    private SimpleMatrix standardized(SimpleMatrix features) {
        SimpleMatrix x = new SimpleMatrix(features.getNumRows(), features.getNumCols() + 1);
        for (int i = 0; i < features.getNumRows(); i++) {
            for (int k = 0; k < features.getNumCols(); k++) {
                x.set(i, k, (features.get(i, k) - mean.get(0, k)) / scale.get(0, k));
            }
            x.set(i, features.getNumCols(), 1);
        }
        return x;
    }

    /// The share of samples whose largest output is that of their class.
    double accuracy(SimpleMatrix features, int[] classes) {
        SimpleMatrix outputs = standardized(features).mult(weights);
        int right = 0;
        for (int i = 0; i < classes.length; i++) {
            int best = 0;
            for (int c = 1; c < GrayImages.CLASSES; c++) {
                best = outputs.get(i, c) > outputs.get(i, best) ? c : best;
            }
            right += best == classes[i] ? 1 : 0;
        }
        return (double) right / classes.length;
    }
}
