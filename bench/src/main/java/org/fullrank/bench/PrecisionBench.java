package org.fullrank.bench;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ResNet;
import org.fullrank.view.InputShape;

/// Measures how many samples per second a ResNet-18 processes, forward and backward, in float32 and in
/// bfloat16. The network has the CIFAR stem and width 1, and the images have 32x32 pixels. The benchmark
/// measures the two precisions alternately. The figures are medians.
///
/// ```
/// bench/run PrecisionBench [ROUNDS] [BATCH] [THREADS]
/// ```
public final class PrecisionBench {
    private static final int ROUNDS = 10;
    private static final int BATCH = 64;
    private static final int SIDE = 32;
    private static final int CHANNELS = 3;

    private PrecisionBench() {}

    public static void main(String[] arguments) {
        int rounds = Timing.argument(arguments, 0, ROUNDS);
        int batch = Timing.argument(arguments, 1, BATCH);
        Threads.use(Threads.resolve(Timing.argument(arguments, 2, 0)));
        Device device = Device.Choice.AUTO.resolve();
        boolean bf16 = Precision.computesBf16(device);
        if (!bf16) {
            System.out.println("this processor has no native bf16 (neither AVX512-BF16 nor AMX): fp32 only");
        }
        var net = new NetworkBuilder(1);
        Layer encoder =
                new ResNet(18, ResNet.Stem.CIFAR, 1, true).build(net, new InputShape.Image(CHANNELS, SIDE, SIDE));
        try (var scope = Scope.open();
                ParameterBuffer parameters = net.build(device, ScalarType.Float)) {
            Tensor x = Tensors.to(noise(batch), device); // [B, C, H, W]
            double[] single = new double[rounds];
            double[] half = new double[rounds];
            for (int round = -1; round < rounds; round++) { // the first one warms up
                double fp32Seconds = Timing.seconds(() -> pass(encoder, x, Precision.FP32, device));
                double bf16Seconds = bf16 ? Timing.seconds(() -> pass(encoder, x, Precision.BF16, device)) : 0;
                if (round >= 0) {
                    single[round] = fp32Seconds;
                    half[round] = bf16Seconds;
                }
            }
            print(batch, single, bf16 ? half : null);
        }
    }

    private static void pass(Layer encoder, Tensor x, Precision precision, Device device) {
        try (var scope = Scope.open()) {
            Tensor z; // [B, D]
            try (var autocast = precision.autocast(device)) {
                z = encoder.forward(x, Mode.TRAIN);
            }
            Tensor loss = z.to(ScalarType.Float).square().mean();
            loss.backward();
            Tensors.value(loss);
        }
    }

    private static Tensor noise(int batch) {
        float[] values = new float[batch * CHANNELS * SIDE * SIDE];
        Keyed random = Keyed.of(1);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, batch, CHANNELS, SIDE, SIDE);
    }

    private static void print(int batch, double[] single, double @org.jspecify.annotations.Nullable [] half) {
        Figure.report("fp32", "ms", 1e3, single);
        double fp32 = batch / Timing.median(single);
        System.out.printf(Locale.ROOT, "fp32 %8.1f samples/s (median of %d, batch %d)%n", fp32, single.length, batch);
        if (half != null) {
            Figure.report("bf16", "ms", 1e3, half);
            double bf16 = batch / Timing.median(half);
            System.out.printf(Locale.ROOT, "bf16 %8.1f samples/s, %.2f times fp32%n", bf16, bf16 / fp32);
        }
    }
}
