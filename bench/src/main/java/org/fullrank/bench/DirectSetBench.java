package org.fullrank.bench;

import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;

/// What setting the predictor from the spectrum of 512 dimensions adds to a step of a ResNet-18 on 128 samples of two
/// 32x32 views, against a trained linear predictor. The two take turns.
///
/// ```
/// bench/run DirectSetBench [STEPS]
/// ```
public final class DirectSetBench {
    private static final int STEPS = 5;
    private static final int BATCH = 128;
    private static final int WIDTH = 512;
    private static final int SIDE = 32;

    private DirectSetBench() {}

    public static void main(String[] arguments) {
        int steps = Timing.argument(arguments, 0, STEPS);
        double[] linear = new double[steps];
        double[] set = new double[steps];
        try (var scope = Scope.open();
                var trained = method(PredictorSpec.Linear.defaults());
                var direct = method(PredictorSpec.DirectSet.defaults())) {
            List<Tensor> views = List.of(view(1), view(2));
            step(trained, views, 0);
            step(direct, views, 0);
            for (int i = 0; i < steps; i++) {
                int step = i + 1;
                linear[i] = Timing.seconds(() -> step(trained, views, step));
                set[i] = Timing.seconds(() -> step(direct, views, step));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "ResNet-18, batch %d, D %d: linear %.1f ms, direct-set %.1f ms, ratio %.4f (medians of %d)%n",
                BATCH,
                WIDTH,
                1e3 * Timing.median(linear),
                1e3 * Timing.median(set),
                Timing.median(set) / Timing.median(linear),
                steps);
    }

    private static void step(Method method, List<Tensor> views, long step) {
        try (var scope = Scope.open()) {
            method.learn(views, 1, step);
            method.stepped(step, STEPS);
        }
    }

    private static Method method(PredictorSpec predictor) {
        var spec = new MethodSpec.Distillation(
                new ProjectorSpec(List.of(WIDTH, WIDTH), true),
                predictor,
                new TargetSpec.StopGradient(),
                Regression.Cosine.defaults(),
                OverViews.PAIR,
                null,
                1);
        return Method.of(
                spec,
                EncoderSpec.ResNet.defaults(),
                3,
                1,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Float));
    }

    private static Tensor view(long seed) {
        float[] pixels = new float[BATCH * 3 * SIDE * SIDE];
        var random = Keyed.of(seed);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextGaussian();
        }
        return Tensors.of(pixels, BATCH, 3, SIDE, SIDE);
    }
}
