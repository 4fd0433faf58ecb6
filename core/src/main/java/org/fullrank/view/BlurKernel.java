package org.fullrank.view;

import java.util.Arrays;
import org.fullrank.engine.InputException;

/// The weights of a blur along one axis. The weights of each kernel are symmetric and sum to 1.
public sealed interface BlurKernel {
    /// Largest number of taps on either side of the center, for views of side `size` in pixels.
    int radius(double sigma, int size);

    /// The weights from the center outward. The center plus twice the sum of the others is 1.
    float[] weights(double sigma, int size);

    /// A Gaussian that is cut off. Its width is a tenth of the side of the view, rounded to an odd number of
    /// at least 3 taps (SimCLR, appendix A; BYOL). At 32 pixels, it has 3 taps, which leaves little of a wide
    /// Gaussian.
    record Tenth() implements BlurKernel {
        @Override
        public int radius(double sigma, int size) {
            return Math.max(1, size / 20);
        }

        @Override
        public float[] weights(double sigma, int size) {
            return Gaussian.weights(sigma, radius(sigma, size));
        }
    }

    /// A Gaussian that is cut off to a number of taps.
    ///
    /// @param taps odd, at least 3
    record Taps(int taps) implements BlurKernel {
        /// OpenCV's kernel for 32 pixels in the official LPL code.
        public static final int DEFAULT_TAPS = 3;
        /// Largest number of taps, far above what a Gaussian needs. A larger number is probably a mistake.
        public static final int MAX_TAPS = 1001;

        public Taps {
            InputException.unless(
                    taps >= 3 && taps <= MAX_TAPS && taps % 2 == 1,
                    "taps: found %d, expected an odd number from 3 to %d",
                    taps,
                    MAX_TAPS);
        }

        public static Taps defaults() {
            return new Taps(DEFAULT_TAPS);
        }

        @Override
        public int radius(double sigma, int size) {
            return taps / 2;
        }

        @Override
        public float[] weights(double sigma, int size) {
            return Gaussian.weights(sigma, radius(sigma, size));
        }
    }

    /// Pillow's `GaussianBlur`: three passes of a box filter. The outermost pixels of the box count in part,
    /// so that the variance is exactly sigma^2 (Gwosdek et al., "Theoretical foundations of Gaussian
    /// convolution by extended box filtering", 2011). Here, the three passes are one kernel, and nothing is
    /// rounded to 8 bits between them.
    record Pil() implements BlurKernel {
        private static final int PASSES = 3;

        /// Number of whole pixels on either side of the center of one box.
        private static int whole(double sigma) {
            return (int) ((Math.sqrt(12 * sigma * sigma / PASSES + 1) - 1) / 2);
        }

        @Override
        public int radius(double sigma, int size) {
            return PASSES * (whole(sigma) + 1);
        }

        @Override
        public float[] weights(double sigma, int size) {
            int radius = radius(sigma, size);
            double[] box = box(sigma);
            double[] kernel = new double[2 * radius + 1];
            kernel[radius] = 1;
            for (int pass = 0; pass < PASSES; pass++) {
                kernel = convolve(kernel, box);
            }
            float[] weights = new float[radius + 1];
            for (int i = 0; i <= radius; i++) {
                weights[i] = (float) kernel[radius + i];
            }
            return weights;
        }

        /// One box: ones around the center, and a share at both ends, all divided by their sum.
        private static double[] box(double sigma) {
            int whole = whole(sigma);
            double variance = sigma * sigma / PASSES;
            double share = (2 * whole + 1)
                    * (whole * (whole + 1.0) - 3 * variance)
                    / (6 * (variance - (whole + 1.0) * (whole + 1)));
            double[] box = new double[2 * whole + 3];
            Arrays.fill(box, 1, box.length - 1, 1);
            box[0] = share;
            box[box.length - 1] = share;
            double sum = Arrays.stream(box).sum();
            return Arrays.stream(box).map(v -> v / sum).toArray();
        }

        /// The convolution of `a` and `b` with the length of `a`. The ends of `a` are 0 where `b` would reach
        /// beyond them.
        private static double[] convolve(double[] a, double[] b) {
            double[] out = new double[a.length];
            int reach = b.length / 2;
            for (int i = 0; i < a.length; i++) {
                for (int j = Math.max(0, i - reach); j <= Math.min(a.length - 1, i + reach); j++) {
                    out[i] += a[j] * b[i - j + reach];
                }
            }
            return out;
        }
    }
}
