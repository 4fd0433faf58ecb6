package org.fullrank.trained;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Images;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.export.OnnxCheck;
import org.fullrank.export.OnnxEncoder;
import org.fullrank.export.OnnxOutput;
import org.fullrank.file.AtomicFile;
import org.fullrank.image.Pixels;
import org.fullrank.method.Method;
import org.fullrank.net.Mode;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.run.Recipe;
import org.fullrank.view.ImageViews;
import org.fullrank.view.InputShape;
import org.fullrank.view.ValueScale;
import org.fullrank.view.ViewGenerator;
import org.jspecify.annotations.Nullable;

/// A model that was written, after onnxruntime has computed the same outputs from it.
///
/// @param file of the model
/// @param bytes its size
/// @param input its input in words, such as `uint8 [N, 32, 32, 3]`
/// @param width columns D of its output
/// @param difference largest difference over all outputs, as a share of the largest entry of each
public record OnnxExport(Path file, long bytes, String input, int width, double difference) {
    /// A model with a larger difference is not written. Float32 sums in another order differ by about 1e-6.
    public static final double LARGEST_DIFFERENCE = 1e-4;

    private static final long KEY = Keyed.name("onnx check");

    /// Numbers of inputs that are compared.
    private static final List<Integer> BATCHES = List.of(1, 7);

    /// Steps of the series that are compared.
    private static final List<Integer> LENGTHS = List.of(32, 47);

    /// A stored side up to this is tried with several larger images at once, any other one with a single image.
    private static final int LARGEST_SIDE = 512;

    /// The settings of a model, with what the module `runtime` must know.
    static OnnxEncoder.Settings settings(
            Recipe recipe,
            OnnxEncoder.Input input,
            @Nullable String layer,
            Map<String, String> notes,
            List<OnnxOutput> heads) {
        int stored = recipe.data().storedShorterSide();
        var all = new LinkedHashMap<>(notes);
        if (recipe.views() instanceof ImageViews) {
            all.put(OnnxEncoder.STORED_SHORTER_SIDE, String.valueOf(stored));
        }
        return new OnnxEncoder.Settings(input, layer, stored, all, heads);
    }

    static OnnxExport write(Path file, Method method, ViewGenerator views, OnnxEncoder.Settings settings, int threads) {
        var encoder = new OnnxEncoder(method.encoder(), views.shape(), views.scale(), settings);
        byte[] model = encoder.toBytes();
        double difference = 0;
        try (var check = new OnnxCheck(model, threads)) {
            for (int count : BATCHES) {
                for (Trial trial : trials(encoder, method, views, count)) {
                    difference = Math.max(difference, difference(encoder, check, trial)); // NaN stays NaN
                }
            }
        }
        requireSame(file, difference);
        AtomicFile.write(file, model);
        return new OnnxExport(file, model.length, encoder.inputText(), encoder.width(), difference);
    }

    /// The largest difference over all outputs.
    private static double difference(OnnxEncoder encoder, OnnxCheck check, Trial trial) {
        List<OnnxOutput> heads = encoder.settings().heads();
        var names = new ArrayList<>(List.of(OnnxEncoder.OUTPUT));
        heads.forEach(head -> names.add(head.name()));
        List<float[][]> found = check.run(names, trial.raw, encoder.readsBytes(), trial.sizes);
        double difference = difference(found.getFirst(), trial.expected);
        for (int i = 0; i < heads.size(); i++) {
            try (var scope = Scope.withoutGradients()) {
                Tensor embedding = Tensors.of(trial.expected, trial.expected.length / encoder.width(), encoder.width());
                float[] expected = Tensors.floats(heads.get(i).values().apply(embedding));
                difference = Math.max(difference, difference(found.get(i + 1), expected));
            }
        }
        return difference;
    }

    /// @throws JobException when the difference is too large, or NaN
    static void requireSame(Path file, double difference) {
        if (!(difference <= LARGEST_DIFFERENCE)) {
            throw new JobException(
                    "export %s: found outputs that differ by %.2g of their largest entry from those of onnxruntime,"
                                    .formatted(file, difference)
                            + " expected at most %.0e; nothing was written".formatted(LARGEST_DIFFERENCE));
        }
    }

    /// The largest difference as a share of the largest expected entry; NaN if any entry is NaN.
    ///
    /// @param found `[N][D]`
    /// @param expected `[N, D]`
    static double difference(float[][] found, float[] expected) {
        int width = found[0].length;
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs(found[i / width][i % width] - expected[i]));
        }
        return largest > 0 ? difference / largest : difference;
    }

    /// Inputs and what the encoder makes of them.
    ///
    /// @param raw inputs, one after another
    /// @param sizes of one input
    /// @param expected `[N, D]`
    private record Trial(float[] raw, long[] sizes, float[] expected) {}

    private static List<Trial> trials(OnnxEncoder encoder, Method method, ViewGenerator views, int count) {
        if (encoder.readsImages() && encoder.shape() instanceof InputShape.Image view) {
            int stored = encoder.settings().storedShorterSide();
            int side = view.height();
            var trials = new ArrayList<Trial>();
            trials.add(image(encoder, method, views, count, side, side));
            trials.add(image(encoder, method, views, count, side / 2 + 1, 2 * side + 3)); // enlarged
            if (count == 1) {
                trials.add(image(encoder, method, views, count, 20 * side, side + 1)); // long
            }
            if (count == 1 || stored <= LARGEST_SIDE) {
                trials.add(image(encoder, method, views, count, stored + 53, stored + 20));
            }
            return trials;
        }
        if (encoder.shape() instanceof InputShape.Series series) {
            return LENGTHS.stream()
                    .map(length -> trial(encoder, method, count, series.channels(), length))
                    .toList();
        }
        return List.of(trial(encoder, method, count, encoder.inputShape()));
    }

    private static Trial trial(OnnxEncoder encoder, Method method, int count, long... sizes) {
        float[] raw = raw(encoder, count, sizes);
        return new Trial(raw, sizes, expected(encoder, method, raw, sizes));
    }

    /// Images of one size, which the model has to resize. They are waves with some noise, as photographs are. In white
    /// noise, onnxruntime's float32 coordinates change about one stored byte in a hundred by one level.
    private static Trial image(
            OnnxEncoder encoder, Method method, ViewGenerator views, int count, int height, int width) {
        int channels = ((InputShape.Image) encoder.shape()).channels();
        var random = Keyed.of(KEY, count, height, width);
        var raw = new float[Math.multiplyExact(count, height * width * channels)];
        var stored = new ByteArrayOutputStream();
        int rows = 0;
        for (int n = 0; n < count; n++) {
            byte[] rgb = new byte[3 * height * width];
            double[] wave = random.doubles(3).toArray();
            for (int i = 0; i < rgb.length; i++) {
                double x = i / 3 % width * wave[0] / 4;
                double y = i / 3 / width * wave[1] / 4;
                double color = 128 + 80 * Math.sin(x + y + 6 * wave[2] + i % 3) + 32 * (random.nextDouble() - 0.5);
                rgb[i] = (byte) (channels == 3 || i % 3 == 0 ? (int) color : rgb[i - 1]);
            }
            for (int i = 0; i < height * width * channels; i++) {
                raw[n * height * width * channels + i] = rgb[channels == 3 ? i : 3 * i] & 0xFF;
            }
            Pixels small =
                    new Pixels(height, width, rgb).shrunkTo(encoder.settings().storedShorterSide());
            rows = small.height();
            stored.writeBytes(samples(small, channels));
        }
        Images images = Images.of(stored.toByteArray(), rows, stored.size() / (count * rows * channels), channels);
        String layer = encoder.settings().layer();
        List<Features> features =
                Embedder.embed(method, views.on(images), images, layer == null ? List.of() : List.of(layer));
        return new Trial(
                raw, new long[] {height, width, channels}, features.getLast().values());
    }

    private static byte[] samples(Pixels pixels, int channels) {
        try {
            return channels == 3 ? pixels.rgb() : pixels.gray();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // gray pixels stay gray
        }
    }

    /// Random bytes, or normal values with the moments of the training rows.
    private static float[] raw(OnnxEncoder encoder, int count, long[] sizes) {
        var random = Keyed.of(KEY, count);
        float[] raw = new float[Math.toIntExact(count * values(sizes))];
        ValueScale scale = encoder.scale();
        long behind = Arrays.stream(sizes).skip(scale.axis() + 1).reduce(1, Math::multiplyExact);
        for (int i = 0; i < raw.length; i++) {
            int c = Math.toIntExact(i / behind % scale.factor().length);
            raw[i] = encoder.shape() instanceof InputShape.Image
                    ? random.nextInt(256)
                    : (float) ((random.nextGaussian() - scale.offset()[c]) / scale.factor()[c]);
        }
        return raw;
    }

    /// Number of values of one input.
    private static long values(long[] sizes) {
        return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    }

    private static float[] expected(OnnxEncoder encoder, Method method, float[] raw, long[] sizes) {
        long[] shape = new long[sizes.length + 1];
        System.arraycopy(sizes, 0, shape, 1, sizes.length);
        shape[0] = raw.length / values(sizes);
        long[] axes = new long[shape.length];
        Arrays.fill(axes, 1);
        axes[encoder.scale().axis() + 1] = encoder.scale().factor().length;
        String layer = encoder.settings().layer();
        return NativeErrors.guard("export", () -> {
            try (var scope = Scope.withoutGradients()) {
                Tensor x = Tensors.of(raw, shape)
                        .mul(Tensors.of(encoder.scale().factor(), axes))
                        .add(Tensors.of(encoder.scale().offset(), axes));
                Tensor view = encoder.shape() instanceof InputShape.Image
                        ? x.permute(0, 3, 1, 2).contiguous()
                        : x;
                List<String> layers = layer == null ? List.of() : List.of(layer);
                Tensor onDevice = Tensors.to(view, method.parameters().device());
                return Tensors.floats(
                        method.encode(onDevice, Mode.EVALUATE, layers).getLast());
            }
        });
    }
}
