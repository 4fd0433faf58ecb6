package org.fullrank.lab;

import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;

/// Random features `cos(a y + b)` of each dimension separately, with `a ~ N(0, 1)` and `b ~ U(0, 2 pi)`.
///
/// @param frequencies a
/// @param phases b
record CosineFeatures(double[] frequencies, double[] phases) {
    static CosineFeatures of(RandomGenerator random, int count) {
        double[] phases = new double[count];
        for (int k = 0; k < count; k++) {
            phases[k] = 2 * Math.PI * random.nextDouble();
        }
        return new CosineFeatures(VectorMath.gaussian(random, count, 1), phases);
    }

    /// The features `[N, D m]`, those of a dimension next to one another.
    SimpleMatrix of(SimpleMatrix rows) {
        int m = phases.length;
        SimpleMatrix features = new SimpleMatrix(rows.getNumRows(), rows.getNumCols() * m);
        double[] from = rows.getDDRM().getData();
        double[] to = features.getDDRM().getData();
        for (int i = 0; i < to.length; i++) {
            to[i] = Math.cos(frequencies[i % m] * from[i / m] + phases[i % m]);
        }
        return features;
    }

    /// The gradient with respect to the dimensions `[N, D]`, from that with respect to the features.
    SimpleMatrix slope(SimpleMatrix rows, SimpleMatrix gradient) {
        int m = phases.length;
        SimpleMatrix slope = new SimpleMatrix(rows.getNumRows(), rows.getNumCols());
        double[] at = rows.getDDRM().getData();
        double[] g = gradient.getDDRM().getData();
        double[] to = slope.getDDRM().getData();
        for (int i = 0; i < g.length; i++) {
            to[i / m] -= g[i] * frequencies[i % m] * Math.sin(frequencies[i % m] * at[i / m] + phases[i % m]);
        }
        return slope;
    }
}
