package org.fullrank.examples;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fullrank.trained.TrainedEncoder;

/// Prints how similar images are to the first one, by the encoder of a run.
///
/// ```
/// CompareImages RUN_FOLDER IMAGE IMAGE [IMAGE ...]
/// ```
///
/// The data of the run are not needed. The encoder is opened once and used for all images.
public final class CompareImages {
    private CompareImages() {}

    public static void main(String[] arguments) {
        if (arguments.length < 3) {
            throw new IllegalArgumentException("usage: CompareImages RUN_FOLDER IMAGE IMAGE [IMAGE ...]");
        }
        List<Path> images = Arrays.stream(arguments).skip(1).map(Path::of).toList();
        double[] cosines = cosines(Path.of(arguments[0]), images);
        for (int i = 0; i < cosines.length; i++) {
            System.out.printf("%.3f  %s%n", cosines[i], images.get(i));
        }
    }

    static double[] cosines(Path run, List<Path> images) {
        try (TrainedEncoder encoder = TrainedEncoder.open(run)) {
            float[] first = encoder.embed(images.getFirst()); // or a BufferedImage, or a row of numbers
            return images.stream()
                    .map(encoder::embed)
                    .mapToDouble(z -> cosine(first, z))
                    .toArray();
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < a.length; d++) {
            ab += a[d] * b[d];
            aa += a[d] * a[d];
            bb += b[d] * b[d];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
