package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;
import org.fullrank.data.Images;
import org.fullrank.engine.Threads;
import org.fullrank.export.OnnxCheck;
import org.fullrank.trained.TrainedEncoder;

/// Measures the time from the pixels of one image to its embedding, on one thread: of the encoder of a run, which uses
/// libtorch, and of its exported models in onnxruntime. The three take turns. The image has the size of the views, so
/// that resizing hardly counts.
///
/// ```
/// bench/run ExportBench RUN encoder.onnx int8.onnx SIDE
/// ```
public final class ExportBench {
    private static final int WARM = 20;
    private static final int ROUNDS = 100;

    private ExportBench() {}

    public static void main(String[] arguments) throws IOException {
        int side = Integer.parseInt(arguments[3]);
        byte[] bytes = new byte[side * side * 3];
        float[] pixels = new float[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 % 251);
            pixels[i] = bytes[i] & 0xFF;
        }
        Images image = Images.of(bytes, side, side, 3);
        try (var encoder = TrainedEncoder.open(Path.of(arguments[0]));
                var exact = new OnnxCheck(Files.readAllBytes(Path.of(arguments[1])), 1);
                var rounded = new OnnxCheck(Files.readAllBytes(Path.of(arguments[2])), 1)) {
            Threads.use(1);
            String[] names = {"libtorch", "onnxruntime", "onnxruntime, int8"};
            Supplier<?>[] ways = {
                () -> encoder.embed(image),
                () -> exact.run(pixels, true, side, side, 3),
                () -> rounded.run(pixels, true, side, side, 3)
            };
            double[][] millis = new double[ways.length][ROUNDS];
            for (int round = -WARM; round < ROUNDS; round++) {
                for (int way = 0; way < ways.length; way++) {
                    long start = System.nanoTime();
                    Object result = ways[way].get();
                    if (round >= 0 && result != null) {
                        millis[way][round] = (System.nanoTime() - start) / 1e6;
                    }
                }
            }
            for (int way = 0; way < ways.length; way++) {
                Arrays.sort(millis[way]);
                System.out.printf(
                        Locale.ROOT, "%-20s %.2f ms (median of %d)%n", names[way], millis[way][ROUNDS / 2], ROUNDS);
            }
        }
    }
}
