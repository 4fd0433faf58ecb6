package org.fullrank.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.ResNet;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.view.InputShape;

/// Measures the share of a training step that the predictor of DirectPred adds. The embedding has 512
/// dimensions. The encoder is a ResNet-18 on 128 samples with two views of 32x32 pixels. The first time
/// covers only the predictor: the correlation of both views, its running mean, the eigenvectors, the matrix,
/// and the predictions with their gradient. The second measured time covers a forward and a backward pass
/// through encoder and projector with the plain cosine loss. The result is the first time divided by the
/// second. The benchmark measures the two times alternately. The difference of the times of two whole steps
/// would be smaller than its noise.
///
/// ```
/// bench/run DirectSetBench [STEPS] [THREADS]
/// ```
public final class DirectSetBench {
    private static final int STEPS = 5;
    private static final int SETS_PER_STEP = 5;
    private static final int BATCH = 128;
    private static final int WIDTH = 512;
    private static final int SIDE = 32;

    private DirectSetBench() {}

    public static void main(String[] arguments) {
        int steps = Timing.argument(arguments, 0, STEPS);
        Threads.use(Threads.resolve(Timing.argument(arguments, 1, 0)));
        double[] whole = new double[steps];
        double[] set = new double[steps * SETS_PER_STEP];
        try (var scope = Scope.open();
                var method = method()) {
            List<Tensor> views = List.of(view(1), view(2));
            List<Tensor> embeddings = List.of(embedding(3), embedding(4));
            Tensor correlation = correlation(embeddings);
            step(method, views, 0);
            set(embeddings, correlation);
            for (int i = 0; i < steps; i++) {
                int step = i + 1;
                whole[i] = Timing.seconds(() -> step(method, views, step));
                for (int k = 0; k < SETS_PER_STEP; k++) {
                    set[i * SETS_PER_STEP + k] = Timing.seconds(() -> set(embeddings, correlation));
                }
            }
        }
        Figure.report("step", "ms", 1e3, whole);
        Figure.report("direct-set", "ms", 1e3, set);
        System.out.printf(
                Locale.ROOT,
                "ResNet-18, batch %d, D %d: step %.1f ms, direct-set %.1f ms, which adds %.2f %% (medians)%n",
                BATCH,
                WIDTH,
                1e3 * Timing.median(whole),
                1e3 * Timing.median(set),
                100 * Timing.median(set) / Timing.median(whole));
    }

    private static void step(Method method, List<Tensor> views, long step) {
        try (var scope = Scope.open()) {
            method.learn(views, 1, step);
        }
    }

    /// All that a step with the predictor does beyond one without.
    private static void set(List<Tensor> embeddings, Tensor correlation) {
        try (var scope = Scope.open()) {
            var predictor = PredictorSpec.DirectSet.defaults();
            correlation.lerp_(correlation(embeddings), Tensors.scalar(1 - predictor.rho()));
            Tensor w = predictor.matrix(correlation); // [D, D]
            for (Tensor z : embeddings) {
                torch.linear(z.detach().set_requires_grad(true), w).sum().backward();
            }
        }
    }

    private static Tensor correlation(List<Tensor> z) {
        return z.get(0).t().mm(z.get(0)).add(z.get(1).t().mm(z.get(1))).div(Tensors.scalar(2 * BATCH)); // [D, D]
    }

    private static Method method() {
        var spec = new MethodSpec.Distillation(
                new ProjectorSpec(List.of(WIDTH, WIDTH), true),
                new PredictorSpec.Identity(),
                new TargetSpec.StopGradient(),
                Regression.Cosine.defaults(),
                OverViews.PAIR,
                null,
                1);
        return Method.of(
                spec,
                new ResNet(18, ResNet.Stem.CIFAR, ResNet.DEFAULT_WIDTH, true),
                new InputShape.Image(3, SIDE, SIDE),
                1,
                new Method.Setting(Device.CPU, Precision.FP32, ScalarType.Float));
    }

    private static Tensor embedding(long seed) {
        return noise(seed, BATCH, WIDTH);
    }

    private static Tensor view(long seed) {
        return noise(seed, BATCH, 3, SIDE, SIDE);
    }

    private static Tensor noise(long seed, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        var random = Keyed.of(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, shape);
    }
}
