package org.fullrank.probe;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.Keyed;

/// Seeded random features for the tests of this package.
final class Samples {
    private Samples() {}

    /// Gaussian clouds, one for each class, whose centres are `spread` standard deviations apart in each dimension.
    static Features clouds(long seed, int rows, int width, int classes, double spread) {
        var centres = Keyed.of(1);
        double[][] centre = new double[classes][width];
        for (double[] c : centre) {
            for (int j = 0; j < width; j++) {
                c[j] = spread * centres.nextGaussian();
            }
        }
        var random = Keyed.of(seed);
        float[] values = new float[rows * width];
        int[] labels = new int[rows];
        for (int i = 0; i < rows; i++) {
            labels[i] = i % classes;
            for (int j = 0; j < width; j++) {
                values[i * width + j] = (float) (centre[labels[i]][j] + random.nextGaussian());
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
