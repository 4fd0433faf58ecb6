package org.fullrank.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.function.UnaryOperator;

/// Runs the image kernel on an array, and compares views with their definition.
final class KernelCheck {
    private static final double TOLERANCE = 2e-6;

    private KernelCheck() {}

    static float[] whole(byte[] pixels, int size, int channels, UnaryOperator<PlainDraw> change) {
        PlainDraw draw = change.apply(new PlainDraw(new Placement(0, 0, size, size, size, size, 0, 0)));
        return make(pixels, size, channels, size, draw.done(), Filter.BICUBIC, Normalize.NONE);
    }

    static float[] plain(byte[] pixels, int height, int width, int channels, int size) {
        ImageDraw draw = ImageDraw.plain(height, width, size);
        return make(pixels, width, channels, size, draw, Filter.BICUBIC, Normalize.NONE);
    }

    static float[] make(
            byte[] pixels, int width, int channels, int size, ImageDraw draw, Filter filter, Normalize normalize) {
        float[] out = new float[size * size * channels];
        new ImageKernel(size, channels, normalize)
                .make(
                        new ImageKernel.Image(
                                MemorySegment.ofArray(pixels), 0, pixels.length / width / channels, width),
                        draw,
                        filter,
                        MemorySegment.ofArray(out),
                        0);
        return out;
    }

    static float[] floats(ReferenceImage image) {
        double[] flat = image.flat();
        float[] floats = new float[flat.length];
        for (int i = 0; i < flat.length; i++) {
            floats[i] = (float) flat[i];
        }
        return floats;
    }

    static void assertClose(float[] view, ReferenceImage expected) {
        assertClose(view, expected, TOLERANCE);
    }

    static void assertClose(float[] view, ReferenceImage expected, double tolerance) {
        double[] flat = expected.flat();
        assertThat(view).hasSameSizeAs(flat);
        double worst = 0;
        for (int i = 0; i < flat.length; i++) {
            worst = Math.max(worst, Math.abs(view[i] - flat[i]));
        }
        assertThat(worst).isLessThan(tolerance);
    }
}
