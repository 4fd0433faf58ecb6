package org.fullrank.decompose;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;

/// Parallel-beam tomography: the sums of a picture along parallel lines, for several angles.
///
/// The centers of the pixels have the coordinates `x = column - (width - 1) / 2` and `y = (height - 1) / 2 - row`.
/// Detector t of angle theta collects the pixels with `x cos(theta) + y sin(theta)` near `t - (detectors - 1) / 2`:
/// a pixel between two detectors is divided between them in proportion to its distances. So each angle has the sum of
/// the whole picture, if the detectors reach its corners.
public final class ParallelBeam {
    private ParallelBeam() {}

    /// The measurement `[angles x detectors]`, angle by angle.
    ///
    /// @param radians the angles
    /// @throws InputException when there is no angle, no detector or no pixel
    public static MatrixMeasurement of(int height, int width, int detectors, double... radians) {
        InputException.unless(
                height > 0 && width > 0 && detectors > 0 && radians.length > 0,
                "tomography: found %d x %d pixels, %d detectors and %d angles, expected at least one of each",
                height,
                width,
                detectors,
                radians.length);
        int[] counts = new int[radians.length * detectors + 1];
        visit(height, width, detectors, radians, (row, column, weight) -> counts[row + 1]++);
        Arrays.parallelPrefix(counts, Integer::sum); // the starts of the rows
        int[] next = counts.clone();
        int[] columns = new int[counts[counts.length - 1]];
        double[] weights = new double[columns.length];
        visit(height, width, detectors, radians, (row, column, weight) -> {
            columns[next[row]] = column;
            weights[next[row]++] = weight;
        });
        return new MatrixMeasurement(List.of(height, width), counts, columns, weights);
    }

    @FunctionalInterface
    private interface Entry {
        void at(int row, int column, double weight);
    }

    private static void visit(int height, int width, int detectors, double[] radians, Entry entry) {
        for (int a = 0; a < radians.length; a++) {
            double cos = Math.cos(radians[a]);
            double sin = Math.sin(radians[a]);
            for (int pixel = 0; pixel < height * width; pixel++) {
                double x = pixel % width - (width - 1) / 2.0;
                double y = (height - 1) / 2.0 - pixel / width;
                double place = x * cos + y * sin + (detectors - 1) / 2.0;
                int lower = (int) Math.floor(place);
                for (int detector = lower; detector <= lower + 1; detector++) {
                    double weight = 1 - Math.abs(place - detector);
                    if (detector >= 0 && detector < detectors && weight > 0) {
                        entry.at(a * detectors + detector, pixel, weight);
                    }
                }
            }
        }
    }
}
