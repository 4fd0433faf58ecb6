package org.fullrank.view;

/// A filter for resampling. When an image shrinks, the filter is widened by the same factor. So the filter
/// also removes details that are too fine for the smaller grid.
public enum Filter {
    /// Keys' cubic with a = -1/2 (R. Keys 1981, "Cubic convolution interpolation for digital image
    /// processing").
    BICUBIC(2) {
        @Override
        double weight(double distance) {
            double x = Math.abs(distance);
            if (x < 1) {
                return (1.5 * x - 2.5) * x * x + 1;
            }
            return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
        }
    },

    /// The triangle: linear interpolation.
    BILINEAR(1) {
        @Override
        double weight(double distance) {
            return Math.max(0, 1 - Math.abs(distance));
        }
    };

    private final int support;

    Filter(int support) {
        this.support = support;
    }

    /// Half the width of the filter, in pixels of the coarser grid.
    int support() {
        return support;
    }

    /// The value of the filter at a distance in pixels of the coarser grid; 0 beyond [#support()].
    abstract double weight(double distance);
}
