package org.fullrank.probe;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.Keyed;

/// Seeded random features for the tests of this package.
final class Samples {
    private Samples() {}

    /// Gaussian clouds, one for each class, whose centers are `spread` standard deviations apart in each
    /// dimension.
    static Features clouds(long seed, int rows, int width, int classes, double spread) {
        var centers = Keyed.of(1);
        double[][] center = new double[classes][width];
        for (double[] c : center) {
            for (int j = 0; j < width; j++) {
                c[j] = spread * centers.nextGaussian();
            }
        }
        var random = Keyed.of(seed);
        float[] values = new float[rows * width];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = i % classes;
            for (int j = 0; j < width; j++) {
                values[i * width + j] = (float) (center[labels[i]][j] + random.nextGaussian());
            }
        }
        return new Features(values, width, labels, names(classes));
    }

    static List<String> names(int classes) {
        var names = new ArrayList<String>();
        for (int i = 0; i < classes; i++) {
            names.add("class " + i);
        }
        return names;
    }
}
