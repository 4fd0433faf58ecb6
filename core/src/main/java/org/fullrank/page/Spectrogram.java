package org.fullrank.page;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Spectrograms of several recordings, one below the other, as a PNG picture. Black lines separate them. Time
/// runs to the right, and frequency upwards from 0 to half of the sample rate. Black is the loudest value of
/// a recording, and white is [#DECIBELS] or more below it.
public final class Spectrogram {
    /// Length of a window in seconds. A vowel of a voice is stable for about this time.
    static final double WINDOW_SECONDS = 0.032;

    /// Largest number of windows, which are evenly spaced. It is the width of the picture.
    static final int MOST_WINDOWS = 512;

    /// The range of the picture. Speech has its softer parts within it, and most noise is below it.
    static final double DECIBELS = 60;

    /// Levels are rounded to this many decibels, which makes the file smaller by more than half.
    private static final double ROUNDED = 4;

    private static final int SHORTEST_WINDOW = 16;
    private static final int LONGEST_WINDOW = 2048; // for 48 kHz

    /// Height of the line between two recordings.
    private static final int LINE = 2;

    private static final double TINY = 1e-12;

    private Spectrogram() {}

    /// The picture of recordings of the same length.
    ///
    /// @param channels `[D][N]`, finite
    /// @param rate samples per second
    public static byte[] png(double[][] channels, double rate) {
        int window = window(rate);
        int height = window / 2;
        int width = Math.clamp(channels[0].length / (window / 4), 1, MOST_WINDOWS);
        int rows = channels.length * (height + LINE) - LINE;
        float[] picture = new float[rows * width]; // black where no level is written: the lines
        for (int k = 0; k < channels.length; k++) {
            float[] levels = levels(channels[k], window, width); // [width, height + 1]
            for (int y = 0; y < height; y++) {
                int row = k * (height + LINE) + height - 1 - y;
                for (int x = 0; x < width; x++) {
                    picture[row * width + x] = levels[x * (height + 1) + y];
                }
            }
        }
        return TensorPicture.png(picture, rows, width, Spectrogram::color);
    }

    private static int color(double decibels) {
        return TensorPicture.light(-ROUNDED * Math.rint(decibels / ROUNDED), 0, DECIBELS);
    }

    /// The power of two that is nearest to [#WINDOW_SECONDS].
    private static int window(double rate) {
        double samples = Math.clamp(WINDOW_SECONDS * rate, SHORTEST_WINDOW, LONGEST_WINDOW);
        return 1 << Math.round(Math.log(samples) / Math.log(2));
    }

    /// Decibels below the loudest value, `[width, window / 2 + 1]`.
    private static float[] levels(double[] samples, int window, int width) {
        double[] frames = new double[width * window];
        for (int x = 0; x < width; x++) {
            long begin = width == 1 ? 0 : (long) x * Math.max(0, samples.length - window) / (width - 1);
            for (int t = 0; t < window && begin + t < samples.length; t++) {
                double hann = 0.5 - 0.5 * Math.cos(2 * Math.PI * t / window);
                frames[x * window + t] = hann * samples[Math.toIntExact(begin + t)];
            }
        }
        return NativeErrors.guard("spectrogram", () -> {
            try (var scope = Scope.withoutGradients()) {
                Tensor size = torch.fft_rfft(Tensors.of(frames, width, window)).abs(); // [width, window / 2 + 1]
                double most = Math.max(TINY, Tensors.value(size.max()));
                Tensor level = size.div_(Tensors.scalar(most))
                        .clamp_min_(Tensors.scalar(TINY))
                        .log10_()
                        .mul_(Tensors.scalar(20));
                return Tensors.floats(level);
            }
        });
    }
}
